using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Walks over the pages of an MDL, alignment tests and cursors, as drivers write them: both address rules agree with them.</summary>
public sealed class PageWalkTests
{
    [Fact]
    public Task OffsetPatternZero_DoesNotReport() =>
        Pages("if (mdl is { ByteOffset: 0 }) _sg = new SgEntry[len / PAGE_SIZE];");

    [Fact]
    public Task OffsetPatternNotZero_DoesNotReport() =>
        Pages("if (mdl is not { ByteOffset: 0 }) return; _sg = new SgEntry[len / PAGE_SIZE];");

    [Fact]
    public Task AlignedAssert_Reports() =>
        Pages("Debug.Assert(off == 0); _sg = new SgEntry[{|MDL1002:len / PAGE_SIZE|}];");

    [Fact]
    public Task SwitchOff_DoesNotReport() =>
        Pages("switch (off) { case 0: _sg = new SgEntry[len / PAGE_SIZE]; break; }");

    [Fact]
    public Task OffVarInTuple_DoesNotReport() =>
        Pages("var (o, l) = (off, len); _sg = new SgEntry[(o + l + 4095) / 4096];");

    [Fact]
    public Task StructSpan_DoesNotReport() =>
        Pages(
            "var s = new Extent(off, len); _sg = new SgEntry[s.Pages];",
            "readonly record struct Extent(uint Offset, uint Length) { public uint Pages => (Offset + Length + 4095) / 4096; }");

    [Fact]
    public Task LoopPieces_DoesNotReport() =>
        Pages("uint done = 0; while (done < len) { uint o = (off + done) & 0xFFF; uint piece = Math.Min(PAGE_SIZE - o, len - done); Hardware.Program(((ulong)pfns[(int)((off + done) >> 12)] << 12) + o, piece); done += piece; }");

    [Fact]
    public Task LoopPieces2_DoesNotReport() =>
        Pages("uint done = 0; for (int i = 0; done < len; i++) { uint o = i == 0 ? off : 0; uint piece = Math.Min(PAGE_SIZE - o, len - done); Hardware.Program(((ulong)pfns[i] << PAGE_SHIFT) + o, piece); done += piece; }");

    [Fact]
    public Task LoopPieces3_DoesNotReport() =>
        Pages("int index = 0; ulong at = ((ulong)pfns[index] << 12) + off; uint room = PAGE_SIZE - off; uint left = len; while (left > 0) { uint piece = left < room ? left : room; Hardware.Program(at, piece); left -= piece; if (left == 0) break; at = (ulong)pfns[++index] << 12; room = PAGE_SIZE; }");

    [Fact]
    public Task LoopHelper_DoesNotReport() =>
        Pages(
            "uint left = len, o = off; foreach (nuint pfn in pfns) { uint piece = Piece(o, left); Hardware.Program(At(pfn, o), piece); left -= piece; o = 0; }",
            "static uint Piece(uint o, uint left) => Math.Min(PAGE_SIZE - o, left); static ulong At(nuint pfn, uint o) => ((ulong)pfn << PAGE_SHIFT) + o;");

