using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Page frame numbers that are used as what they are.</summary>
public sealed class MDL1011_NearMissTests
{
    [Theory]
    [InlineData("ulong a = ((ulong)pfns[0] << PAGE_SHIFT) + off; Sink.Take(a);")]
    [InlineData("ulong a = ((ulong)pfns[0] << PAGE_SHIFT) | off; Sink.Take(a);")]
    [InlineData("ulong a = (ulong)pfns[0] * PAGE_SIZE + off; Sink.Take(a);")]
    [InlineData("nuint a = (pfns[0] << 12) + off; Sink.Take(a);")]
    [InlineData("ulong a = (ulong)pfns[1] << PAGE_SHIFT; Sink.Take(a);")]
    [InlineData("nuint a = pfns[1] * PAGE_SIZE; Sink.Take(a);")]
    [InlineData("long a = (long)pfns[1] << 12; Sink.Take(a);")]
    [InlineData("ulong a = pfns[1]; a <<= 12; a += 16; Sink.Take(a);")]
    [InlineData("ulong a = (ulong)pfns[1] << 12 | 0x63; Sink.Take(a);")]
    [InlineData("bool next = pfns[1] == pfns[0] + 1; Sink.Take(next);")]
    [InlineData("for (uint i = 1; i < pfns.Length; i++) if (pfns[(int)i] != pfns[0] + i) return;")]
    [InlineData("nuint last = pfns[0] + (off + len - 1 >> PAGE_SHIFT); Sink.Take(last);")]
    [InlineData("nuint last = pfns[0] + ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len) - 1; Sink.Take(last);")]
    [InlineData("var table = new ulong[4]; table[1] = pfns[1]; Sink.Take(table); Sink.Take(off);")]
    [InlineData("Hardware.SendFrame(pfns[1]);")]
    [InlineData("Hardware.MapFrame(pfns[0], off, len);")]
    [InlineData("var run = new PhysicalRun { Frame = pfns[0], Offset = off, Length = len }; Sink.Take(run);")]
    [InlineData("nuint frameAddress = pfns[1]; Sink.Take(frameAddress);")]
    [InlineData("uint kilobytes = (uint)pfns[1] << 2; Sink.Take(kilobytes);")]
    [InlineData("ulong entry = ((ulong)pfns[1] << 10) | 0xF; Sink.Take(entry);")]
    [InlineData("ulong index = (ulong)pfns[1] * 8; Sink.Take(index);")]
    [InlineData("nuint high = pfns[1] >> 20; Sink.Take(high);")]
    [InlineData("nuint section = pfns[1] / 512; Sink.Take(section);")]
    [InlineData("if (pfns[1] >= 0x100000) return; uint a = (uint)pfns[1] << PAGE_SHIFT; Sink.Take(a);")]
    [InlineData("uint pages = (uint)pfns.Length << PAGE_SHIFT; Sink.Take(pages);")]
    [InlineData("int hash = HashCode.Combine(pfns[1], off); Sink.Take(hash);")]
    [InlineData("nuint mixed = pfns[1] ^ off; Sink.Take(mixed);")]
    [InlineData("Console.WriteLine($\"{pfns[1]:X}+{off:X}\");")]
    [InlineData("uint bytes = (off + len) << 1; Sink.Take(bytes);")]
    [InlineData("nuint distance = pfns[1] - pfns[0]; Sink.Take(distance);")]
    [InlineData("ulong a = ((ulong)pfns[1] << 12) + PAGE_SIZE; Sink.Take(a);")]
    [InlineData("int at = 1; ulong a = (ulong)pfns[at] << 12; Sink.Take(a + 8);")]
    [InlineData("nuint frame = (nuint)MmGetPhysicalAddress(va).QuadPart >> PAGE_SHIFT; Sink.Take(frame);")]
    public Task Frame_DoesNotReport(string body) => Pages(body);

    [Fact]
    public Task PagesBelowFourGigabytes_DoesNotReport() =>
        Method("Mdl? m = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 8192); if (m is null) return; uint a = (uint)MmGetMdlPfnArray(m)[1] << PAGE_SHIFT; Sink.Take(a);");

    [Fact]
    public Task DeviceWithASeparateOffset_DoesNotReport() =>
        Pages("var table = new nuint[pfns.Length]; for (int i = 0; i < pfns.Length; i++) table[i] = pfns[i]; Sink.Take(table); Hardware.MapFrame(table[0], off, len);");

    [Fact]
    public Task Helper_DoesNotReport() =>
        Pages("Sink.Take(At(pfns[0], off));", "static ulong At(nuint frame, uint offset) => ((ulong)frame << PAGE_SHIFT) + offset;");

    [Fact]
    public Task NumbersThatAreNoFrames_DoNotReport() =>
        Class("static ulong Sum(nuint frame, uint offset) => frame + offset; static uint Shift(uint frame) => frame << 12;");

    [Theory]
    [InlineData("Hardware.Program(((ulong)pfns[1] << 11) * 2, PAGE_SIZE);")]
    [InlineData("ulong sector = (ulong)pfns[1] * 8; Sink.Take(sector);")]
    public Task ShiftInSteps_DoesNotReport(string body) => Pages(body);
}
