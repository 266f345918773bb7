using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Targets of partial MDLs with a page entry too few.</summary>
public sealed class MDL1006_PartialTargetTooSmallTests
{
    // Name of the shape, arguments of the allocation, start and length of the piece.
    [Theory]
    [InlineData("variable piece of the target's size", "0, n", "va + 16, Math.Min(n, len - 16)")]
    [InlineData("page of the address", "PAGE_ALIGN(_currentVa), 8192", "va + n, 8192")]
    [InlineData("page by mask", "_currentVa & ~(nuint)0xFFF, 8192", "va, 8192")]
    [InlineData("shorter buffer", "va, 4096", "va, 8192")]
    [InlineData("shorter by the clamp", "0, 4096", "va, Math.Min(len, 8192)")]
    [InlineData("one page for the whole source", "0, PAGE_SIZE", "va, len")]
    [InlineData("odd size, moved", "va, 1000", "va + n, 1000")]
    [InlineData("moved by a constant", "va, 4096", "va + 8, 4096")]
    [InlineData("one byte less", "va, n", "va, n + 1")]
    [InlineData("header left out", "va, n", "va, n + 64")]
    [InlineData("rest of the source from a page", "0, len", "va + n, len - n")]
    [InlineData("zero for the rest", "0, len", "va, 0")]
    [InlineData("clamp the other way round", "0, n", "va, Math.Min(len, n)")]
    [InlineData("named arguments", "length: n, virtualAddress: 0, secondaryBuffer: false, chargeQuota: false, irp: null", "length: Math.Min(n, len), virtualAddress: va")]
    [InlineData("another buffer", "MmGetMdlVirtualAddress(_mdl), 4096", "va, 4096")]
    [InlineData("page of a property", "PAGE_ALIGN(CurrentVa), n", "va, n")]
    [InlineData("casts", "(nuint)0, (uint)(ulong)n", "(nuint)(ulong)va, (uint)Math.Min((ulong)n, (ulong)len)")]
    [InlineData("checked", "checked((nuint)0x10000), checked(n + 4)", "va, checked(n + 4)")]
    [InlineData("limited length", "PAGE_ALIGN(_currentVa), 4096", "va, isRead ? 4096u : 512u")]
    public Task Target_Reports(string shape, string allocation, string piece)
    {
        Assert.NotEmpty(shape);
        string arguments = allocation.Contains("irp", StringComparison.Ordinal) ? allocation : allocation + ", false, false, null";
        string build = piece.Contains("length:", StringComparison.Ordinal) ? $"IoBuildPartialMdl(sourceMdl: mdl, targetMdl: t, {piece});" : $"IoBuildPartialMdl(mdl, t, {piece});";
        return Pages($$"""Mdl? t = {|MDL1006:IoAllocateMdl({{arguments}})|}; if (t is null) return; {{build}}""");
    }

