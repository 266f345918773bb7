using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The rule itself. D and N numbers are those of the defect and near-miss shapes; X marks shapes beyond the lists.</summary>
public sealed class MDL1002_PageMathIgnoresOffsetTests
{
    [Fact] // D1
    public Task RoundUpDivision_Reports() =>
        Pages("uint pages = {|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|}; _sg = new SgEntry[pages];");

    [Fact] // D1
    public Task RoundUpDivisionOfTheAccessor_Reports() =>
        Method("uint pages = {|MDL1002:(MmGetMdlByteCount(mdl) + PAGE_SIZE - 1) / PAGE_SIZE|}; Sink.Take(pages);");

    [Fact] // D2
    public Task TruncatingDivisionAsLoopBound_Reports() =>
        Pages("for (int i = 0; i < {|MDL1002:len / PAGE_SIZE|}; i++) Hardware.SendFrame(pfns[i]);");

    [Fact] // D4
    public Task ShiftByLiteral_Reports() =>
        Pages("uint pages = {|MDL1002:len >> 12|}; _sg = new SgEntry[pages];");

    [Fact] // D5
    public Task MaskForm_Reports() =>
        Pages("uint rounded = (len + 0xFFFu) & ~0xFFFu; uint pages = {|MDL1002:rounded >> 12|}; _sg = new SgEntry[pages];");

    [Fact] // D7
    public Task RoundToPages_Reports() =>
        Pages("nuint bytes = ROUND_TO_PAGES(len); for (nuint i = 0; i < {|MDL1002:bytes / PAGE_SIZE|}; i++) Hardware.SendFrame(pfns[(int)i]);");

    [Fact] // D8
    public Task CeilingOfFloatingPoint_Reports() =>
        Pages("int pages = (int){|MDL1002:Math.Ceiling(len / 4096.0)|}; _sg = new SgEntry[pages];");

    [Fact] // D10
    public Task SwitchExpression_Reports() =>
        Pages("int pages = len switch { {|MDL1002:<= 4096|} => 1, <= 8192 => 2, _ => (int)(len / 4096) + 1 }; _sg = new SgEntry[pages];");

    [Fact] // D11
    public Task Ternary_Reports() =>
        Pages("int pages = {|MDL1002:len > PAGE_SIZE|} ? 2 : 1; _sg = new SgEntry[pages];");

    [Fact] // D13
    public Task RelationalPattern_Reports() =>
        Method("if (mdl is { } && MmGetMdlByteCount(mdl) is > 0 and {|MDL1002:<= 4096|}) OnePage();", "static void OnePage() { }");

    [Fact] // D14
    public Task ThroughLocals_Reports() =>
        Pages("var n2 = len; var k = PAGE_SIZE; var c = {|MDL1002:(n2 + k - 1) / k|}; var sg = new SgEntry[c]; Sink.Take(sg);");

    [Fact] // D16
    public Task HelperMethod_Reports() =>
        Pages("uint pages = {|MDL1002:PagesOf(len)|}; for (int i = 0; i < pages; i++) Hardware.SendFrame(pfns[i]);", "static uint PagesOf(uint bytes) => (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;");

    [Fact] // D17
    public Task PropertyOverTheLength_Reports() =>
        Class("uint PageCount => {|MDL1002:MmGetMdlByteCount(_mdl) / PAGE_SIZE|};");

    [Fact] // D20
    public Task StackBuffer_Reports() =>
        Pages("Span<SgEntry> sg = stackalloc SgEntry[(int){|MDL1002:BYTES_TO_PAGES(len)|}]; Sink.Take(sg);");

    [Fact] // D22
    public Task SizeOfMdlWithoutOffset_Reports() =>
        Pages("nuint size = {|MDL1002:MmSizeOfMdl(0, len)|}; Sink.Take(size);");

    [Fact] // D22
    public Task InitializeMdlWithoutOffset_Reports() =>
        Pages("{|MDL1002:MmInitializeMdl(_mdl, 0, len)|};");

    [Fact] // D23
    public Task FirstFrameAsAddress_Reports() =>
        Pages("ulong pa = {|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|}; Hardware.Address = pa;");

