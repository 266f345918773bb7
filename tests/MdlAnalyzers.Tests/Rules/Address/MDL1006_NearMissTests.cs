using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Targets of partial MDLs that are large enough, or whose size cannot be told.</summary>
public sealed class MDL1006_NearMissTests
{
    // Name of the shape, arguments of the allocation, start and length of the piece.
    [Theory]
    [InlineData("whole source", "va, len", "va + n, 16")]
    [InlineData("whole source, rest", "va, len", "va + n, 0")]
    [InlineData("whole source, fresh accessors", "MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)", "va + n, Math.Min(4096, len - n)")]
    [InlineData("more than the source", "va, len + 8", "va + n, 100")]
    [InlineData("offset in the length", "0, off + len", "va, len")]
    [InlineData("piece that ends with its page", "0, PAGE_SIZE", "va + n, Math.Min(PAGE_SIZE - BYTE_OFFSET(va + n), len - n)")]
    [InlineData("page to spare", "0, n + PAGE_SIZE", "va, Math.Min(n, len)")]
    [InlineData("page to spare, constant", "0, 65536 + PAGE_SIZE", "va + n, Math.Min(65536, len)")]
    [InlineData("page to spare, literal", "0, 65536 + 4096", "va + n, 65536")]
    [InlineData("page to spare by its mask", "0, n + 4095", "va, Math.Min(n, len)")]
    [InlineData("two pages for a byte more than none", "0, 8192", "va, 4097")]
    [InlineData("piece smaller than the rest of the page", "0, 8192", "va + n, 4096")]
    [InlineData("odd size rounds up", "0, 5000", "va, 4000")]
    [InlineData("same buffer", "va, n", "va, n")]
    [InlineData("same buffer, shorter", "va, 8192", "va, Math.Min(len, 8192)")]
    [InlineData("same unknown address", "_currentVa, 4096", "_currentVa, 4096")]
    [InlineData("same place, next page", "va, 4096", "va + PAGE_SIZE, 4096")]
    [InlineData("piece inside the described part", "va, 8192", "va + 4096, 4096")]
    [InlineData("whole pages, whole pages apart", "va, 65536", "va + n, 65536")]
    [InlineData("start on a page", "0, 4096", "PAGE_ALIGN(_currentVa) + 4096, 4096")]
    [InlineData("unknown address", "_currentVa, 4096", "va, 4096")]
    [InlineData("unknown length", "va, n", "va, Hardware.Length")]
    [InlineData("unrelated lengths", "0, n", "va, Hardware.Length")]
    [InlineData("unrelated clamp", "va, Hardware.Length", "va, Math.Min(n, len)")]
    public Task Target_DoesNotReport(string shape, string allocation, string piece)
    {
        Assert.NotEmpty(shape);
        return Pages($"Mdl? t = IoAllocateMdl({allocation.Replace("Hardware.Length", "Limit()", StringComparison.Ordinal)}, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, {piece.Replace("Hardware.Length", "Limit()", StringComparison.Ordinal)});", "static extern uint Limit();");
    }

