using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Indexes into an array that holds a copy of the buffer.</summary>
public sealed class MDL1005_ArrayIndexTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; ";

    [Fact]
    public Task IndexNear_DoesNotReport() =>
        Pages("byte[] capture = new byte[len + PAGE_SIZE]; Sink.Take(capture[off]);");

    [Theory]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyTo(p, data); data[{|MDL1005:MmGetMdlByteOffset(mdl)|}] = 1;")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyTo(p, data); Sink.Take(data.AsSpan({|MDL1005:(int)MmGetMdlByteOffset(mdl)|}));")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyTo(p, data); int at = (int)MmGetMdlByteOffset(mdl); for (int i = 0; i < 4; i++) Sink.Take(data[{|MDL1005:at + i|}]);")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyTo(p, data.AsSpan({|MDL1005:(int)MmGetMdlByteOffset(mdl)|}));")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyTo(p, data); Sink.Take(BitConverter.ToUInt32(data, {|MDL1005:(int)MmGetMdlByteOffset(mdl)|}));")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; VirtualMemory.CopyFrom(p, data.AsSpan({|MDL1005:(int)MmGetMdlByteOffset(mdl)|}));")]
    public Task IndexIntoOther_Reports(string body) =>
        Method(Map + body);

    [Theory]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; Sink.Take(data[{|MDL1005:(int)MmGetMdlByteOffset(mdl)|}..]);")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)], other = new byte[64]; Array.Copy(data, {|MDL1005:MmGetMdlByteOffset(mdl)|}, other, 0, 4); Sink.Take(other);")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; uint at = MmGetMdlByteOffset(mdl) + 4; ref byte first = ref data[{|MDL1005:at|}]; first = 1;")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; data[{|MDL1005:MmGetMdlByteOffset(mdl) + n|}] ^= 1;")]
    public Task IndexIntoOther2_Reports(string body) =>
        Method(body);

    [Theory]
    [InlineData("int[] statistics = new int[4096]; statistics[MmGetMdlByteOffset(mdl)]++;")]
    [InlineData("byte[] page = new byte[PAGE_SIZE]; Sink.Take(page[MmGetMdlByteOffset(mdl)]);")]
    [InlineData("byte[] pages = new byte[MmGetMdlByteCount(mdl) + MmGetMdlByteOffset(mdl)]; Sink.Take(pages[MmGetMdlByteOffset(mdl)]);")]
    [InlineData("byte[] pages = new byte[ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)) * PAGE_SIZE]; Sink.Take(pages.AsSpan((int)MmGetMdlByteOffset(mdl)));")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; for (uint i = 0; i < MmGetMdlByteCount(mdl); i++) data[i] = 0;")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; if (MmGetMdlByteOffset(mdl) == 0) data[MmGetMdlByteOffset(mdl)] = 1;")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)]; Sink.Take(data[(4096 - MmGetMdlByteOffset(mdl)) % 4]);")]
    [InlineData("uint[] perOffset = new uint[PAGE_SIZE]; perOffset[MmGetMdlByteOffset(mdl)] += 1;")]
    [InlineData("byte[] data = new byte[MmGetMdlByteCount(mdl)], other = new byte[8192]; Array.Copy(data, 0, other, MmGetMdlByteOffset(mdl), data.Length); Sink.Take(other);")]
    public Task IndexNear2_DoesNotReport(string body) =>
        Method(body);

    [Fact]
    public Task IndexNear3_DoesNotReport() =>
        Method("byte[] data = _bytes; Sink.Take(data[MmGetMdlByteOffset(mdl)]);", "byte[] _bytes = [];");

    [Fact]
    public Task IndexIntoOther3_Reports() =>
        Method("byte[] data = new byte[MmGetMdlByteCount(mdl)]; Sink.Take({|MDL1005:First(data, MmGetMdlByteOffset(mdl))|});", "static byte First(byte[] bytes, uint at) => bytes[at];");
}
