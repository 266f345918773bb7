using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Correct uses of a page base.</summary>
public sealed class MDL1003_NearMissTests
{
    [Theory]
    [InlineData("nuint index = (va - MmGetMdlBaseVa(mdl)) >> PAGE_SHIFT; Hardware.SendFrame(pfns[(int)index]);")]
    [InlineData("nuint index = (va + n - MmGetMdlBaseVa(mdl)) >> PAGE_SHIFT; Hardware.SendFrame(pfns[(int)index]); if (n >= len) return;")]
    [InlineData("if (n >= len) return; IoBuildPartialMdl(mdl, _mdl, MmGetMdlBaseVa(mdl) + off + n, 1);")]
    [InlineData("if (n >= len) return; nuint start = MmGetMdlBaseVa(mdl) + n; start += off; IoBuildPartialMdl(mdl, _mdl, start, 1);")]
    [InlineData("if (n >= len) return; nuint start = MmGetMdlBaseVa(mdl) | off; IoBuildPartialMdl(mdl, _mdl, start + n, 1);")]
    [InlineData("if (n >= len) return; IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl) + n, 1);")]
    [InlineData("if (n >= len || off != 0) return; IoBuildPartialMdl(mdl, _mdl, MmGetMdlBaseVa(mdl) + n, 1);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, MmGetMdlBaseVa(mdl) + n, 16);")]
    [InlineData("uint inPage = n; IoBuildPartialMdl(mdl, _mdl, MmGetMdlBaseVa(mdl) + inPage, 16);")]
    [InlineData("for (uint at = off; at < off + len; at += 16) IoBuildPartialMdl(mdl, _mdl, MmGetMdlBaseVa(mdl) + at, 1);")]
    [InlineData("if (n >= len) return; for (uint i = 0; i < 2; i++) IoBuildPartialMdl(mdl, _mdl, PAGE_ALIGN(va) + PAGE_SIZE + n, 1);")]
    [InlineData("if (_currentVa == MmGetMdlBaseVa(mdl) && n < len) Sink.Take(n);")]
    [InlineData("Console.WriteLine($\"page {MmGetMdlBaseVa(mdl):X}, done {n} of {len - n}\");")]
    [InlineData("nuint page = MmGetMdlBaseVa(mdl) + n; Sink.Take(page); Sink.Take(len - n);")]
    [InlineData("nuint back = MmGetMdlBaseVa(mdl) + (va - MmGetMdlBaseVa(mdl)); IoBuildPartialMdl(mdl, _mdl, back, 16);")]
    public Task BaseWithItsOffset_DoesNotReport(string body) => Pages(body);

    [Theory]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>(PAGE_ALIGN(sys) + off));")]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>(PAGE_ALIGN(sys) | off));")]
    [InlineData("byte* page = (byte*)PAGE_ALIGN(sys); byte* data = page + off; Sink.Take(*data);")]
    [InlineData("byte* page = (byte*)PAGE_ALIGN(sys); Sink.Take(page[off]);")]
    [InlineData("for (nuint page = PAGE_ALIGN(sys); page < sys + len; page += PAGE_SIZE) Sink.Take(VirtualMemory.Read<byte>(page));")]
    [InlineData("for (uint i = 0; i < 4; i++) Sink.Take(VirtualMemory.Read<byte>(PAGE_ALIGN(sys) + i * PAGE_SIZE));")]
    [InlineData("RtlZeroMemory(PAGE_ALIGN(sys), PAGE_SIZE);")]
    [InlineData("RtlZeroMemory(PAGE_ALIGN(sys), ADDRESS_AND_SIZE_TO_SPAN_PAGES(sys, len) * PAGE_SIZE);")]
    [InlineData("RtlCopyMemory(_currentVa, PAGE_ALIGN(sys), off + len);")]
    [InlineData("var page = new Span<byte>((void*)PAGE_ALIGN(sys), 4096); Sink.Take(page.Length);")]
    [InlineData("var page = new Span<byte>((void*)PAGE_ALIGN(sys), (int)PAGE_SIZE); Sink.Take(page[(int)off..]);")]
    [InlineData("Sink.Take(PAGE_ALIGN(sys) == PAGE_ALIGN(_currentVa));")]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>(sys)); nuint page = PAGE_ALIGN(sys); Sink.Take(page);")]
    public Task PageOfTheMapping_DoesNotReport(string body) =>
        Pages($"nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; {body}");

    [Fact]
    public Task PagesOfItsOwn_DoNotReport() =>
        Method("Mdl? m = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 8192); if (m is null || n >= m.ByteCount) return; IoBuildPartialMdl(m, _mdl, m.StartVa + n, 1);");

    [Fact]
    public Task ReturnedAddressOfAReservedMapping_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); if (p == 0 || n >= mdl.ByteCount) return; Sink.Take(VirtualMemory.Read<byte>(p + n));");

    [Fact]
    public Task FieldOfAnOrdinaryMapping_DoesNotReport() =>
        Method("if (n >= mdl.ByteCount) return; Sink.Take(VirtualMemory.Read<byte>(mdl.MappedSystemVa + n));");

    [Fact]
    public Task HelperThatAddsTheOffset_DoesNotReport() =>
        Class("static nuint At(Mdl m, nuint page, uint done) => page + m.ByteOffset + done; void Run(Mdl m, Mdl part, uint done) => IoBuildPartialMdl(m, part, At(m, m.StartVa, done), 16);");

    [Fact]
    public Task PlainBase_IsToldByTheRuleAboutPageArithmetic() =>
        Method("adapter.MapTransfer(mdl, registers, {|MDL1002:MmGetMdlBaseVa(mdl)|}, ref n, false);");
}