    [Theory]
    [InlineData("if (off != 0) return; Mdl? t = IoAllocateMdl(0, 4096, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, 4096);")]
    [InlineData("Mdl? t = IoAllocateMdl(0, 4096, false, false, null); if (t is null || BYTE_OFFSET(va) != 0) return; IoBuildPartialMdl(mdl, t, va, 4096);")]
    [InlineData("Mdl? t = IoAllocateMdl(va, 4096, false, false, null); if (t is null || n == 0 || n > 4096) return; IoBuildPartialMdl(mdl, t, va, n);")]
    [InlineData("Mdl? t = IoAllocateMdl(0, 8192, false, false, null); if (t is null || n == 0 || n > 4096) return; IoBuildPartialMdl(mdl, t, va, n);")]
    [InlineData("Mdl? t = IoAllocateMdl(va, len, false, false, null); if (t is null) return; for (uint done = 0; done < len; done += 512) { IoBuildPartialMdl(mdl, t, va + done, Math.Min(512, len - done)); MmPrepareMdlForReuse(t); }")]
    [InlineData("Mdl? t = IoAllocateMdl(va, 4096, false, false, null); if (t is null) return; for (uint done = 0; done < len; done += 4096) { IoBuildPartialMdl(mdl, t, va + done, Math.Min(4096, len - done)); MmPrepareMdlForReuse(t); }")]
    [InlineData("Mdl? t = isRead ? IoAllocateMdl(0, 8192, false, false, null) : IoAllocateMdl(va, len, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, 4096);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, 4096);")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; Mdl? t = IoAllocateMdl(p, 4096, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, 4096);")]
    [InlineData("MmInitializeMdl(_mdl, va, len); IoBuildPartialMdl(mdl, _mdl, va + n, 16);")]
    [InlineData("Mdl? t = IoAllocateMdl(PAGE_ALIGN(_currentVa), 512, false, false, null); Sink.Take(t);")]
    [InlineData("Mdl? t = IoAllocateMdl(0, 512, false, false, null); Sink.Take(t); t = IoAllocateMdl(va, len, false, false, null); if (t is not null) IoBuildPartialMdl(mdl, t, va, 4096);")]
    public Task Spelling_DoesNotReport(string body) => Pages(body);

    // Counted in pages, or at an offset that the length of the piece depends on as well.
    [Theory]
    [InlineData("uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); Mdl? t = IoAllocateMdl(0, pages << PAGE_SHIFT, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    [InlineData("uint rounded = (uint)ROUND_TO_PAGES(off + len); Mdl? t = IoAllocateMdl(0, rounded, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    [InlineData("uint piece = PAGE_SIZE - off; for (uint done = 0; done < len; piece = PAGE_SIZE) { piece = Math.Min(piece, len - done); Mdl? t = IoAllocateMdl(va + done, piece, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va + done, piece); IoFreeMdl(t); done += piece; }")]
    [InlineData("if (off + len > PAGE_SIZE) return; Mdl? t = IoAllocateMdl(0, 1, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    public Task SizeThatDependsOnTheOffset_DoesNotReport(string body) => Pages(body);

    // Steps over fixed addresses come to some offsets in a page only.
    [Theory]
    [InlineData("0x10000, 0x1000", "nuint at = 0x10000; at < 0x20000; at += 0x1000", "at, 0x1000")]
    [InlineData("0x10000, 0x1000", "nuint at = 0x10000; at < 0x11000; at += 512", "at, 512")]
    [InlineData("0x10010, 0x4000", "nuint at = 0x10010; at < 0x14010; at += 0x800", "at, 0x800")]
    [InlineData("0x10000, PAGE_SIZE", "uint i = 0; i < 16; i++", "0x10000 + i * PAGE_SIZE, PAGE_SIZE")]
    [InlineData("0x10000, 0x2000", "nuint at = 0x10800; at < 0x20000; at += 0x1000", "at, 0x1000")]
    public Task LoopOverFixedAddresses_DoesNotReport(string room, string loop, string piece) =>
        Pages($"Mdl? t = IoAllocateMdl({room}, false, false, null); if (t is null) return; for ({loop}) {{ IoBuildPartialMdl(mdl, t, {piece}); MmPrepareMdlForReuse(t); }}");

    [Fact]
    public Task LargeEnoughInAField_DoesNotReport() =>
        Class("private readonly Mdl _part = IoAllocateMdl(0, 65536 + PAGE_SIZE, false, false, null)!; void Go(Mdl m) => IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), 65536);");

    [Fact]
    public Task FieldWithOtherAssignments_DoesNotReport() =>
        Class("private Mdl? _part = IoAllocateMdl(0, 512, false, false, null); void Set(Mdl m) => _part = m; void Go(Mdl m) { if (_part is not null) IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), 4096); }");

    [Fact]
    public Task FieldThatOthersCanAssign_DoesNotReport() =>
        Class("internal Mdl? Part = IoAllocateMdl(0, 512, false, false, null); void Go(Mdl m) { if (Part is not null) IoBuildPartialMdl(m, Part, MmGetMdlVirtualAddress(m), 4096); }");

    [Fact]
    public Task FieldOfAVariableSize_DoesNotReport() =>
        Class("private Mdl? _part; void Set(uint n) => _part = IoAllocateMdl(0, n, false, false, null); void Go(Mdl m) { if (_part is not null) IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), 4096); }");

    [Fact]
    public Task HelperThatGetsItsTarget_DoesNotReport() =>
        Class("static void Build(Mdl s, Mdl t, uint n) => IoBuildPartialMdl(s, t, MmGetMdlVirtualAddress(s), n);");

    [Fact]
    public Task AllocatedForPages_DoesNotReport() =>
        Pages("Mdl? t = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 4096); if (t is null) return; IoBuildPartialMdl(mdl, t, va, 4096);");

    [Fact]
    public Task PieceOfPages_DoesNotReport() =>
        Method("Mdl? s = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 65536); Mdl? t = IoAllocateMdl(0, 4096, false, false, null); if (s is null || t is null) return; IoBuildPartialMdl(s, t, MmGetMdlVirtualAddress(s) + 8192, 4096);");

    // Not every length comes with every offset.
    [Theory]
    [InlineData("if (ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len) > 1) return; Mdl? t = IoAllocateMdl(0, PAGE_SIZE, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    [InlineData("if (off + len > 2 * PAGE_SIZE) return; Mdl? t = IoAllocateMdl(0, 5000, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    public Task SpanThatWasTested_DoesNotReport(string body) => Pages(body);
}
