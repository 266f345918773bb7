using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Page arithmetic that is right, or not about the pages of an MDL.</summary>
public sealed class MDL1002_NearMissTests
{
    [Fact]
    public Task SpanThroughHelper_DoesNotReport() =>
        Pages("_sg = new SgEntry[Count(va, len)];", "static uint Count(nuint start, uint bytes) => (uint)(((start & 0xFFF) + bytes + 0xFFF) >> 12);");

    [Fact]
    public Task SpanByFrames_DoesNotReport() =>
        Pages("_sg = new SgEntry[pfns.Length]; for (int i = 0; i < pfns.Length; i++) Hardware.SendFrame(pfns[i]);");

    [Fact]
    public Task AlignedByThrow_DoesNotReport() =>
        Pages("if (off != 0) throw new InvalidOperationException(\"unaligned\"); _sg = new SgEntry[len / PAGE_SIZE]; Hardware.Address = (ulong)pfns[0] << 12;");

    [Fact]
    public Task AlignedByMask_DoesNotReport() =>
        Pages("if ((va & 0xFFF) != 0) return; _sg = new SgEntry[(len + 4095) / 4096];");

    [Fact]
    public Task AlignedByMacro_DoesNotReport() =>
        Pages("if (BYTE_OFFSET(va) is not 0) return; _sg = new SgEntry[(len + 4095) / 4096];");

    [Fact]
    public Task AlignedByHelper_DoesNotReport() =>
        Pages("if (!IsAligned(mdl)) return; _sg = new SgEntry[(len + 4095) / 4096];", "static bool IsAligned(Mdl m) => MmGetMdlByteOffset(m) == 0;");

    [Fact]
    public Task AlignedFlag_DoesNotReport() =>
        Pages("bool aligned = off == 0 && len % PAGE_SIZE == 0; if (aligned) _sg = new SgEntry[len / PAGE_SIZE];");

    [Fact]
    public Task AlignedTernary_DoesNotReport() =>
        Pages("uint pages = off == 0 ? (len + 4095) / 4096 : ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); _sg = new SgEntry[pages];");

    [Fact]
    public Task FirstThenRest_DoesNotReport() =>
        Pages("uint first = Math.Min(len, PAGE_SIZE - off); uint rest = len - first; uint pages = 1 + (rest + PAGE_SIZE - 1) / PAGE_SIZE; _sg = new SgEntry[pages];");

    [Fact]
    public Task WholePagesAfterFirst_DoesNotReport() =>
        Pages("uint first = Math.Min(len, PAGE_SIZE - off); Hardware.Program(((ulong)pfns[0] << 12) + off, first); int i = 1; for (uint done = first; done < len; done += PAGE_SIZE, i++) Hardware.Program((ulong)pfns[i] << 12, Math.Min(PAGE_SIZE, len - done));");

    [Fact]
    public Task OffsetOnFirstOnly_DoesNotReport() =>
        Pages("for (int i = 0; i < pfns.Length; i++) Hardware.Program(((ulong)pfns[i] << 12) + (i == 0 ? off : 0), 1);");

    [Fact]
    public Task OffsetResetInLoop_DoesNotReport() =>
        Pages("uint o = off, left = len; foreach (nuint pfn in pfns) { uint piece = Math.Min(PAGE_SIZE - o, left); Hardware.Program(((ulong)pfn << 12) + o, piece); left -= piece; o = 0; }");

    [Fact]
    public Task AddressByPosition_DoesNotReport() =>
        Pages("for (uint p = 0; p < len; p++) { ulong at = ((ulong)pfns[(int)((off + p) / PAGE_SIZE)] << PAGE_SHIFT) | ((off + p) % PAGE_SIZE); Hardware.Address = at; }");

    [Fact]
    public Task LogicalSectors_DoesNotReport() =>
        Pages("const uint SectorShift = 12; uint sectors = len >> (int)SectorShift; Hardware.Program(0, sectors);");

    [Fact]
    public Task ClusterProperty_DoesNotReport() =>
        Pages("uint clusters = (len + ClusterSize - 1) / ClusterSize; Hardware.Program(0, clusters);", "static uint ClusterSize => 4096;");

    [Fact]
    public Task BurstLimit_DoesNotReport() =>
        Pages("const uint MaxBurst = 4096; uint burst = Math.Min(len, MaxBurst); Hardware.Program(((ulong)pfns[0] << 12) + off, Math.Min(burst, PAGE_SIZE - off));");

    [Fact]
    public Task BounceBuffer_DoesNotReport() =>
        Pages("byte[] bounce = new byte[Math.Min(len, PAGE_SIZE)]; for (uint done = 0; done < len; done += (uint)bounce.Length) Sink.Take((nuint)Math.Min((uint)bounce.Length, len - done));");

    [Fact]
    public Task BounceBufferOnTheStack_DoesNotReport() =>
        Pages("Span<byte> bounce = stackalloc byte[(int)Math.Min(len, PAGE_SIZE)]; for (uint done = 0; done < len; done += (uint)bounce.Length) Sink.Take((nuint)Math.Min((uint)bounce.Length, len - done));");

    [Fact]
    public Task RefusesTooLong_DoesNotReport() =>
        Pages("if (len > PAGE_SIZE) throw new ArgumentOutOfRangeException(nameof(mdl)); Sink.Take(va);");

    [Fact]
    public Task Counter_DoesNotReport() =>
        Pages("_totalPages += len / PAGE_SIZE; Console.WriteLine(\"pages: \" + len / PAGE_SIZE);", "ulong _totalPages;");

