namespace MdlRuntime;

/// <summary>Pool with the checks of its documented interface.</summary>
internal static class PoolRoutines
{
    private const ulong KnownFlags = Executive.POOL_FLAG_NON_PAGED | Executive.POOL_FLAG_PAGED | Executive.POOL_FLAG_UNINITIALIZED;

    public static nuint Allocate(ulong flags, nuint numberOfBytes, uint tag)
    {
        Processor processor = Processor.Current;
        bool paged = (flags & Executive.POOL_FLAG_PAGED) != 0;
        bool nonPaged = (flags & Executive.POOL_FLAG_NON_PAGED) != 0;
        if ((flags & ~KnownFlags) != 0)
            throw new NotModelledException($"ExAllocatePool2 with flags 0x{flags & ~KnownFlags:X}");
        if (paged == nonPaged || tag == 0)
            return 0;

        if (numberOfBytes == 0)
            Report(processor, 0x00, paged, 0, "ExAllocatePool2 was called for 0 bytes.");
        if (processor.Irql > HighestIrql(paged))
            Report(processor, paged ? 0x01u : 0x02u, paged, numberOfBytes, $"ExAllocatePool2 was called at {processor.Irql}.");
        if (numberOfBytes == 0 || processor.System.Faults.Strikes(nameof(Executive.ExAllocatePool2), tag))
            return 0;

        Pool pool = paged ? processor.Memory.PagedPool : processor.Memory.NonPagedPool;
        nuint address = pool.Allocate(numberOfBytes, tag, zero: (flags & Executive.POOL_FLAG_UNINITIALIZED) == 0);
        if (address != 0)
            processor.System.PoolWatch?.OnAllocate(nameof(Executive.ExAllocatePool2), address, numberOfBytes, tag);
        return address;
    }

    public static void Free(nuint pointer, uint? tag)
    {
        Processor processor = Processor.Current;
        bool paged = processor.Memory.PagedRegion.Contains(pointer);
        Pool pool = paged ? processor.Memory.PagedPool : processor.Memory.NonPagedPool;
        if (!pool.TryGetBlock(pointer, out PoolBlock block))
        {
            processor.System.PoolWatch?.OnBadFree(pointer);
            // 0x46: the address is no start of an allocation, which covers freeing twice.
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, pointer, 0, 0,
                $"Pool at {pointer:X16} was freed, but no allocation starts there (freed twice, or never allocated).");
        }

        if (tag is { } expected && expected != 0 && expected != block.Tag)
        {
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x0A, pointer, block.Tag, expected,
                $"Pool at {pointer:X16} was freed with tag 0x{expected:X8}, but was allocated with 0x{block.Tag:X8}.");
        }

        if (processor.Irql > HighestIrql(paged))
            Report(processor, paged ? 0x11u : 0x12u, paged, pointer, $"Pool at {pointer:X16} was freed at {processor.Irql}.");
        if (pool.TryFindLocked(pointer, block, out Pfn locked))
        {
            // 0x9A: a page is freed while it is locked for I/O.
            FrameInfo frame = processor.Memory.Frames[locked];
            processor.System.BugCheck(BugCheckCode.PFN_LIST_CORRUPT, 0x9A, locked.Number, (ulong)frame.Use, (ulong)frame.LockCount,
                $"Pool at {pointer:X16} was freed while an MDL has its frame {locked} locked; MmUnlockPages comes first.", "MDL3005");
        }

        processor.System.PoolWatch?.OnFree(pointer, block.Size);
        block.Owner?.OnFreeing();
        pool.Free(pointer);
    }

    private static Kirql HighestIrql(bool paged) => paged ? Kirql.APC_LEVEL : Kirql.DISPATCH_LEVEL;

    private static void Report(Processor processor, uint subcode, bool paged, nuint detail, string explanation)
    {
        const ulong pagedPool = 1, nonPagedPoolNx = 0x200;
        processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, subcode, (ulong)processor.Irql,
            paged ? pagedPool : nonPagedPoolNx, detail, subcode == 0 ? null : "MDL6004", explanation));
    }
}
