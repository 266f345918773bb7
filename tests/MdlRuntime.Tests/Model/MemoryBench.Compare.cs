using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private readonly Dictionary<nuint, PageModel> _pageOfFrame = [];
    private readonly Dictionary<PageModel, nuint> _frameOfPage = [];
    private int _rotating;

    /// <summary>Counters, MDLs and what every alias shows at the place of the last write and at one other place.</summary>
    private void Compare()
    {
        _rotating = (_rotating + 37) % PageModel.WordCount;
        Assert.Equal(_freePtes, _machine.FreeSystemPtes);
        foreach (ProcessModel process in _processes)
            Assert.Equal(process.LockedPages, process.Real.LockedPages);
        CompareMdls();
        CompareContents(page => [page.LastWord, _rotating]);
    }

    private void CompareMdls()
    {
        _pageOfFrame.Clear();
        _frameOfPage.Clear();
        foreach (MdlModel mdl in _mdls)
        {
            Mdl real = mdl.Real;
            Assert.Equal((mdl.Flags, mdl.Length, mdl.Address & ~(nuint)0xFFF, (uint)(mdl.Address & 0xFFF)), (real.MdlFlags, real.ByteCount, real.StartVa, real.ByteOffset));
            Assert.Same(mdl.Next?.Real, real.Next);
            if (mdl.Has(Locked))
                Assert.Same(mdl.Process?.Real.Object, real.Process);
            if (mdl.Has(Mapped | NonPaged))
                Assert.Equal(mdl.SystemAddress, real.MappedSystemVa);
            CompareFrames(mdl);
        }
    }

    /// <summary>A page is in one frame, whichever MDL names it, and a frame is locked as often as MDLs lock its page.</summary>
    private void CompareFrames(MdlModel mdl)
    {
        if (mdl.Pages is not { } pages || !mdl.Has(Locked | NonPaged | Partial))
            return;

        Span<nuint> frames = mdl.Real.Pfns;
        Assert.Equal(pages.Count, frames.Length);
        for (int i = 0; i < frames.Length; i++)
        {
            Assert.Same(pages[i], _pageOfFrame.TryAdd(frames[i], pages[i]) ? pages[i] : _pageOfFrame[frames[i]]);
            Assert.Equal(frames[i], _frameOfPage.TryAdd(pages[i], frames[i]) ? frames[i] : _frameOfPage[pages[i]]);
            Assert.Equal(pages[i].Locks, _machine.System.Memory.Frames[new(frames[i])].LockCount);
        }
    }

    private void CompareContents(Func<PageModel, IEnumerable<int>> words)
    {
        foreach (ProcessModel process in _processes)
            process.Real.Run(() => Compare(process.Regions.Concat(process.Views.Select(view => view.Alias)), words));
        _machine.Run(() => Compare(_mdls.Select(mdl => mdl.Mapping).OfType<AliasModel>().Concat(_pools), words));
    }

    private static void Compare(IEnumerable<AliasModel> aliases, Func<PageModel, IEnumerable<int>> words)
    {
        foreach (AliasModel alias in aliases)
        {
            for (int i = 0; i < alias.Pages.Count; i++)
            {
                if (!alias.Shows(i))
                    continue;

                PageModel page = alias.Pages[i];
                foreach (int word in words(page))
                    Assert.Equal(page.Words[word], VirtualMemory.Read<ulong>(alias.Address + ((nuint)i << 12) + 8 * (nuint)word));
            }
        }
    }

    /// <summary>Releases everything in a legal order and counts what is left: only what misuse is known to lose.</summary>
    public void Finish()
    {
        CompareContents(_ => Enumerable.Range(0, PageModel.WordCount));
        foreach (ProcessModel process in _processes)
        {
            foreach (ViewModel view in process.Views.ToArray())
                RemoveView(process, view);
        }

        foreach (ReservationModel reservation in _reservations.ToArray())
        {
            if (reservation.Mapped is { } mdl)
                Unmap(reservation, mdl, reservation.Tag);
            Free(reservation, reservation.Tag);
        }

        // Pool and allocated pages go last: other MDLs may have them locked.
        while (_mdls.Count > 0 && !IsStopped)
            Release(_mdls.Where(mdl => mdl.Dependents == 0).MinBy(mdl => mdl.IsAllocation || mdl.PoolAlias is not null)!);
        if (!IsStopped)
            Compare();
        foreach (ProcessModel process in _processes.ToArray())
        {
            if (!IsStopped)
                Exit(process);
        }

        if (IsStopped)
            return;
        Assert.Equal(TotalPtes - _lostPtes, _machine.FreeSystemPtes);
        FrameDatabase frames = _machine.System.Memory.Frames;
        int locks = 0;
        for (nuint i = 0; i < frames.Count; i++)
        {
            locks += frames[new(i)].LockCount;
            Assert.NotEqual(FrameUse.Process, frames[new(i)].Use);
        }

        Assert.Equal(_lostLocks, locks);
    }

    private void Release(MdlModel mdl)
    {
        if (mdl.IsAllocation)
        {
            FreePages(mdl);
            return;
        }

        if (mdl.Has(Locked))
            Unlock(mdl, _processes[0]);
        Free(mdl);
    }
}
