namespace MdlRuntime;

/// <summary>What the memory manager does about a page fault before the access is tried again or refused.</summary>
internal static class PageFaults
{
    /// <summary>Repairs the fault, so that the access can be tried again; raises or stops when it cannot be.</summary>
    public static void Resolve(Processor processor, nuint address, MemoryAccess access, PageFault fault)
    {
        bool canWait = processor.Irql < Kirql.DISPATCH_LEVEL;
        switch (fault)
        {
            case PageFault.Guard when canWait:
                processor.Memory.EditPte(processor.Process.Space, address).Flags &= ~PteFlags.Guard;
                throw new NtStatusException(NtStatus.STATUS_GUARD_PAGE_VIOLATION, $"the guard page at {address:X16} was touched");
            case PageFault.CopyOnWrite when canWait:
                if (!processor.Process.Space!.TryMakePrivate(PAGE_ALIGN(address)))
                    throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"no free page frame for a copy of the page at {address:X16}");
                break;
            case PageFault.NotResident when canWait:
                PageIn(processor, address);
                break;
            default:
                processor.AccessFault(address, access, fault);
                break;
        }
    }

    /// <summary>Brings a page back into memory; raises when that fails.</summary>
    public static void PageIn(Processor processor, nuint address)
    {
        MemorySystem memory = processor.Memory;
        PageIn result = MemorySystem.IsSystemAddress(address)
            ? memory.TryPageIn(ref memory.EditPte(user: null, address), FrameUse.PagedPool)
            : processor.Process.Space!.PageIn(PAGE_ALIGN(address));
        if (result == MdlRuntime.PageIn.NoFrame)
            throw new NtStatusException(NtStatus.STATUS_NO_MEMORY, $"no free page frame for the page at {address:X16}");
        if (result == MdlRuntime.PageIn.ReadError)
            throw new NtStatusException(NtStatus.STATUS_IN_PAGE_ERROR, $"the page at {address:X16} could not be read in");
        processor.System.Trace("PageIn", processor.Process, address, memory.FindPte(processor.Process.Space, address).Pfn.Number);
    }
}