    [Fact] // D23
    public Task FirstFrameTimesPageSize_Reports() =>
        Pages("Hardware.Program({|MDL1002:pfns[0] * PAGE_SIZE|}, len);");

    [Fact] // D25
    public Task FirstChunk_Reports() =>
        Pages("uint first = {|MDL1002:Math.Min(len, PAGE_SIZE)|}; Hardware.Program(((ulong)pfns[0] << 12) + off, first);");

    [Fact] // D26
    public Task EveryChunkAFullPage_Reports() =>
        Pages("for (int i = 0; i < _sg.Length; i++) _sg[i] = new SgEntry({|MDL1002:(ulong)pfns[i] << 12|}, PAGE_SIZE);");

    [Fact] // D28
    public Task LiteralZeroOffsetBesideAFrame_Reports() =>
        Pages("Hardware.MapFrame(pfns[0], offset: {|MDL1002:0|}, count: len);");

    [Fact] // D28
    public Task DefaultOffsetBesideAFrame_Reports() =>
        Pages("Hardware.MapFrame(pfns[0], offset: {|MDL1002:default|}, count: len);");

    [Fact] // D29
    public Task ObjectInitializerWithOffsetZero_Reports() =>
        Pages("var run = new PhysicalRun { Frame = pfns[0], Offset = {|MDL1002:0|}, Length = len }; Sink.Take(run);");

    [Fact] // D31
    public Task OffsetDiscarded_Reports() =>
        Method("_ = MmGetMdlByteOffset(mdl); var pfns = MmGetMdlPfnArray(mdl); Hardware.Address = {|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|};");

    [Fact] // D32
    public Task OffsetOverwritten_Reports() =>
        Pages("off = 0; Hardware.Address = ({|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|}) + off;");

    [Fact] // D34
    public Task OffsetAddedToEveryPage_Reports() =>
        Pages("for (int i = 0; i < _sg.Length; i++) _sg[i] = new SgEntry({|MDL1002:((ulong)pfns[i] << 12) + off|}, PAGE_SIZE);");

    [Fact] // D40
    public Task PassedOnWithoutOffset_Reports() =>
        Pages("{|MDL1002:Program(pfns, len)|};", "static void Program(Span<nuint> pfns, uint len) => Hardware.Program((ulong)pfns[0] << PAGE_SHIFT, len);");

    [Fact] // D41
    public Task InsideLambda_Reports() =>
        Method("uint len = MmGetMdlByteCount(mdl); Action send = () => { for (int i = 0; i < {|MDL1002:len / PAGE_SIZE|}; i++) Hardware.SendFrame(MmGetMdlPfnArray(mdl)[i]); }; send();");

    [Fact] // D43
    public Task EndFromPageBase_Reports() =>
        Pages("nuint end = {|MDL1002:MmGetMdlBaseVa(mdl) + len|}; Sink.Take(end);");

    [Fact] // D44
    public Task PageCrossingTest_Reports() =>
        Pages("bool crosses = {|MDL1002:len > PAGE_SIZE|}; if (!crosses) Hardware.Program(((ulong)pfns[0] << 12) + off, len);");

    [Fact] // X: literal in hexadecimal
    public Task HexadecimalLiterals_Reports() =>
        Pages("uint pageCount = {|MDL1002:(len + 0xFFF) / 0x1000|}; _sg = new SgEntry[pageCount];");

    [Fact] // X: own constants
    public Task OwnConstants_Reports() =>
        Pages("uint pages = {|MDL1002:(len + PageBytes - 1) / PageBytes|}; _sg = new SgEntry[pages];", "const uint PageBytes = 1u << 12;");

    [Fact] // X: subtract, shift, add
    public Task LastBytePageIndex_Reports() =>
        Pages("uint pages = ({|MDL1002:(len - 1) >> PAGE_SHIFT|}) + 1; _sg = new SgEntry[pages];");

    [Fact] // X: quotient and remainder
    public Task QuotientPlusRemainder_Reports() =>
        Pages("uint pages = {|MDL1002:len / PAGE_SIZE|} + (len % PAGE_SIZE != 0 ? 1u : 0u); _sg = new SgEntry[pages];");

