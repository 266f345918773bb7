using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>Common buffers by the dozen, and the stop 0x1DC for their misuse.</summary>
public sealed class CommonBufferVectorTests
{
    private static readonly PhysicalAddress s_anywhere = new(-1);

    [Fact, Proves("DMA-229")]
    public void The_elements_of_a_vector_are_common_buffers_of_their_own()
    {
        using var bench = new DmaBench(new());
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        long free = bench.Machine.System.Memory.Frames.FreeCount;
        bench.Machine.Run(() =>
        {
            DmaCommonBufferVector vector = Allocate(adapter, 3, 5000);
            for (uint i = 0; i < 3; i++)
            {
                adapter.GetCommonBufferFromVectorByIndex(vector, i, out nuint buffer, out PhysicalAddress logical);
                VirtualMemory.CopyFrom(buffer, Numbered(5000));
                Assert.Equal(Numbered(5000), DeviceReads(adapter, logical.QuadPart, 5000));
            }

            for (uint i = 0; i < 3; i++)
                adapter.FreeCommonBufferFromVector(vector, i);
            adapter.FreeCommonBufferVector(vector);
            Assert.Equal(free, bench.Machine.System.Memory.Frames.FreeCount);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-229", "DMA-404")]
    public void Nonsense_and_too_much_are_refused_and_nothing_is_kept()
    {
        using var bench = new DmaBench(Physical() with { MemoryBytes = 4 << 20 });
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        NtStatus Try(uint elements, ulong size, MemoryCachingType caching = MemoryCachingType.MmCached, uint flags = 0, long low = 0, long high = -1) =>
            bench.AsDriver(() => adapter.AllocateCommonBufferVector(new(low), new(high), caching, 0, flags, elements, size, out _));

        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, Try(0, 100));
        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, Try(1, 0));
        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, Try(1, 100, MemoryCachingType.MmWriteCombined));
        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, Try(1, 100, flags: 2));
        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, Try(1, 100, low: 0x2000, high: 0x1000));
        long free = bench.Machine.System.Memory.Frames.FreeCount;
        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, Try(100, 16 * PAGE_SIZE));
        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, Try(uint.MaxValue, 1));
        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, Try(1, 1UL << 32));
        bench.Machine.Faults.FailNth(nameof(DmaAdapter.AllocateCommonBufferVector), 1);
        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, Try(1, 100));
        Assert.Equal(free, bench.Machine.System.Memory.Frames.FreeCount);
    }

    [Theory, Proves("DMA-229", "DMA-325", "DMA-404")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Every_misuse_of_a_vector_stops_the_machine(VerifierMode mode)
    {
        AssertStops(mode, 1, (adapter, vector) => Raised(() => adapter.AllocateCommonBufferVector(default, s_anywhere, MemoryCachingType.MmCached, 0, 0, 1, 1, out _)));
        AssertStops(mode, 1, (adapter, vector) => Raised(() => adapter.FreeCommonBufferFromVector(vector, 0)));
        BugCheckException notEmpty = AssertStops(mode, 2, (adapter, vector) =>
        {
            adapter.FreeCommonBufferFromVector(vector, 0);
            adapter.FreeCommonBufferVector(vector);
        });
        Assert.Equal(1ul, notEmpty.Parameter2);
        Assert.NotEqual(0ul, notEmpty.Parameter3);
        Assert.NotEqual(0ul, notEmpty.Parameter4);
        BugCheckException outside = AssertStops(mode, 3, (adapter, vector) => adapter.GetCommonBufferFromVectorByIndex(vector, 2, out _, out _));
        Assert.Equal((2ul, 2ul), (outside.Parameter2, outside.Parameter3));
        BugCheckException twice = AssertStops(mode, 4, (adapter, vector) =>
        {
            adapter.FreeCommonBufferFromVector(vector, 1);
            adapter.FreeCommonBufferFromVector(vector, 1);
        });
        Assert.Equal(1ul, twice.Parameter2);
        if (mode == VerifierMode.Off)
            AssertStops(mode, 5, (adapter, _) => adapter.PutDmaAdapter());
    }

    private static void Raised(Action code)
    {
        KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        code();
        KernelCore.KeLowerIrql(old);
    }

    private static BugCheckException AssertStops(VerifierMode mode, ulong violation, Action<DmaAdapter, DmaCommonBufferVector> misuse)
    {
        using var bench = new DmaBench(Physical(mode));
        DmaAdapter adapter = bench.GetAdapter(CommonBufferBoundsTests.Version3);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() => misuse(adapter, Allocate(adapter, 2, 100))));
        Assert.Equal((0x1DCu, violation), (stop.Code, stop.Parameter1));
        return stop;
    }

    private static DmaCommonBufferVector Allocate(DmaAdapter adapter, uint elements, ulong size)
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS,
            adapter.AllocateCommonBufferVector(default, s_anywhere, MemoryCachingType.MmCached, 0, 0, elements, size, out DmaCommonBufferVector? vector));
        return Assert.IsType<DmaCommonBufferVector>(vector);
    }
}
