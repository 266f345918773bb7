using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The start of the page where the start of the buffer is meant, and frames that are picked by length.</summary>
public sealed class MDL1002_StartOfPageTests
{
    [Fact]
    public Task PartialTargetOfTheChunkAlone_Reports() =>
        Pages("const uint MaxChunk = 65536; Mdl? t = {|MDL1002:IoAllocateMdl(0, MaxChunk, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va + n, MaxChunk);");

    [Fact]
    public Task HelperThatCountsFromAWrongAddress_IsToldByTheAddressAlone() =>
        Pages(
            "nuint currentVa = {|MDL1001:MmGetMdlBaseVa(mdl)|}; Start(currentVa, len);",
            "static void Start(nuint va, uint length) => Sink.Take(new SgEntry[ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, length)]);");

    [Fact]
    public Task ZeroOffsetByPosition_Reports() =>
        Pages("Hardware.MapFrame(pfns[0], {|MDL1002:0|}, len);");

    [Fact]
    public Task TypedDefaultBesideAFrame_Reports() =>
        Pages("Hardware.MapFrame(pfns[0], {|MDL1002:default(uint)|}, len);");

    [Fact]
    public Task ZeroConstantBesideAFrame_Reports() =>
        Pages("const uint start = 0; Hardware.MapFrame(pfn: pfns[0], count: len, offset: {|MDL1002:start|});");

    [Fact]
    public Task OffsetResetByWith_Reports() =>
        Pages("var run = new PhysicalRun { Frame = pfns[0], Offset = off, Length = len }; run = run with { Offset = {|MDL1002:0|} }; Sink.Take(run);");

    [Fact]
    public Task DefaultOffsetInInitializer_Reports() =>
        Pages("var run = new PhysicalRun { Frame = pfns[0], Offset = {|MDL1002:default|}, Length = len }; Sink.Take(run);");

    [Fact]
    public Task ZeroOffsetAssigned_Reports() =>
        Pages("var run = new PhysicalRun(); run.Frame = pfns[0]; run.Offset = {|MDL1002:0|}; run.Length = len; Sink.Take(run);");

    [Fact]
    public Task BaseAsCurrentVa_Reports() =>
        Pages("nuint start = MmGetMdlBaseVa(mdl); adapter.MapTransfer(mdl, registers, {|MDL1002:start|}, ref n, false);");

    [Fact]
    public Task BaseAsPartialAddress_Reports() =>
        Pages("nuint start = MmGetMdlBaseVa(mdl); IoBuildPartialMdl(mdl, _mdl, {|MDL1002:start|}, len);");

    [Fact]
    public Task BaseAsCopyOrigin_Reports() =>
        Pages("nuint start = MmGetMdlBaseVa(mdl); RtlCopyMemory(_currentVa, {|MDL1002:start|}, len);");

    [Fact]
    public Task BaseGivenDirectly_Reports() =>
        Pages("adapter.MapTransfer(mdl, registers, {|MDL1002:MmGetMdlBaseVa(mdl)|}, ref n, false);");

    [Fact]
    public Task BaseThroughLocalFunction_Reports() =>
        Pages("nuint start = MmGetMdlBaseVa(mdl); Move(start); void Move(nuint currentVa) => adapter.MapTransfer(mdl, registers, {|MDL1002:currentVa|}, ref n, false);");

    [Fact]
    public Task BasePlusProgress_Reports() =>
        Pages("for (uint done = 0; done < len; ) { uint piece = len - done; adapter.MapTransfer(mdl, registers, {|MDL1002:MmGetMdlBaseVa(mdl)|} + done, ref piece, false); done += piece; }");

    [Fact]
    public Task StartVaAsPointer_Reports() =>
        Pages("byte* data = (byte*){|MDL1002:mdl.StartVa|}; Sink.Take(*data);");

    [Fact]
    public Task MappedSystemVaOfAnOrdinaryMapping_DoesNotReport() =>
        Pages("byte* data = (byte*)mdl.MappedSystemVa; Sink.Take(*data);");

    [Fact]
    public Task MappedSystemVaOfAReservedMapping_Reports() =>
        Pages("nuint m = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); if (m == 0) return; byte* data = (byte*){|MDL1002:mdl.MappedSystemVa|}; Sink.Take(*data);");

    [Fact]
    public Task MappedSystemVaKeptAndUsed_ReportsWhereItIsRead() =>
        Pages("nuint m = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); if (m == 0) return; nuint buffer = {|MDL1002:mdl.MappedSystemVa|}; RtlZeroMemory(buffer, len); byte* data = (byte*)buffer; Sink.Take(*data);");

    [Fact]
    public Task ReadAtStartVa_Reports() =>
        Pages("Sink.Take(VirtualMemory.Read<byte>({|MDL1002:mdl.StartVa|}));");

    [Fact]
    public Task SpanOverThePage_Reports() =>
        Pages(
            "nuint pageBase = PAGE_ALIGN(va); var page = new Span<byte>({|MDL1004:(void*)pageBase|}, (int)PAGE_SIZE); Parse({|MDL1002:page[..(int)len]|});",
            "static void Parse(Span<byte> b) { }");

    [Fact]
    public Task SpanOverTheMappedPage_Reports() =>
        Pages(
            "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; void* pageBase = (void*)(p & ~(nuint)0xFFF); Span<byte> page = new(pageBase, 4096); Parse({|MDL1002:page.Slice(0, (int)len)|});",
            "static void Parse(Span<byte> b) { }");

    [Fact]
    public Task SpanOverAGivenPage_Reports() =>
        Class("unsafe void Run(Mdl mdl, nuint pageBase) { uint len = MmGetMdlByteCount(mdl); var page = new Span<byte>((void*)pageBase, (int)PAGE_SIZE); Sink.Take({|MDL1002:page[..(int)len]|}); }");

