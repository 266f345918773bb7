using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private const MmPagePriority NoExecute = MmPagePriority.MdlMappingNoExecute;
    private const int ViewsPerProcess = 4;

    private bool MapSystem(MemoryStep step)
    {
        if (Choose(step, IsMappable, mdl => IsStrict ? !IsMappable(mdl) : IsPlainLocked(mdl) && mdl.Mapping is not null && mdl.Dependents == 0) is not { } mdl)
            return false;

        MmPagePriority priority = PriorityOf(step.B);
        Outcome outcome = Outcome.Done;
        if (mdl.Has(Mapped | NonPaged | PartialMapped))
            outcome = Outcome.Finds(VerifierViolation, 0xB2);
        else if (!mdl.Has(Locked | Partial))
            outcome = Outcome.Finds(VerifierViolation, 0xB3);
        Map(mdl, outcome, priority, () =>
            MmMapLockedPagesSpecifyCache(mdl.Real, KProcessorMode.KernelMode, MemoryCachingType.MmCached, 0, false, priority));
        return true;
    }

    /// <summary>An address that is there is returned, whoever made the mapping; otherwise one is made.</summary>
    private bool GetSystemAddress(MemoryStep step)
    {
        bool HasAddress(MdlModel mdl) => mdl.Has(Mapped | NonPaged);
        if (Choose(step, mdl => HasAddress(mdl) || IsMappable(mdl), mdl => IsStrict && !HasAddress(mdl) && !IsMappable(mdl)) is not { } mdl)
            return false;

        MmPagePriority priority = PriorityOf(step.B);
        if (HasAddress(mdl))
        {
            Outcome existing = ShowsItsPages(mdl) ? Outcome.Done : Outcome.Finds(PteMisuse, 6);
            nuint address = 0;
            if (Expect(existing, () => address = _machine.Run(() => MmGetSystemAddressForMdlSafe(mdl.Real, priority))))
                Assert.Equal(mdl.SystemAddress, address);
            return true;
        }

        Outcome outcome = IsMappable(mdl) ? Outcome.Done : Outcome.Finds(VerifierViolation, 0xB3);
        Map(mdl, outcome, priority, () => MmGetSystemAddressForMdlSafe(mdl.Real, priority));
        return true;
    }

    /// <summary>The stored address of a reserved mapping lacks the offset, so that a part of the buffer may count into the page before.</summary>
    private static bool ShowsItsPages(MdlModel mdl)
    {
        MdlModel owner = mdl;
        while (owner.Mapping is null && owner.Source is { } source)
            owner = source;
        return owner == mdl || owner.Mapping is not { } mapping || mapping.Pages[(int)((mdl.SystemAddress - mapping.Address) >> 12)] == mdl.Pages![0];
    }

    private void Map(MdlModel mdl, Outcome outcome, MmPagePriority priority, Func<nuint> map)
    {
        nuint address = 0;
        if (!Expect(outcome, () => address = _machine.Run(map)))
            return;

        IReadOnlyList<PageModel> pages = mdl.Pages!;
        CheckShortage(address, pages.Count, priority);
        if (address == 0)
            return;

        Assert.Equal(mdl.Address & 0xFFF, address & 0xFFF);
        if (mdl.Mapping is { } lost)
            (_lostPtes, mdl.Parked) = (_lostPtes + lost.Pages.Count + mdl.Parked, 0);
        _freePtes -= pages.Count;
        mdl.Mapping = new(null, address & ~(nuint)0xFFF, pages) { IsWritable = (priority & MmPagePriority.MdlMappingNoWrite) == 0 };
        mdl.SystemAddress = address;
        mdl.Flags |= Mapped | (mdl.Has(Partial) ? PartialMapped : 0);
    }

    /// <summary>Mapping fails without PTEs, and with high priority and one page only then; other cases may keep some back or find no run.</summary>
    private void CheckShortage(nuint address, int pages, MmPagePriority priority)
    {
        if (address != 0)
            Assert.True(pages <= _freePtes, "mapped without PTEs");
        else if (pages == 1 && (priority & MmPagePriority.HighPagePriority) != 0)
            Assert.Equal(0, _freePtes);
        else
            Assert.NotEqual(TotalPtes, _freePtes);
    }

    private bool UnmapSystem(MemoryStep step)
    {
        bool OwnsPlainMapping(MdlModel mdl) => mdl.Mapping is not null && mdl.Reservation is null && !mdl.Has(Partial) && mdl.Dependents == 0;
        bool IsMisuse(MdlModel mdl) => mdl.Mapping is null && !mdl.Has(NonPaged) && (IsStrict || !mdl.Has(Partial));
        if (Choose(step, OwnsPlainMapping, IsMisuse) is not { } mdl)
            return false;

        nuint address = mdl.Mapping is null ? _machine.System.Memory.SystemPtes.Base : mdl.SystemAddress;
        Outcome outcome = mdl.Mapping switch
        {
            null => Outcome.Finds(VerifierViolation, mdl.Has(Partial) ? 0xB5u : 0xB6u, Outcome.Stops(0xDA)),
            // The MDL was locked again while mapped, and now names other pages.
            { } mapping when mapping.Pages[0] != mdl.Pages![0] => Outcome.Finds(0xDA, 4),
            _ => Outcome.Done,
        };
        if (Expect(outcome, () => _machine.Run(() => MmUnmapLockedPages(address, mdl.Real))))
            DropMapping(mdl);
        return true;
    }

    private void DropMapping(MdlModel mdl)
    {
        _freePtes += mdl.Mapping!.Pages.Count + mdl.Parked;
        (mdl.Mapping, mdl.Parked) = (null, 0);
        mdl.Flags &= ~(Mapped | PartialMapped | ExtraPtes);
    }

    private bool WriteSystemAddress(MemoryStep step)
    {
        IEnumerable<AliasModel> mappings = _mdls.Select(mdl => mdl.Mapping).OfType<AliasModel>().Concat(_pools);
        if (Choose(mappings.Where(alias => alias.IsWritable || step.Dares), step.A) is not { } alias)
            return false;
        int index = step.B % alias.Pages.Count;
        if (!alias.Shows(index))
            return false;

        ulong value = NextStamp();
        nuint address = alias.Address + ((nuint)index << 12) + 8 * (nuint)step.C;
        Outcome outcome = alias.IsWritable ? Outcome.Done : Outcome.Stops(0xBE, address);
        if (Expect(outcome, () => _machine.Run(() => VirtualMemory.Write(address, value))))
            Set(alias.Pages[index], step.C, value);
        return true;
    }

    private bool MapUser(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.C);
        if (process.Views.Count == ViewsPerProcess || Choose(_mdls.Where(mdl => mdl.Has(Locked | NonPaged | Partial)), step.A) is not { } mdl)
            return false;

        nuint requested = 0;
        Outcome outcome = Outcome.Done;
        if (step.B % 16 == 0 && process.Regions is [{ } region, ..])
            (requested, outcome) = (region.Address, Outcome.Raises(NtStatus.STATUS_CONFLICTING_ADDRESSES));
        else if (step.B % 16 == 1)
            (requested, outcome) = (0x7000_0010, Outcome.Raises(NtStatus.STATUS_INVALID_ADDRESS));
        MmPagePriority priority = PriorityOf(step.B);
        nuint address = 0;
        if (!Expect(outcome, () => process.Real.Run(() => address =
            MmMapLockedPagesSpecifyCache(mdl.Real, KProcessorMode.UserMode, MemoryCachingType.MmCached, requested, false, priority))))
        {
            return true;
        }

        Assert.Equal((mdl.Address & 0xFFF, (nuint)0), (address & 0xFFF, address >> 12 << 12 & 0xFFFF));
        bool isWritable = (priority & MmPagePriority.MdlMappingNoWrite) == 0;
        process.Views.Add(new(mdl, new(process, address & ~(nuint)0xFFF, mdl.Pages!) { IsWritable = isWritable }));
        return true;
    }

    private bool UnmapUser(MemoryStep step)
    {
        ProcessModel process = ProcessOf(step.C);
        if (Choose(process.Views, step.A) is not { } view)
            return false;

        ProcessModel stranger = ProcessOf(step.C + 1);
        bool isFreeThere = stranger != process
            && !stranger.Regions.Concat(stranger.Views.Select(other => other.Alias)).Any(alias => alias.Address == view.Alias.Address);
        if (!step.Dares || !isFreeThere)
        {
            RemoveView(process, view);
            return true;
        }

        nuint address = AddressOf(view);
        Expect(Outcome.Finds(VerifierViolation, 0xB9, Outcome.Stops(0xD7, address)), () => stranger.Real.Run(() => MmUnmapLockedPages(address, view.Mdl.Real)));
        return true;
    }

    private static void RemoveView(ProcessModel process, ViewModel view)
    {
        nuint address = AddressOf(view);
        process.Real.Run(() => MmUnmapLockedPages(address, view.Mdl.Real));
        process.Views.Remove(view);
    }

    private static nuint AddressOf(ViewModel view) => view.Alias.Address + (view.Mdl.Address & 0xFFF);

    /// <summary>A new target, or one that was used before and has room.</summary>
    private bool BuildPartial(MemoryStep step)
    {
        if (Choose(_mdls.Where(mdl => mdl.Has(Locked | NonPaged | Partial)), step.A) is not { } source)
            return false;

        uint displacement = (uint)(step.C * 61) % source.Length;
        uint length = (uint)(step.B * 131) % (source.Length - displacement + 1);
        if (step.Dares)
            length += source.Length;
        nuint address = source.Address + displacement;
        uint resolved = length == 0 ? source.Length - displacement : length;
        int pages = MdlModel.Span(address, resolved);
        bool IsReusable(MdlModel mdl) => mdl.Has(Partial) && mdl.Mapping is null && mdl.Dependents == 0 && mdl != source && !HasViews(mdl)
            && mdl.Capacity >= pages && !IsBehind(source, mdl);
        MdlModel? target = step.B % 4 == 0 ? Choose(_mdls.Where(IsReusable), step.A) : null;
        if (target is null)
        {
            if (_mdls.Count == MaximalMdls)
                return false;
            target = new(_machine.Run(() => IoAllocateMdl(address, resolved, false, false, null))!, address, resolved) { Flags = FixedSize };
            _mdls.Add(target);
        }

        Outcome outcome = displacement + resolved > source.Length ? Outcome.Stops(0x12E, source.Real.Address) : Outcome.Done;
        if (Expect(outcome, () => _machine.Run(() => IoBuildPartialMdl(source.Real, target.Real, address, length))))
            Follow(source, target, address, resolved);
        return true;
    }

    private static void Follow(MdlModel source, MdlModel target, nuint address, uint length)
    {
        int first = (int)((address >> 12) - (source.Address >> 12));
        (target.Address, target.Length) = (address, length);
        target.Pages = [.. source.Pages!.Skip(first).Take(MdlModel.Span(address, length))];
        target.Flags = (target.Flags & FixedSize) | (source.Flags & (Mapped | NonPaged)) | Partial;
        target.SystemAddress = source.SystemAddress + (address - source.Address);
        if (target.Source is { } old)
            old.Dependents--;
        target.Source = source;
        source.Dependents++;
    }

    /// <summary>Whether one MDL was made, directly or not, from the other.</summary>
    private static bool IsBehind(MdlModel mdl, MdlModel origin)
    {
        for (MdlModel? at = mdl; at is not null; at = at.Source)
        {
            if (at == origin)
                return true;
        }

        return false;
    }

    private bool PrepareForReuse(MemoryStep step)
    {
        bool IsPlainMapped(MdlModel mdl) => mdl.Has(Mapped) && !mdl.Has(Partial);
        if (Choose(step, mdl => !IsPlainMapped(mdl) && mdl.Dependents == 0 && mdl.Reservation is null, IsPlainMapped) is not { } mdl)
            return false;

        Outcome outcome = IsPlainMapped(mdl) ? Outcome.Finds(VerifierViolation, null) : Outcome.Done;
        if (Expect(outcome, () => _machine.Run(() => MmPrepareMdlForReuse(mdl.Real))) && mdl.Has(PartialMapped))
            DropMapping(mdl);
        return true;
    }

    private static bool IsMappable(MdlModel mdl) => mdl.Has(Locked | Partial) && !mdl.Has(Mapped | NonPaged | PartialMapped);

    private static MmPagePriority PriorityOf(int number) => NoExecute
        | (number % 8 == 7 ? MmPagePriority.MdlMappingNoWrite : 0)
        | (number % 3) switch { 0 => MmPagePriority.LowPagePriority, 1 => MmPagePriority.NormalPagePriority, _ => MmPagePriority.HighPagePriority };
}