    [Fact] // X: DivRem
    public Task DivRem_Reports() =>
        Pages("(uint pages, uint rest) = {|MDL1002:Math.DivRem(len, PAGE_SIZE)|}; if (rest != 0) pages++; _sg = new SgEntry[pages];");

    [Fact] // X: 64-bit
    public Task WidenedLength_Reports() =>
        Pages("ulong bytes = len; ulong pages = {|MDL1002:(bytes + 4095UL) / 4096UL|}; _sg = new SgEntry[pages];");

    [Fact] // X: a field of the MDL
    public Task MemberByteCount_Reports() =>
        Method("uint pages = {|MDL1002:(mdl.ByteCount + PAGE_SIZE - 1) >> PAGE_SHIFT|}; _sg = new SgEntry[pages];");

    [Fact] // X: map registers
    public Task MapRegisterCount_Reports() =>
        Pages("adapter.AllocateAdapterChannel(device, (uint){|MDL1002:BYTES_TO_PAGES(len)|}, (d, i, r, c) => DeallocateObject, null);");

    [Fact] // X: a field in between
    public Task ThroughField_Reports() =>
        Pages("_pageCount = {|MDL1002:(len + 4095) / 4096|}; _sg = new SgEntry[_pageCount];", "uint _pageCount;");

    [Fact] // X: compound assignment
    public Task CompoundAssignment_Reports() =>
        Pages("uint pages = len; pages += PAGE_SIZE - 1; {|MDL1002:pages >>= PAGE_SHIFT|}; _sg = new SgEntry[pages];");

    [Fact] // X: slice of the frames
    public Task SliceOfFrames_Reports() =>
        Pages("foreach (nuint pfn in pfns[..(int){|MDL1002:BYTES_TO_PAGES(len)|}]) Hardware.SendFrame(pfn);");

    [Fact] // X: inside a local function
    public Task LocalFunction_Reports() =>
        Method("uint PageCount() => {|MDL1002:(MmGetMdlByteCount(mdl) + PAGE_SIZE - 1) / PAGE_SIZE|}; _sg = new SgEntry[PageCount()];");

    [Fact] // X: physical address type
    public Task PhysicalAddressOfFirstFrame_Reports() =>
        Pages("var address = new PhysicalAddress({|MDL1002:(long)pfns[0] << PAGE_SHIFT|}); Sink.Take(address);");

    [Fact] // N1
    public Task SpanPages_DoesNotReport() =>
        Pages("uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); uint same = ADDRESS_AND_SIZE_TO_SPAN_PAGES(off, len); _sg = new SgEntry[pages + same];");

    [Fact] // N2
    public Task OffsetAdded_DoesNotReport() =>
        Pages("uint a = (off + len + PAGE_SIZE - 1) >> PAGE_SHIFT; nuint b = BYTES_TO_PAGES(off + len); uint c = (BYTE_OFFSET(va) + len + 0xFFF) / 4096; _sg = new SgEntry[a + b + c];");

    [Fact] // N4
    public Task PagesOfThePageAllocator_DoesNotReport() =>
        Class("""
            void Run(PhysicalAddress low, PhysicalAddress high)
            {
                Mdl? own = MmAllocatePagesForMdlEx(low, high, default, 65536, MemoryCachingType.MmCached, MmAllocateFlags.None);
                if (own is null) return;
                uint pages = MmGetMdlByteCount(own) / PAGE_SIZE;
                Hardware.Address = (ulong)MmGetMdlPfnArray(own)[0] << PAGE_SHIFT;
                _sg = new SgEntry[pages];
            }
            """);

    [Fact] // N4
    public Task FieldOnlyFromThePageAllocator_DoesNotReport() =>
        Class("""
            Mdl? _own;
            void Start(PhysicalAddress low, PhysicalAddress high) => _own = MmAllocatePagesForMdl(low, high, default, 65536);
            uint PageCount() => _own is { } mdl ? MmGetMdlByteCount(mdl) / PAGE_SIZE : 0;
            """);

    [Fact] // N5
    public Task CommonBuffer_DoesNotReport() =>
        Method("""
            nuint buffer = adapter.AllocateCommonBuffer(8192, out _, true);
            Mdl? own = IoAllocateMdl(buffer, 8192, false, false, null);
            if (own is null) return;
            MmBuildMdlForNonPagedPool(own);
            uint pages = MmGetMdlByteCount(own) / PAGE_SIZE;
            _sg = new SgEntry[pages];
            """);

