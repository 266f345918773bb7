using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private const MdlFlags Mapped = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA, Locked = MdlFlags.MDL_PAGES_LOCKED,
        NonPaged = MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL, FixedSize = MdlFlags.MDL_ALLOCATED_FIXED_SIZE, Partial = MdlFlags.MDL_PARTIAL,
        PartialMapped = MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED, ExtraPtes = MdlFlags.MDL_FREE_EXTRA_PTES, WriteOperation = MdlFlags.MDL_WRITE_OPERATION;

    private const uint VerifierViolation = 0xC4;
    private const int MaximalMdls = 10;

    /// <summary>Over a part of user memory, now and then past its end or where nothing is.</summary>
    private bool AllocateMdl(MemoryStep step)
    {
        if (_mdls.Count == MaximalMdls)
            return false;
        AliasModel? region = Choose(_processes.SelectMany(process => process.Regions), step.A);
        nuint address = 0x5000 + 8 * (nuint)step.C;
        uint available = 3 * 4096;
        if (region is not null && step.B % 32 != 0)
        {
            int first = step.B % region.Pages.Count;
            address = region.Address + ((nuint)first << 12) + 8 * (nuint)step.C;
            available = (uint)((region.Pages.Count - first) * 4096 - 8 * step.C) + (step.B % 16 == 1 ? 4096u : 0);
        }

        uint length = 1 + (uint)(step.A * 977 + step.B * 57) % available;
        Mdl real = _machine.Run(() => IoAllocateMdl(address, length, false, false, null))!;
        _mdls.Add(new(real, address, length) { Flags = FixedSize });
        return true;
    }

    /// <summary>Whole pages of pool, so that nothing else lies on them.</summary>
    private bool AllocatePoolMdl(MemoryStep step)
    {
        if (_mdls.Count == MaximalMdls || _pools.Count == 3)
            return false;

        uint length = 4096 * (1 + (uint)step.B % 2);
        nuint pool = _machine.Run(() => ExAllocatePool2(POOL_FLAG_NON_PAGED, length, Tag));
        Mdl real = _machine.Run(() => IoAllocateMdl(pool, length, false, false, null))!;
        var alias = new AliasModel(null, pool, NewPages((int)length / 4096));
        _pools.Add(alias);
        _mdls.Add(new(real, pool, length) { Flags = FixedSize, Pool = pool, PoolAlias = alias });
        return true;
    }

    private bool BuildForNonPagedPool(MemoryStep step)
    {
        if (Choose(_mdls.Where(mdl => mdl.PoolAlias is not null && IsFresh(mdl)), step.A) is not { } mdl)
            return false;

        _machine.Run(() => MmBuildMdlForNonPagedPool(mdl.Real));
        mdl.Flags |= NonPaged;
        (mdl.Pages, mdl.SystemAddress) = ([.. mdl.PoolAlias!.Pages.Skip(FirstPoolPage(mdl))], mdl.Address);
        return true;
    }

    private bool Lock(MemoryStep step)
    {
        if (Choose(step, IsFresh, mdl => IsStrict ? !IsFresh(mdl) : IsPlainLocked(mdl)) is not { } mdl)
            return false;

        ProcessModel context = ContextFor(mdl, step.C);
        KProcessorMode mode = (KProcessorMode)(step.B % 2);
        LockOperation operation = (LockOperation)(step.B / 2 % 3);
        return Lock(mdl, context, mode, operation, subcode: 0xB0, () => context.Real.Run(() => MmProbeAndLockPages(mdl.Real, mode, operation)));
    }

    private bool LockInProcess(MemoryStep step)
    {
        if (Choose(step, IsFresh, mdl => IsStrict ? !IsFresh(mdl) : IsPlainLocked(mdl)) is not { } mdl)
            return false;

        ProcessModel context = ContextFor(mdl, step.C);
        KProcessorMode mode = (KProcessorMode)(step.B % 2);
        LockOperation operation = (LockOperation)(step.B / 2 % 3);
        ProcessModel caller = ProcessOf(step.A);
        return Lock(mdl, context, mode, operation, subcode: 0xB1,
            () => caller.Real.Run(() => MmProbeAndLockProcessPages(mdl.Real, context.Real.Object, mode, operation)));
    }

    private bool Lock(MdlModel mdl, ProcessModel context, KProcessorMode mode, LockOperation operation, uint subcode, Action call)
    {
        bool isWrite = operation != LockOperation.IoReadAccess;
        List<(AliasModel Alias, int Index)> places = [];
        if (!TryResolve(mdl, context, mode, isWrite, places, out bool isRefused))
            return false;

        Outcome outcome = isRefused ? Outcome.Raises(NtStatus.STATUS_ACCESS_VIOLATION) : Outcome.Done;
        if (!IsFresh(mdl))
        {
            // Unverified, a second lock that fails leaves an MDL that nobody can release rightly.
            if (!IsStrict && isRefused)
                return false;
            outcome = Outcome.Finds(VerifierViolation, subcode, outcome);
        }

        bool isLocked = Expect(outcome, call);
        // Pages are touched in turn, so that those before a refusal have been copied where writing copies.
        PageModel[] pages = [.. places.Select(place => isWrite ? place.Alias.ForWriting(place.Index) : place.Alias.Pages[place.Index])];
        if (!isLocked)
            return true;

        if (mdl.Has(Locked))
            _lostLocks += mdl.Pages!.Count;
        foreach (PageModel page in pages)
            page.Locks++;
        mdl.Pages = pages;
        mdl.Process = mdl.PoolAlias is null ? context : null;
        if (mdl.Process is not null)
            mdl.Process.LockedPages += pages.Length;
        mdl.Flags = (mdl.Flags & ~WriteOperation) | Locked | (isWrite ? WriteOperation : 0);
        return true;
    }

    private bool Unlock(MemoryStep step)
    {
        if (Choose(step, mdl => IsPlainLocked(mdl) && mdl.Dependents == 0, mdl => IsStrict && !mdl.Has(Locked)) is not { } mdl)
            return false;
        if (mdl.Has(Locked))
        {
            Unlock(mdl, ProcessOf(step.B));
            return true;
        }

        uint subcode = mdl.Has(Partial) ? 0xB4u : mdl.Has(NonPaged) ? 0x7Du : 0x7Cu;
        Expect(Outcome.Finds(VerifierViolation, subcode), () => _machine.Run(() => MmUnlockPages(mdl.Real)));
        return true;
    }

    private void Unlock(MdlModel mdl, ProcessModel context)
    {
        context.Real.Run(() => MmUnlockPages(mdl.Real));
        if (mdl.Mapping is not null)
            DropMapping(mdl);
        foreach (PageModel page in mdl.Pages!)
            page.Locks--;
        if (mdl.Process is { } process)
            process.LockedPages -= mdl.Pages.Count;
        mdl.Flags &= ~Locked;
        mdl.Pages = null;
    }

    private bool FreeMdl(MemoryStep step)
    {
        bool IsReleased(MdlModel mdl) => !mdl.Has(Locked) && mdl.Reservation is null && mdl.Dependents == 0 && !HasViews(mdl);
        bool IsLostOnFree(MdlModel mdl) => IsPlainLocked(mdl) && mdl.Dependents == 0 && !HasViews(mdl) && mdl.PoolAlias is null;
        if (Choose(step, IsReleased, IsLostOnFree) is not { } mdl)
            return false;
        Free(mdl);
        return true;
    }

    /// <summary>A lock or a mapping that the MDL still has is lost; the mapping is a finding, the lock shows when the process exits.</summary>
    private void Free(MdlModel mdl)
    {
        Unlink(mdl);
        Outcome outcome = mdl.Has(Mapped) && !mdl.Has(Partial) ? Outcome.Finds(VerifierViolation, 0xB8) : Outcome.Done;
        if (!Expect(outcome, () => _machine.Run(() => IoFreeMdl(mdl.Real))))
            return;

        if (mdl.Has(Locked))
            _lostLocks += mdl.Pages!.Count;
        if (mdl.Mapping is { } mapping)
        {
            if (mdl.Has(Partial))
                _freePtes += mapping.Pages.Count;
            else
                _lostPtes += mapping.Pages.Count + mdl.Parked;
        }

        if (mdl.Source is { } source)
            source.Dependents--;
        _mdls.Remove(mdl);
        if (mdl.PoolAlias is null)
            return;
        Outcome freed = mdl.PoolAlias.Pages.Any(page => page.Locks > 0) ? Outcome.Stops(BugCheckCode.PFN_LIST_CORRUPT, 0x9A) : Outcome.Done;
        if (!Expect(freed, () => _machine.Run(() => ExFreePoolWithTag(mdl.Pool, Tag))))
            return;
        Disown(mdl.PoolAlias.Pages);
        _pools.Remove(mdl.PoolAlias);
    }

    private void Unlink(MdlModel mdl)
    {
        foreach (MdlModel other in _mdls.Where(other => other.Next == mdl))
            (other.Next, other.Real.Next) = (null, null);
    }

    /// <summary>Drivers may chain MDLs; no routine here follows the chain, so nothing else changes.</summary>
    private bool Link(MemoryStep step)
    {
        if (Choose(_mdls, step.A) is not { } mdl)
            return false;

        MdlModel? next = step.C % 4 == 0 ? null : Choose(_mdls, step.B);
        mdl.Real.Next = next?.Real;
        mdl.Next = next;
        return true;
    }

    /// <summary>Where a lock must find its pages, up to the one that it is refused at; false when it would find views of pages that are gone.</summary>
    private static bool TryResolve(
        MdlModel mdl, ProcessModel context, KProcessorMode mode, bool isWrite, List<(AliasModel Alias, int Index)> places, out bool isRefused)
    {
        isRefused = false;
        if (mdl.PoolAlias is { } pool)
        {
            isRefused = mode == KProcessorMode.UserMode;
            for (int i = FirstPoolPage(mdl); !isRefused && i < pool.Pages.Count; i++)
                places.Add((pool, i));
            return true;
        }

        nuint first = mdl.Address >> 12;
        for (int i = 0; i < MdlModel.Span(mdl.Address, mdl.Length); i++)
        {
            nuint page = first + (nuint)i;
            AliasModel? alias = context.Regions.Concat(context.Views.Select(view => view.Alias))
                .FirstOrDefault(candidate => page - (candidate.Address >> 12) < (nuint)candidate.Pages.Count);
            int index = alias is null ? 0 : (int)(page - (alias.Address >> 12));
            PageProtection? protection = alias?.Protections?[index];
            bool isReadOnly = alias is { IsWritable: false } || protection == PageProtection.PAGE_READONLY;
            isRefused = alias is null || protection == PageProtection.PAGE_NOACCESS || isWrite && isReadOnly;
            if (isRefused)
                return true;
            if (!alias!.Shows(index))
                return false;
            places.Add((alias, index));
        }

        return true;
    }

    /// <summary>Where in its pool block an MDL starts that has been advanced.</summary>
    private static int FirstPoolPage(MdlModel mdl) => (int)((mdl.Address >> 12) - (mdl.Pool >> 12));

    /// <summary>Mostly a process that has memory at the MDL's address.</summary>
    private ProcessModel ContextFor(MdlModel mdl, int number) =>
        number % 16 == 0 ? ProcessOf(number / 16)
            : Choose(_processes.Where(process => process.Regions.Exists(region => mdl.Address - region.Address < (nuint)region.Pages.Count << 12)), number)
                ?? ProcessOf(number);

    private static bool IsFresh(MdlModel mdl) => !mdl.Has(Locked | Mapped | NonPaged | Partial);

    /// <summary>Locked by a probe, and not mapped where only a routine of its own unmaps.</summary>
    private static bool IsPlainLocked(MdlModel mdl) => mdl.Has(Locked) && !mdl.Has(NonPaged | Partial) && !mdl.IsAllocation && mdl.Reservation is null;

    private bool HasViews(MdlModel mdl) => _processes.Exists(process => process.Views.Exists(view => view.Mdl == mdl));
}