    [Fact]
    public Task SpanSlicedByTheOffset_DoesNotReport() =>
        Class("unsafe void Run(Mdl mdl, nuint pageBase) { uint len = MmGetMdlByteCount(mdl), off = MmGetMdlByteOffset(mdl); var page = new Span<byte>((void*)pageBase, (int)PAGE_SIZE); Sink.Take(page.Slice((int)off)[..(int)len]); Sink.Take(page.Slice((int)off, (int)len)); }");

    [Fact]
    public Task CrossingFlag_Reports() =>
        Pages("bool crosses = {|MDL1002:len > PAGE_SIZE|}; if (crosses) Sink.Take(pfns[1]); else Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task CrossingTest_Reports() =>
        Pages("if ({|MDL1002:len <= PAGE_SIZE|}) Hardware.Program(((ulong)pfns[0] << 12) + off, len); else Hardware.ProgramList(_sg);");

    [Fact]
    public Task InvertedCrossingTest_Reports() =>
        Pages("var single = !({|MDL1002:MmGetMdlByteCount(mdl) > 4096u|}); if (single) { Hardware.Program(((ulong)pfns[0] << 12) + off, len); }");

    [Fact]
    public Task CrossingTestInDisjunction_Reports() =>
        Pages("bool one = pfns.Length == 1 || {|MDL1002:len <= PAGE_SIZE|}; if (one) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task CrossingTestTheOtherWayRound_Reports() =>
        Pages("if ({|MDL1002:PAGE_SIZE >= len|}) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact]
    public Task FramesByPosition_Reports() =>
        Pages("for (uint done = 0; done < len; done += PAGE_SIZE) Hardware.Program({|MDL1002:(ulong)pfns[(int)(done >> 12)] << 12|}, PAGE_SIZE);");

    [Fact]
    public Task FramesByPositionInWhile_Reports() =>
        Pages("uint done = 0; while (done < len) { Hardware.SendFrame(pfns[(int)({|MDL1002:done / PAGE_SIZE|})]); done += PAGE_SIZE; }");

    [Fact]
    public Task FramesByPositionUpToTheSpan_DoesNotReport() =>
        Pages("for (uint done = 0; done < off + len; done += PAGE_SIZE) Hardware.SendFrame(pfns[(int)(done >> 12)]);");

    [Fact]
    public Task WalkFromTheOffset_DoesNotReport() =>
        Pages("for (uint pos = off; pos < off + len; ) { uint piece = Math.Min(off + len - pos, PAGE_SIZE - (pos & 0xFFF)); Hardware.Program(((ulong)pfns[(int)(pos >> 12)] << 12) + (pos & 0xFFF), piece); pos += piece; }");

    [Fact]
    public Task FramesOfTheRequestLength_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; Span<nuint> pfns = MmGetMdlPfnArray(m); for (int i = 0; i < {|MDL1002:sp.Parameters.Read.Length / PAGE_SIZE|}; i++) Hardware.SendFrame(pfns[i]);");

    [Fact]
    public Task RoundedFramesOfTheRequestLength_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; uint pages = {|MDL1002:(sp.Parameters.Read.Length + PAGE_SIZE - 1) >> PAGE_SHIFT|}; Span<nuint> pfns = MmGetMdlPfnArray(m); for (int i = 0; i < pages; i++) Hardware.SendFrame(pfns[i]);");

    [Fact]
    public Task RequestLengthInBlocks_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; uint blocks = sp.Parameters.Read.Length / 4096; Sink.Take(blocks);");

    [Fact]
    public Task PointerToPagePlusOffset_DoesNotReport() =>
        Pages("byte* page = (byte*)mdl.StartVa; byte* data = page + off; Sink.Take(*{|MDL1004:data|});");

    [Fact]
    public Task SpanOfPageSlicedByOffset_DoesNotReport() =>
        Pages("nuint pageBase = PAGE_ALIGN(va); var page = new Span<byte>({|MDL1004:(void*)pageBase|}, (int)PAGE_SIZE); Sink.Take(page.Slice((int)off, (int)Math.Min(len, PAGE_SIZE - off)));");

    [Fact]
    public Task SpanOfPageFromOffset_DoesNotReport() =>
        Pages("var page = new Span<byte>({|MDL1004:(void*)PAGE_ALIGN(va)|}, 4096); var tail = page[(int)off..]; Sink.Take(tail);");

    [Fact]
    public Task BaseCompletedBeforeReading_DoesNotReport() =>
        Pages("nuint data = MmGetMdlBaseVa(mdl); data += off; Sink.Take(VirtualMemory.Read<byte>({|MDL1004:data|}));");

    [Fact]
    public Task MapRegistersForTheRequestLength_Reports() =>
        Read(
            "if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; _adapter.AllocateAdapterChannel(device, (uint){|MDL1002:BYTES_TO_PAGES(sp.Parameters.Read.Length)|}, (d, i, r, c) => DeallocateObject, null);",
            "private DmaAdapter _adapter = null!;");

    [Fact]
    public Task MapRegistersWithOneToSpare_DoesNotReport() =>
        Read(
            "if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; _adapter.AllocateAdapterChannel(device, (uint)BYTES_TO_PAGES(sp.Parameters.Read.Length) + 1, (d, i, r, c) => DeallocateObject, null);",
            "private DmaAdapter _adapter = null!;");

    [Fact]
    public Task MapRegistersForTheSpan_DoesNotReport() =>
        Read(
            "if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; _adapter.AllocateAdapterChannel(device, ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(m), sp.Parameters.Read.Length), (d, i, r, c) => DeallocateObject, null);",
            "private DmaAdapter _adapter = null!;");
}