    [Fact] // N5
    public Task PoolOfWholePages_DoesNotReport() =>
        Method("""
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8192, 0x6c646d);
            Mdl? own = IoAllocateMdl(buffer, 8192, false, false, null);
            if (own is null) return;
            MmBuildMdlForNonPagedPool(own);
            uint pages = MmGetMdlByteCount(own) >> PAGE_SHIFT;
            _sg = new SgEntry[pages];
            """);

    [Fact] // N7
    public Task AlignmentTest_DoesNotReport() =>
        Pages("uint maxTransfer = 65536 - PAGE_SIZE; if ((va & (PAGE_SIZE - 1)) == 0) maxTransfer += PAGE_SIZE; Sink.Take(maxTransfer);");

    [Fact] // N8
    public Task PageWalk_DoesNotReport() =>
        Pages("""
            uint left = len; int i = 0;
            while (left != 0)
            {
                uint piece = Math.Min(left, PAGE_SIZE - off);
                Hardware.Program(((ulong)pfns[i] << PAGE_SHIFT) + off, piece);
                left -= piece; off = 0; i++;
            }
            """);

    [Fact] // N10
    public Task IndexFromOffsetPlusPosition_DoesNotReport() =>
        Pages("for (uint i = 0; i < len; i += 512) Hardware.Program(((ulong)pfns[(int)((off + i) >> 12)] << 12) + ((off + i) & 0xFFF), 512);");

    [Fact] // N11
    public Task IndexFromDistanceToBase_DoesNotReport() =>
        Pages("nuint index = (va - MmGetMdlBaseVa(mdl)) >> PAGE_SHIFT; Hardware.SendFrame(pfns[(int)index]);");

    [Fact] // N13
    public Task TransferOffsetZero_DoesNotReport() =>
        Pages("adapter.GetScatterGatherListEx(device, new DmaTransferContext(), mdl, offset: 0, len, 0, (d, i, l, c) => { }, null, false);");

    [Fact] // N14
    public Task CopyThroughMappingByPages_DoesNotReport() =>
        Pages("""
            nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
            if (p == 0) return;
            for (uint i = 0; i < len; i += PAGE_SIZE) RtlCopyMemory(_currentVa + i, p + i, Math.Min(PAGE_SIZE, len - i));
            """);

    [Fact] // N16
    public Task SectorsOf4096_DoesNotReport() =>
        Pages("uint sectors = len / SectorSize; uint blocks = len / BlockSize; Sink.Take(sectors + blocks);", "const uint SectorSize = 4096; uint BlockSize => 4096;");

    [Fact] // N17
    public Task Statistics_DoesNotReport() =>
        Pages("Interlocked.Add(ref _pagesWritten, (long)BYTES_TO_PAGES(len)); Console.WriteLine($\"{len / PAGE_SIZE} pages\");", "static long _pagesWritten;");

    [Fact] // N19
    public Task PartialTargetWithSlack_DoesNotReport() =>
        Pages("const uint chunk = 65536; Mdl? target = IoAllocateMdl(0, chunk + PAGE_SIZE, false, false, null); if (target is not null) IoBuildPartialMdl(mdl, target, va, Math.Min(len, chunk));");

    [Fact] // N20
    public Task MdlOverTheTrueAddress_DoesNotReport() =>
        Pages("Mdl? copy = IoAllocateMdl(va, len, false, false, null); nuint size = MmSizeOfMdl(va, len); Sink.Take(copy); Sink.Take(size);");

    [Fact] // N22
    public Task EndAlignment_DoesNotReport() =>
        Pages("uint alignMask = 511; if ((off + len) % PAGE_SIZE == 0 || ((off | len) & alignMask) == 0) Sink.Take(len);");

    [Fact] // N23
    public Task OffsetHandedOn_DoesNotReport() =>
        Pages("Program(pfns, off, len);", "static void Program(Span<nuint> pfns, uint off, uint len) => Hardware.Program(((ulong)pfns[0] << PAGE_SHIFT) + off, Math.Min(len, PAGE_SIZE - off));");

