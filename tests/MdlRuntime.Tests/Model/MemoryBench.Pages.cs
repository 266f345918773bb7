using static MdlRuntime.Executive;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private bool AllocatePages(MemoryStep step)
    {
        if (_mdls.Count == MaximalMdls)
            return false;

        int pages = 1 + step.B % 3;
        nuint bytes = (nuint)pages * 4096 - (nuint)step.C;
        Mdl real = _machine.Run(() => MmAllocatePagesForMdl(default, new() { QuadPart = long.MaxValue }, default, bytes))!;
        _mdls.Add(new(real, 0, (uint)pages * 4096) { Flags = Locked, IsAllocation = true, Pages = NewPages(pages) });
        return true;
    }

    private bool FreePages(MemoryStep step)
    {
        bool IsUnused(MdlModel mdl) => mdl.IsAllocation && mdl.Dependents == 0 && mdl.Reservation is null && !HasViews(mdl)
            && (step.Dares || mdl.Pages!.All(page => page.Locks == 0));
        if (Choose(step, IsUnused, mdl => IsPlainLocked(mdl) && !HasViews(mdl)) is not { } mdl)
            return false;

        if (mdl.IsAllocation)
            FreePages(mdl);
        else
            Expect(Outcome.Stops(0x1A, 0x1236), () => _machine.Run(() => MmFreePagesFromMdl(mdl.Real)));
        return true;
    }

    /// <summary>Pages that another MDL has locked through a view must not be freed.</summary>
    private void FreePages(MdlModel mdl)
    {
        Unlink(mdl);
        Outcome outcome = mdl.Pages!.All(page => page.Locks == 0) ? Outcome.Done : Outcome.Stops(0x4E, 0x9A);
        if (!Expect(outcome, () => _machine.Run(() => MmFreePagesFromMdl(mdl.Real))))
            return;

        _machine.Run(() => ExFreePool(mdl.Real.Address));
        if (mdl.Mapping is not null)
            DropMapping(mdl);
        Disown(mdl.Pages!);
        _mdls.Remove(mdl);
    }

    /// <summary>Passed pages are unlocked at once; their PTEs go back with the mapping.</summary>
    private bool Advance(MemoryStep step)
    {
        bool HasPlainMapping(MdlModel mdl) => mdl.Mapping is not { } mapping || mapping.Pages.SequenceEqual(mdl.Pages!);
        if (Choose(_mdls.Where(mdl => IsPlainLocked(mdl) && mdl.Dependents == 0 && mdl.Length > 1 && HasPlainMapping(mdl)), step.A) is not { } mdl)
            return false;

        if (step.B % 8 == 0)
        {
            Refused++;
            Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER_2, _machine.Run(() => MmAdvanceMdl(mdl.Real, mdl.Length + 1 + (uint)step.C)));
            return true;
        }

        uint distance = 1 + (uint)(step.B * 97 + step.C) % (mdl.Length - 1);
        Assert.Equal(NtStatus.STATUS_SUCCESS, _machine.Run(() => MmAdvanceMdl(mdl.Real, distance)));
        int passed = (int)(((uint)(mdl.Address & 0xFFF) + distance) >> 12);
        foreach (PageModel page in mdl.Pages!.Take(passed))
            page.Locks--;
        if (mdl.Process is { } process)
            process.LockedPages -= passed;
        (mdl.Address, mdl.Length, mdl.Pages) = (mdl.Address + distance, mdl.Length - distance, [.. mdl.Pages!.Skip(passed)]);
        if (mdl.Mapping is { } mapping)
            FollowAdvance(mdl, mapping, distance, passed);
        return true;
    }

    private static void FollowAdvance(MdlModel mdl, AliasModel mapping, uint distance, int passed)
    {
        mdl.SystemAddress += distance;
        if (passed == 0)
            return;

        mdl.Mapping = new(null, mapping.Address + ((nuint)passed << 12), mdl.Pages!) { IsWritable = mapping.IsWritable, IsAccessible = mapping.IsAccessible };
        mdl.Parked += passed;
        mdl.Flags |= ExtraPtes;
    }
}