    [Fact]
    public Task ContiguityCheck_DoesNotReport() =>
        Pages("bool contiguous = true; for (int i = 1; i < pfns.Length; i++) contiguous &= pfns[i] == pfns[i - 1] + 1; if (contiguous) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task Shift64_DoesNotReport() =>
        Pages("ulong pa = (ulong)pfns[0] * PAGE_SIZE + (va & (PAGE_SIZE - 1)); Hardware.Program(pa, len);");

    [Fact]
    public Task BaseCompare_DoesNotReport() =>
        Pages("if (PAGE_ALIGN(va) == PAGE_ALIGN(va + len - 1)) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task CrossOk_DoesNotReport() =>
        Pages("bool crosses = off + len > PAGE_SIZE; if (!crosses) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task RoomCompare_DoesNotReport() =>
        Pages("if (len <= PAGE_SIZE - off) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task LimitConst_DoesNotReport() =>
        Pages("if (len > 16 * PAGE_SIZE) return; Sink.Take(va);");

    [Fact]
    public Task ChunkedByDevice_DoesNotReport() =>
        Pages("const uint ChunkSize = 4096; for (uint done = 0; done < len; done += ChunkSize) Hardware.Program(done, Math.Min(ChunkSize, len - done));");

    [Fact]
    public Task PageBasePassed_DoesNotReport() =>
        Pages("nuint pageBase = MmGetMdlBaseVa(mdl); nuint frameStart = PAGE_ALIGN(va); Sink.Take(pageBase + frameStart);");

    [Fact]
    public Task BaseToUser_DoesNotReport() =>
        Pages("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; nuint pageStart = p & ~(nuint)0xFFF; nuint again = pageStart + off; RtlZeroMemory(again, len);");

    [Fact]
    public Task FlushWholePages_DoesNotReport() =>
        Pages("nuint start = PAGE_ALIGN(va); nuint end = ROUND_TO_PAGES(va + len); Sink.Take(end - start);");

    [Fact]
    public Task PfnsLoopUntilPages_DoesNotReport() =>
        Pages("uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); for (uint i = 0; i < pages; i++) Hardware.SendFrame(pfns[(int)i]);");

    [Fact]
    public Task CountMinusOne_DoesNotReport() =>
        Pages("uint last = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len) - 1; Hardware.SendFrame(pfns[(int)last]);");

    [Fact]
    public Task MixedFlags_DoesNotReport() =>
        Pages("if (off == 0 || len > 0) Sink.Take(off); uint pagesSeen = len >> 12; Console.WriteLine(pagesSeen);");

    [Fact]
    public Task VaInTryGet_DoesNotReport() =>
        Method(
            "if (TryGet(mdl, out nuint va, out uint offset)) adapter.MapTransfer(mdl, registers, va, ref n, false); Sink.Take(0);",
            "static bool TryGet(Mdl m, out nuint va, out uint offset) { va = MmGetMdlVirtualAddress(m); offset = MmGetMdlByteOffset(m); return offset != 0; }");

    [Fact]
    public Task CursorVa_DoesNotReport() =>
        Method("nuint cursor = MmGetMdlVirtualAddress(mdl); uint offset = (uint)(cursor - MmGetMdlBaseVa(mdl)); Sink.Take(offset);");

    [Fact]
    public Task OffsetOfVa_DoesNotReport() =>
        Method("uint offset = (uint)(MmGetMdlVirtualAddress(mdl) - PAGE_ALIGN(MmGetMdlVirtualAddress(mdl))); ulong positionInBuffer = 0; Sink.Take(offset + positionInBuffer);");

    [Fact]
    public Task NonPagedField_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority | MdlMappingNoExecute); adapter.FlushAdapterBuffersEx(_mdl, registers, 0, n, false); Sink.Take(VirtualMemory.Read<byte>(p));");

    [Fact]
    public Task BaseForUnmap_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KProcessorMode.KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority | MdlMappingNoExecute); MmUnmapLockedPages(p, mdl);");

    [Fact]
    public Task FieldNonPaged_DoesNotReport() =>
        Class("nuint _buf; void Init(uint size) { _buf = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, 1); _mdl = IoAllocateMdl(_buf, size, false, false, null)!; MmBuildMdlForNonPagedPool(_mdl); } void Go(DmaAdapter a, uint n) => a.MapTransfer(_mdl, null, MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority | MdlMappingNoExecute), ref n, false);");

    [Fact]
    public Task MapEachFrame_DoesNotReport() =>
        Pages("uint o = off; foreach (nuint pfn in pfns) { Hardware.MapFrame(pfn, o, PAGE_SIZE - o); o = 0; }");

    [Fact]
    public Task RunOfEachFrame_DoesNotReport() =>
        Pages("uint o = off; foreach (nuint pfn in pfns) { var run = new PhysicalRun { Frame = pfn, Offset = o, Length = PAGE_SIZE - o }; Sink.Take(run); o = 0; }");

    [Fact]
    public Task MapEachFrameTernary_DoesNotReport() =>
        Pages("for (int i = 0; i < pfns.Length; i++) Hardware.MapFrame(pfns[i], i == 0 ? off : 0, 1);");
}
