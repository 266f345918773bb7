using System.Runtime.CompilerServices;
using System.Diagnostics.CodeAnalysis;

namespace MdlRuntime;

/// <summary>Pinning the frames of a buffer and letting them go.</summary>
internal static partial class MdlLocking
{
    /// <summary>Marks the first entry until pages have been locked.</summary>
    private static readonly nuint EndOfList = nuint.MaxValue;
    private const PteFlags Refusing = PteFlags.NoAccess | PteFlags.Guard | PteFlags.IoSpace;
    private const MdlFlags Unlockable = MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_PARTIAL;

    /// <summary>MmProbeAndLockPages; a fault plan knows it as <paramref name="routine"/>.</summary>
    public static void ProbeAndLock(Mdl mdl, KProcessorMode accessMode, LockOperation operation, string routine)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
            ReportIrql(mdl, 0x70, (ulong)accessMode, nameof(MemoryManager.MmProbeAndLockPages));

        if (processor.System.Faults.Strikes(routine))
            RaiseShortage(routine);
        Lock(processor, mdl, accessMode, operation);
    }

    /// <summary>MmProbeAndLockProcessPages: attaches, locks, and detaches whatever happens.</summary>
    public static void ProbeAndLock(Mdl mdl, EProcess process, KProcessorMode accessMode, LockOperation operation)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        ArgumentNullException.ThrowIfNull(process);
        processor.RequireHere(process);
        if (processor.Irql > Kirql.APC_LEVEL)
        {
            // 0x20019: a routine limited to APC_LEVEL was called at DISPATCH_LEVEL (MDL-517).
            uint subcode = processor.Irql > Kirql.DISPATCH_LEVEL ? 0x71u : 0x20019u;
            MdlChecks.Violation(mdl, subcode, (ulong)processor.Irql, mdl.Address, process.Address, "MDL6004",
                $"MmProbeAndLockProcessPages was called at IRQL {processor.Irql}.");
        }

        if (process.HasExited)
            throw new NtStatusException(NtStatus.STATUS_PROCESS_IS_TERMINATING, $"{process} has exited") { RuleId = "MDL3002" };

        if (processor.System.Faults.Strikes(nameof(MemoryManager.MmProbeAndLockProcessPages)))
            RaiseShortage(nameof(MemoryManager.MmProbeAndLockProcessPages));
        processor.Attach(process);
        try
        {
            Lock(processor, mdl, accessMode, operation, subcode: 0xB1);
        }
        finally
        {
            processor.Detach();
        }
    }

    public static void Unlock(Mdl mdl)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
            ReportIrql(mdl, 0x78, 0, nameof(MemoryManager.MmUnlockPages));
        Unlock(processor, mdl);
    }

    /// <summary>MmProbeAndLockPages for a caller that has checked the IRQL; <paramref name="subcode"/> reports wrong flags.</summary>
    public static void Lock(Processor processor, Mdl mdl, KProcessorMode accessMode, LockOperation operation, uint subcode = 0xB0)
    {
        if (!TryLockResident(processor, mdl, operation))
            LockWithFaults(processor, mdl, accessMode, operation, subcode);
    }

    /// <summary>The usual case: a user buffer whose pages are all in memory and permit the operation. False: nothing has happened.</summary>
    private static bool TryLockResident(Processor processor, Mdl mdl, LockOperation operation)
    {
        nuint start = mdl.VirtualAddress;
        uint length = mdl.Length;
        EProcess process = processor.Process;
        if (mdl.Has(Unlockable) || operation > LockOperation.IoModifyAccess || length == 0 || !UserSpace.IsUserRange(start, length)
            || process.Space is not { } space || processor.Irql >= Kirql.DISPATCH_LEVEL)
            return false;

        Span<nuint> pfns = mdl.Pfns;
        ReadOnlySpan<Pte> entries = space.Entries(start, pfns.Length);
        if (entries.Length != pfns.Length || process.LockedPages > process.LockedPagesLimit - pfns.Length)
            return false;

        MdlFlags write = operation == LockOperation.IoReadAccess ? 0 : MdlFlags.MDL_WRITE_OPERATION;
        PteFlags wanted = PteFlags.Committed | PteFlags.Resident | (write != 0 ? PteFlags.Writable : 0);
        int run = processor.Memory.Frames.LockRun(entries, wanted | Refusing, wanted, pfns);
        if (run != pfns.Length)
        {
            processor.Memory.Frames.Unlock(pfns[..run]);
            return false;
        }

        Finish(processor, mdl, process, write, operation, nameof(MemoryManager.MmProbeAndLockPages));
        return true;
    }

    private static void Finish(Processor processor, Mdl mdl, EProcess? charged, MdlFlags write, LockOperation operation, string routine)
    {
        int pages = mdl.PageCount;
        mdl.StorePfns();
        mdl.ChargedProcess = charged;
        mdl.Flags = (mdl.Flags & ~MdlFlags.MDL_WRITE_OPERATION) | MdlFlags.MDL_PAGES_LOCKED | write;
        if (charged is not null)
        {
            charged.LockedPages += pages;
            if (!charged.IsRemembered)
                mdl.Layer.Remember(charged);
        }

        KernelSystem system = processor.System;
        if (system.Verifier.IsOn)
        {
            MdlChecks.RequireRoom(mdl);
            mdl.Layer.Locks.Add(new(mdl.Address, charged, pages));
        }

        system.Trace(routine, mdl, mdl.VirtualAddress, (ulong)pages, (ulong)operation);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LockWithFaults(Processor processor, Mdl mdl, KProcessorMode accessMode, LockOperation operation, uint subcode)
    {
        RequireLockable(mdl, operation, subcode);
        nuint start = mdl.VirtualAddress;
        Span<nuint> pfns = mdl.Pfns;
        if (pfns.Length > 0)
            pfns[0] = EndOfList;
        RequireRange(start, mdl.Length, accessMode);
        RequireBytes(mdl);

        bool write = operation != LockOperation.IoReadAccess;
        EProcess? charged = MemorySystem.IsSystemAddress(start) ? null : processor.Process;
        RequireQuota(charged, pfns.Length);
        MdlFlags entryFlags = mdl.Flags;
        int locked = 0;
        try
        {
            LockRange(processor, mdl, pfns, write ? MemoryAccess.Write : MemoryAccess.Read, ref locked);
        }
        catch
        {
            RollBack(processor, mdl, pfns, locked, entryFlags);
            throw;
        }

        Finish(processor, mdl, charged, write ? MdlFlags.MDL_WRITE_OPERATION : 0, operation, nameof(MemoryManager.MmProbeAndLockPages));
    }

    /// <summary>MmUnlockPages for a caller that has checked the IRQL.</summary>
    public static void Unlock(Processor processor, Mdl mdl)
    {
        const MdlFlags locked = MdlFlags.MDL_PAGES_LOCKED;
        if ((mdl.Flags & (locked | MdlFlags.MDL_PARTIAL | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL)) != locked || mdl.IsPageAllocation)
            ReportUnlock(mdl);
        if (mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA))
        {
            if (mdl.Mapping.Exists)
                MdlMapping.ReleaseSystem(processor, mdl);
            else
                ReservedMappings.RefuseOrdinaryRelease(processor, mdl, nameof(MemoryManager.MmUnlockPages));
        }

        Span<nuint> pfns = mdl.Pfns;
        if (mdl.ChargedProcess is { } process)
        {
            if (process.LockedPages < pfns.Length)
                StopUncharged(mdl, process);

            process.LockedPages -= pfns.Length;
        }

        int bad = processor.Memory.Frames.Unlock(pfns);
        if (bad >= 0)
            StopUnlocked(mdl, pfns[bad]);

        if (mdl.Has(MdlFlags.MDL_IO_SPACE))
            UnlockIoSpace(processor, mdl, pfns);
        mdl.Flags &= ~(locked | MdlFlags.MDL_IO_SPACE);
        if (processor.System.Verifier.IsOn)
        {
            mdl.Layer.Locks.Remove(mdl.Address);
            CheckPartials(mdl);
        }

        processor.System.Trace("MmUnlockPages", mdl, mdl.VirtualAddress, (ulong)pfns.Length);
    }

    [DoesNotReturn]
    private static void StopUncharged(Mdl mdl, EProcess process) =>
        mdl.System.BugCheck(BugCheckCode.PROCESS_HAS_LOCKED_PAGES, 1, mdl.Address, (ulong)process.LockedPages, 0,
            $"MmUnlockPages was to unlock {mdl.PageCount} pages of {process}, which has {process.LockedPages} locked pages.", "MDL3005");

    [DoesNotReturn]
    private static void StopUnlocked(Mdl mdl, nuint frame)
    {
        if (mdl.IsPageAllocation)
            MdlChecks.FlagViolation(mdl, 0x7C, default, "MDL3016", "MmUnlockPages: MmAllocatePagesForMdl made the MDL; MmFreePagesFromMdl releases its pages.");
        mdl.System.BugCheck(BugCheckCode.PFN_LIST_CORRUPT, 0x07, frame, 0, 0,
            $"MmUnlockPages: frame 0x{frame:X} of the MDL at {mdl.Address:X16} is not locked.", "MDL3005");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportIrql(Mdl mdl, uint subcode, ulong parameter4, string routine)
    {
        Kirql irql = mdl.System.Processor.Irql;
        MdlChecks.Violation(mdl, subcode, (ulong)irql, mdl.Address, parameter4, "MDL6004", $"{routine} was called at IRQL {irql}.");
    }

    /// <summary>What a lock that lacks resources raises.</summary>
    [DoesNotReturn]
    private static void RaiseShortage(string routine) =>
        throw new NtStatusException(NtStatus.STATUS_INSUFFICIENT_RESOURCES, $"{routine}: the fault plan of the machine lets no resources be found") { RuleId = "MDL3002" };

    private static void RequireLockable(Mdl mdl, LockOperation operation, uint subcode)
    {
        if (mdl.Has(Unlockable))
        {
            MdlChecks.FlagViolation(mdl, subcode, mdl.Flags & Unlockable, "MDL3009",
                $"Pages of an MDL that is already locked, mapped or built were to be locked ({mdl.Flags}).");
        }

        if (operation is < LockOperation.IoReadAccess or > LockOperation.IoModifyAccess)
            throw new ArgumentOutOfRangeException(nameof(operation), operation, "allowed: IoReadAccess, IoWriteAccess, IoModifyAccess");
    }

    private static void RequireQuota(EProcess? charged, int pages)
    {
        if (charged is not null && charged.LockedPages > charged.LockedPagesLimit - pages)
        {
            throw new NtStatusException(NtStatus.STATUS_WORKING_SET_QUOTA,
                $"{pages} more pages cannot be locked: {charged} has {charged.LockedPages} of {charged.LockedPagesLimit}") { RuleId = "MDL3002" };
        }
    }

    /// <summary>Undoes what a lock did before it failed.</summary>
    private static void RollBack(Processor processor, Mdl mdl, Span<nuint> pfns, int locked, MdlFlags entryFlags)
    {
        processor.Memory.Frames.Unlock(pfns[..locked]);
        if (mdl.Has(MdlFlags.MDL_IO_SPACE))
            mdl.Layer.IoSpaceLocks.Unlock(pfns[..locked], processor.Memory.Frames.Count);
        if (pfns.Length > 0)
            pfns[0] = EndOfList;
        mdl.ChargedProcess = null;
        mdl.Flags = entryFlags;
    }

    private static void RequireRange(nuint start, uint length, KProcessorMode accessMode)
    {
        if (accessMode == KProcessorMode.UserMode && (length == 0 || !UserSpace.IsUserRange(start, length)))
        {
            throw new NtStatusException(NtStatus.STATUS_ACCESS_VIOLATION, $"{length} bytes at {start:X16} are not a range of user addresses")
            {
                RuleId = "MDL3002",
            };
        }
    }

    private static void RequireBytes(Mdl mdl)
    {
        if (mdl.Length == 0)
            MdlChecks.Violation(mdl, MdlChecks.ZeroLength, mdl.Address, (ulong)mdl.Flags, 0, "MDL2001", "An MDL of zero bytes was to be locked.");
    }

    private static void LockRange(Processor processor, Mdl mdl, Span<nuint> pfns, MemoryAccess access, ref int locked)
    {
        PteFlags wanted = PteFlags.Committed | PteFlags.Resident | (access == MemoryAccess.Write ? PteFlags.Writable : 0);
        // Pageable memory at DISPATCH_LEVEL takes the way that reports it (D9).
        PteFlags mask = wanted | Refusing | (processor.Irql >= Kirql.DISPATCH_LEVEL ? PteFlags.Pageable : 0);
        FrameDatabase frames = processor.Memory.Frames;
        UserSpace? space = processor.Process.Space;
        nuint page = mdl.BaseVa;
        while (locked < pfns.Length)
        {
            ReadOnlySpan<Pte> entries = processor.Memory.FindEntries(space, page + ((nuint)locked << PAGE_SHIFT), pfns.Length - locked);
            int run = frames.LockRun(entries, mask, wanted, pfns[locked..]);
            locked += run;
            if (run > 0 && run == entries.Length)
                continue;

            nuint address = locked == 0 ? mdl.VirtualAddress : page + ((nuint)locked << PAGE_SHIFT);
            pfns[locked] = LockPage(processor, mdl, address, access).Number;
            locked++;
        }
    }

    /// <summary>Locks one page that a walk of the table alone could not lock: faults, device memory, pageable memory at raised IRQL.</summary>
    private static Pfn LockPage(Processor processor, Mdl mdl, nuint address, MemoryAccess access)
    {
        PageFault fault = processor.Memory.Translate(processor.Process.Space, address, access, out Pfn pfn);
        if (fault is PageFault.NotResident && processor.Irql < Kirql.DISPATCH_LEVEL)
        {
            PageFaults.PageIn(processor, address);
            fault = processor.Memory.Translate(processor.Process.Space, address, access, out pfn);
        }

        if (fault is PageFault.None && processor.Memory.FindPte(processor.Process.Space, address).Has(PteFlags.IoSpace))
        {
            MdlChecks.Violation(mdl, 0x6F, mdl.Address, pfn.Number, processor.Memory.Frames.Count - 1, ruleId: null,
                $"MmProbeAndLockPages: the page at {address:X16} is not memory.");
            mdl.Flags |= MdlFlags.MDL_IO_SPACE;
            mdl.Layer.IoSpaceLocks.Lock(pfn.Number);
            return pfn;
        }

        // Write permission is asked of system addresses too, as the routine's documentation says without restriction (MDL-607).
        bool refused = fault is PageFault.WriteProtected
            || fault is PageFault.NotMapped or PageFault.NoAccess && !MemorySystem.IsSystemAddress(address);
        if (refused && processor.Irql < Kirql.DISPATCH_LEVEL)
        {
            throw new NtStatusException(NtStatus.STATUS_ACCESS_VIOLATION, $"the page at {address:X16} does not permit {access} access ({fault}) in {processor.Process}")
            {
                RuleId = "MDL3002",
            };
        }

        pfn = processor.Touch(address, access);
        processor.Memory.Frames.Lock(pfn);
        return pfn;
    }

    /// <summary>The mapping of a partial MDL shows frames that are not locked any more (MDL-127).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckPartials(Mdl source)
    {
        foreach (Mdl partial in source.Layer.MappedPartials)
        {
            if (partial.Source == source)
            {
                MdlChecks.FlagViolation(partial, MdlChecks.UnlockUnderPartial, MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED, "MDL3007",
                    $"The pages of {source} were unlocked while a partial MDL of it still had them mapped: IoFreeMdl or MmPrepareMdlForReuse of the partial comes first.");
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnlockIoSpace(Processor processor, Mdl mdl, Span<nuint> pfns)
    {
        int bad = mdl.Layer.IoSpaceLocks.Unlock(pfns, processor.Memory.Frames.Count);
        if (bad >= 0)
        {
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x61948, pfns[0], (ulong)pfns.Length, pfns[bad],
                $"MmUnlockPages: device page 0x{pfns[bad]:X} of the MDL at {mdl.Address:X16} is not locked.", "MDL3005");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportUnlock(Mdl mdl)
    {
        if (mdl.Has(MdlFlags.MDL_PARTIAL))
            MdlChecks.FlagViolation(mdl, 0xB4, MdlFlags.MDL_PARTIAL, "MDL3005", "MmUnlockPages: a partial MDL owns no locks; its source is unlocked instead.");
        else if (mdl.Has(MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL))
            MdlChecks.FlagViolation(mdl, 0x7D, default, "MDL3005", "MmUnlockPages: an MDL built over non-paged pool was never locked.");
        else if (mdl.IsPageAllocation)
            MdlChecks.FlagViolation(mdl, 0x7C, default, "MDL3016", "MmUnlockPages: pages of MmAllocatePagesForMdl were never locked; MmFreePagesFromMdl gives them back.");
        else
            MdlChecks.FlagViolation(mdl, 0x7C, default, "MDL3005", "MmUnlockPages: the pages of the MDL are not locked (never, or unlocked already).");
    }
}
