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
        // The documented answer to invalid parameters is NULL.
        if (paged == nonPaged || numberOfBytes == 0 || tag == 0)
            return 0;

        if (processor.Irql > (paged ? Kirql.APC_LEVEL : Kirql.DISPATCH_LEVEL))
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, paged ? 1u : 2u,
                (ulong)processor.Irql, flags, numberOfBytes, "MDL6004", $"ExAllocatePool2 was called at IRQL {processor.Irql}."));
        }

        Pool pool = paged ? processor.Memory.PagedPool : processor.Memory.NonPagedPool;
        return pool.Allocate(numberOfBytes, tag, zero: (flags & Executive.POOL_FLAG_UNINITIALIZED) == 0);
    }

    public static void Free(nuint pointer, uint? tag)
    {
        Processor processor = Processor.Current;
        Pool pool = processor.Memory.PagedRegion.Contains(pointer) ? processor.Memory.PagedPool : processor.Memory.NonPagedPool;
        if (!pool.TryGetBlock(pointer, out PoolBlock block))
        {
            // 0x46: the address is no start of an allocation, which covers freeing twice.
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, pointer, 0, 0,
                $"Pool at {pointer:X16} was freed, but no allocation starts there (freed twice, or never allocated).");
        }

        if (tag is { } expected && expected != 0 && expected != block.Tag)
        {
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x0A, pointer, block.Tag, expected,
                $"Pool at {pointer:X16} was freed with tag 0x{expected:X8}, but was allocated with 0x{block.Tag:X8}.");
        }

        pool.Free(pointer);
    }
}