    [Fact]
    public Task EventSource_DoesNotReport() =>
        Pages(
            "DriverEventSource.Log.Transferred(BYTES_TO_PAGES(len));",
            "sealed class DriverEventSource { public static readonly DriverEventSource Log = new(); public void Transferred(nuint pages) { } }");

    [Fact]
    public Task UpperBound_DoesNotReport() =>
        Pages("const int Max = 17; uint pages = len / PAGE_SIZE + 2; if (pages > Max) return; _sg = new SgEntry[pages];");

    [Fact]
    public Task TwoChecks_DoesNotReport() =>
        Pages("if (len == 0) { Hardware.Program(0, len / PAGE_SIZE); return; }");

    [Fact]
    public Task CopyByPagesOfMapping_DoesNotReport() =>
        Pages("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; for (uint i = 0; i < len / PAGE_SIZE; i++) RtlCopyMemory(_currentVa + i * PAGE_SIZE, p + i * PAGE_SIZE, PAGE_SIZE);");

    [Fact]
    public Task OwnBuffer_DoesNotReport() =>
        Pages("nuint copy = ExAllocatePool2(POOL_FLAG_NON_PAGED, ROUND_TO_PAGES(len), 1); RtlCopyMemory(copy, _currentVa, len);");

    [Theory]
    [InlineData("RtlZeroMemory(p, len / PAGE_SIZE * PAGE_SIZE);")]
    [InlineData("uint whole = len / PAGE_SIZE * PAGE_SIZE; RtlZeroMemory(p, whole); RtlFillMemory(p + whole, len - whole, 0xFF);")]
    [InlineData("uint whole = len & ~(PAGE_SIZE - 1); RtlZeroMemory(p, whole);")]
    [InlineData("for (uint done = 0; done < len / PAGE_SIZE * PAGE_SIZE; done += PAGE_SIZE) RtlZeroMemory(p + done, PAGE_SIZE);")]
    public Task WholePagesOfMappedBytes_DoesNotReport(string use) =>
        Pages("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; " + use);

    [Fact]
    public Task NonMdlLength_DoesNotReport() =>
        Pages("uint pages = (n + PAGE_SIZE - 1) / PAGE_SIZE; _sg = new SgEntry[pages];");

    [Fact]
    public Task Compared_DoesNotReport() =>
        Pages("if (len != PAGE_SIZE) return; Sink.Take(va);");

    [Fact]
    public Task ZeroOffsetOfLaterPage_DoesNotReport() =>
        Pages("Hardware.MapFrame(pfns[0], off, PAGE_SIZE - off); for (int i = 1; i < pfns.Length; i++) Hardware.MapFrame(pfns[i], 0, PAGE_SIZE);");

    [Fact]
    public Task RunWithOffset_DoesNotReport() =>
        Pages("var run = new PhysicalRun { Frame = pfns[0], Offset = off, Length = len }; run = run with { Length = 0 }; var next = run with { Frame = pfns[1], Offset = 0 }; Sink.Take(next);");

    [Fact]
    public Task PartialOfThePiece_DoesNotReport() =>
        Pages("Mdl? t = IoAllocateMdl(va, 8192, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(len, 8192));");

    [Fact]
    public Task PageAllocatedProperty_DoesNotReport() =>
        Class("Mdl? _own; bool Start(PhysicalAddress l, PhysicalAddress h) { Mdl? m = MmAllocatePagesForMdlEx(l, h, default, 65536, MemoryCachingType.MmCached, MmAllocateFlags.None); if (m == null) return false; _own = m; return true; } uint Pages => MmGetMdlByteCount(_own!) >> PAGE_SHIFT;");

    [Fact]
    public Task AlignedAllocation_DoesNotReport() =>
        Method("void* b = System.Runtime.InteropServices.NativeMemory.AlignedAlloc(8192, 4096); Mdl? own = IoAllocateMdl((nuint)b, 8192, false, false, null); if (own is null) return; MmBuildMdlForNonPagedPool(own); _sg = new SgEntry[MmGetMdlByteCount(own) / PAGE_SIZE];");

    [Fact]
    public Task LargePages_DoesNotReport() =>
        Pages("uint large = (len + 0x1FFFFF) >> 21; uint granules = len / 0x10000; Sink.Take(large + granules);");

    [Fact]
    public Task HashOfPage_DoesNotReport() =>
        Pages("int bucket = (int)((va >> PAGE_SHIFT) % 64); int other = (int)(MmGetMdlBaseVa(mdl) >> 12) & 63; Sink.Take(bucket + other);");

    [Fact]
    public Task FrameAsKey_DoesNotReport() =>
        Pages("var seen = new HashSet<nuint>(); foreach (nuint pfn in pfns) seen.Add(pfn);");

    [Fact]
    public Task BaseForProbe_DoesNotReport() =>
        Pages("nuint first = MmGetMdlBaseVa(mdl); nuint pages = (va + len - first + 0xFFF) >> 12; _sg = new SgEntry[pages];");

    [Fact]
    public Task ChunksOfMapping_DoesNotReport() =>
        Pages("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; uint chunks = len / PAGE_SIZE; for (nuint i = 0; i < chunks; i++) RtlZeroMemory(p + (i << 12), 4096);");

    [Fact]
    public Task DoWhileUpToTheSpan_DoesNotReport() =>
        Pages("uint done = 0; do { Hardware.SendFrame(pfns[(int)(done >> PAGE_SHIFT)]); done += PAGE_SIZE; } while (done < off + len);");
}
