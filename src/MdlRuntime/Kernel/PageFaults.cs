namespace MdlRuntime;

/// <summary>What the memory manager does about a page fault before the access is tried again or refused.</summary>
internal static class PageFaults
{
    /// <summary>The frame of the page once the fault is repaired; raises or stops when it cannot be.</summary>
    public static Pfn Resolve(Processor processor, nuint address, MemoryAccess access, PageFault fault)
    {
        if (fault is PageFault.Guard or PageFault.CopyOnWrite or PageFault.NotResident && processor.Irql < Kirql.DISPATCH_LEVEL)
        {
            ref Pte pte = ref processor.Memory.EditPte(processor.Process.Space, address);
            switch (fault)
            {
                case PageFault.Guard:
                    pte.Flags &= ~PteFlags.Guard;
                    throw new NtStatusException(NtStatus.STATUS_GUARD_PAGE_VIOLATION, $"the guard page at {address:X16} was touched");
                case PageFault.CopyOnWrite:
                    return MakePrivate(processor.Memory, ref pte);
                default:
                    throw new NotModelledException("paging in");
            }
        }

        processor.AccessFault(address, access, fault);
        return Pfn.None;
    }

    private static Pfn MakePrivate(MemorySystem memory, ref Pte pte)
    {
        if (!memory.Frames.TryAllocate(FrameUse.Process, Pfn.None, out Pfn copy))
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, "no free page frame for a copy-on-write page");

        memory.Arena.Frame(pte.Pfn).CopyTo(memory.Arena.Frame(copy));
        memory.Frames.RemoveOwner(pte.Pfn);
        pte.Pfn = copy;
        pte.Flags = (pte.Flags & ~PteFlags.CopyOnWrite) | PteFlags.Writable;
        return copy;
    }
}