    [Fact] // N25
    public Task LimitWithSlack_DoesNotReport() =>
        Pages("if (len / PAGE_SIZE + 1 >= MaxPages) Split();", "const uint MaxPages = 17; static void Split() { }");

    [Fact] // N26
    public Task HashBucket_DoesNotReport() =>
        Pages("nuint bucket = va >> 12; Sink.Take(bucket);");

    [Fact] // N29
    public Task MaskOfOtherNumbers_DoesNotReport() =>
        Pages("const uint PageMask = 0xFFF; uint protocolField = n & PageMask; uint units = n >> 12; Sink.Take(protocolField + units);");

    [Fact] // N31
    public Task ScatterGatherLoop_DoesNotReport() =>
        Class("static void List(DeviceObject d, Irp? irp, ScatterGatherList list, object? context) { foreach (ScatterGatherElement e in list.Elements) Hardware.Program((ulong)e.Address.QuadPart, e.Length); }");

    [Fact] // N32
    public Task LargeGranularity_DoesNotReport() =>
        Pages("uint windows = len >> 16; uint more = (len + 0xFFFF) / 0x10000; Sink.Take(windows + more);");

    [Fact] // N34
    public Task DeadBranch_DoesNotReport() =>
        Pages("if (len == 0) { uint pages = len / PAGE_SIZE; Sink.Take(pages); }");

    [Fact] // XN: offset known to be zero on this path
    public Task ExplicitlyAligned_DoesNotReport() =>
        Pages("if (off != 0) return; uint pages = (len + PAGE_SIZE - 1) / PAGE_SIZE; Hardware.Address = (ulong)pfns[0] << PAGE_SHIFT; _sg = new SgEntry[pages];");

    [Fact] // XN: later pages start at their beginning
    public Task LaterFrames_DoesNotReport() =>
        Pages("for (int i = 1; i < _sg.Length; i++) _sg[i] = new SgEntry((ulong)pfns[i] << 12, PAGE_SIZE);");

    [Fact] // XN: one page of slack
    public Task OnePageMore_DoesNotReport() =>
        Pages("nuint atMost = BYTES_TO_PAGES(len) + 1; _sg = new SgEntry[atMost];");

    [Fact] // XN: offset added in two steps
    public Task OffsetAddedInSteps_DoesNotReport() =>
        Pages("uint span = len; span += off; span += 0xFFF; uint pages = span >> 12; _sg = new SgEntry[pages];");

    [Fact] // XN: difference of the addresses of the ends
    public Task PagesBetweenEnds_DoesNotReport() =>
        Pages("nuint first = va >> PAGE_SHIFT; nuint last = (va + len - 1) >> PAGE_SHIFT; _sg = new SgEntry[last - first + 1];");

    [Fact] // XN: end from the address
    public Task EndFromAddress_DoesNotReport() =>
        Pages("nuint end = va + len; nuint same = MmGetMdlBaseVa(mdl) + off + len; Sink.Take(end - same);");

    [Fact] // XN: first piece of the remaining room
    public Task FirstPieceOfRoom_DoesNotReport() =>
        Pages("uint room = PAGE_SIZE - off; uint first = len < room ? len : room; Hardware.Program(((ulong)pfns[0] << 12) + off, first);");

    [Fact] // XN: helper that is given the span
    public Task HelperGivenTheSpan_DoesNotReport() =>
        Pages("uint pages = PagesOf(off + len); _sg = new SgEntry[pages];", "static uint PagesOf(uint bytes) => (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;");

    [Fact] // XN: offset or'ed in
    public Task OffsetOred_DoesNotReport() =>
        Pages("Hardware.Address = ((ulong)pfns[0] << 12) | off;");

    [Fact] // XN: address written in two steps
    public Task FrameThenOffset_DoesNotReport() =>
        Pages("ulong pa = (ulong)pfns[0] << PAGE_SHIFT; pa += off; Hardware.Address = pa;");

    [Fact] // XN: limits of a device
    public Task DeviceLimit_DoesNotReport() =>
        Pages("uint piece = Math.Min(len, 65536); if (len > 1048576) return; Sink.Take(piece);");
}