    [Theory]
    [InlineData("var (t, size) = ({|MDL1006:IoAllocateMdl(0, n, false, false, null)!|}, n); IoBuildPartialMdl(mdl, t, va, Math.Min(size, len));")]
    [InlineData("_mdl = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}!; IoBuildPartialMdl(mdl, _mdl, va, Math.Min(n, len));")]
    [InlineData("Mdl t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|} ?? throw new InvalidOperationException(); IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("if ({|MDL1006:IoAllocateMdl(0, n, false, false, null)|} is { } t) IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("if ({|MDL1006:IoAllocateMdl(0, n, false, false, null)|} is not Mdl t) return; IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("Mdl? t = isRead ? {|MDL1006:IoAllocateMdl(PAGE_ALIGN(_currentVa), 4096, false, false, null)|} : IoAllocateMdl(va, len, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, 4096);")]
    [InlineData("Mdl? t = n switch { 0 => null, _ => {|MDL1006:IoAllocateMdl(0, n, false, false, null)|} }; if (t is null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("Mdl? t; if ((t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}) == null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}; if (t is null) return; for (uint done = 0; done < len; done += n) { IoBuildPartialMdl(mdl, t, va + done, Math.Min(n, len - done)); MmPrepareMdlForReuse(t); }")]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}; if (t is null) return; uint left = len; nuint at = va; do { uint now = Math.Min(n, left); IoBuildPartialMdl(mdl, t, at, now); at += now; left -= now; MmPrepareMdlForReuse(t); } while (left != 0);")]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}; if (t is null) return; Go(); void Go() => IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));")]
    [InlineData("uint room = n; ref uint size = ref room; Mdl? t = {|MDL1006:IoAllocateMdl(0, size, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(size, len));")]
    [InlineData("Mdl? t = {|MDL1006:MmCreateMdl(null, PAGE_ALIGN(_currentVa), 8192)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, 8192);")]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(va, 512, false, false, null)|}; if (t is null || n == 0 || n > 2048) return; IoBuildPartialMdl(mdl, t, va, n);")]
    [InlineData("MmInitializeMdl(_mdl, PAGE_ALIGN(_currentVa), 4096); IoBuildPartialMdl(mdl, {|MDL1006:_mdl|}, va, 4096);")]
    public Task Spelling_Reports(string body) => Pages(body.Replace("null)!|}", "null)|}!", StringComparison.Ordinal));

    [Fact]
    public Task PieceBuiltByAHelper_Reports() =>
        Pages(
            "Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}; if (t is null) return; Build(mdl, t, va, Math.Min(n, len));",
            "static void Build(Mdl s, Mdl t, nuint at, uint count) => IoBuildPartialMdl(s, t, at, count);");

    [Fact]
    public Task Lambda_Reports() =>
        Pages("nuint at = va; uint size = Math.Min(n, len); Action go = () => { Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|}; if (t is not null) IoBuildPartialMdl(mdl, t, at, size); }; go();");

    [Fact]
    public Task Async_Reports() =>
        Class("async Task Go(Mdl m, uint chunk) { Mdl? t = {|MDL1006:IoAllocateMdl(0, chunk, false, false, null)|}; if (t is null) return; await Task.Yield(); IoBuildPartialMdl(m, t, MmGetMdlVirtualAddress(m), Math.Min(chunk, MmGetMdlByteCount(m))); }");

    [Fact]
    public Task TargetInAField_ReportsAtThePiece() =>
        Class("""
            private const uint MaxChunk = 65536;
            private Mdl? _part;
            public bool Start()
            {
                _part = IoAllocateMdl(0, MaxChunk, false, false, null);
                return _part is not null;
            }

            public void Go(Mdl m, uint done)
            {
                if (_part is null || done >= MmGetMdlByteCount(m)) return;
                IoBuildPartialMdl(m, {|MDL1006:_part|}, MmGetMdlVirtualAddress(m) + done, Math.Min(MaxChunk, MmGetMdlByteCount(m) - done));
            }
            """);

    [Fact]
    public Task TargetInitializedInAField_ReportsAtThePiece() =>
        Class("private readonly Mdl _part = IoAllocateMdl(0, 4096, false, false, null)!; void Go(Mdl m) => IoBuildPartialMdl(m, {|MDL1006:_part|}, MmGetMdlVirtualAddress(m), 4096);");

    [Fact]
    public Task ShortestOfSeveralInAField_ReportsAtThePiece() =>
        Class("private Mdl? _part; void A() => _part = IoAllocateMdl(0, 16384, false, false, null); void B() => _part = IoAllocateMdl(0, 4096, false, false, null); void Go(Mdl m) { if (_part is not null) IoBuildPartialMdl(m, {|MDL1006:_part|}, MmGetMdlVirtualAddress(m), 8192); }");

    [Theory]
    [InlineData("0x10800", "0x1000")]
    [InlineData("0x10000", "0x800")]
    public Task LoopOverFixedAddressesInsideAPage_Reports(string first, string step) =>
        Pages($"Mdl? t = {{|MDL1006:IoAllocateMdl(0x10000, 0x1000, false, false, null)|}}; if (t is null) return; for (nuint at = {first}; at < 0x20000; at += {step}) {{ IoBuildPartialMdl(mdl, t, at, 0x1000); MmPrepareMdlForReuse(t); }}");

    [Fact]
    public Task SpanThatWasTestedForMore_Reports() =>
        Pages("if (ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len) > 2) return; Mdl? t = {|MDL1006:IoAllocateMdl(0, PAGE_SIZE, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);");
}
