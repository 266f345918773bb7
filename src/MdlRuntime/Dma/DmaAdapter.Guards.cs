namespace MdlRuntime;

/// <summary>What the verifier puts around transfers, and what it finds changed there (DMA-315).</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Null unless transfers go through buffers of the verifier.</summary>
    private readonly GuardedBuffers? _guards;

    /// <summary>Whose code asked for the adapter; null for code of the host.</summary>
    internal CodeOwner? Driver { get; }

    /// <summary>Whether something has to be undone when a run is no longer mapped.</summary>
    internal bool EndsRuns => _remapping is not null || _guards is not null;

    /// <summary>No range of logical addresses crosses a multiple of this physical address.</summary>
    internal ulong LogicalBoundary
    {
        get
        {
            ulong boundary = _window.Flip == 0 ? 1UL << 32 : Math.Min(1UL << 32, _window.Flip);
            return RegisterBoundary == 0 ? boundary : Math.Min(boundary, RegisterBoundary);
        }
    }

    /// <summary>Undoes what mapping a run has done besides noting it.</summary>
    internal void EndRun(in MappedRun run)
    {
        if (_remapping is not null)
            Unmap(run);
        if (run.IsBounced && _guards?.Find(run.Bounce) is { } buffer)
            EndGuarded(run, buffer);
    }

    /// <summary>Reports a change in a page behind a map register that nobody has.</summary>
    internal void ReportFreeRegister(ulong physical)
    {
        ulong corrupt = _remapping is null ? (ulong)_window.ToLogical(physical).QuadPart : physical;
        Report(0x0F, 3, corrupt, 0, "MDL4003", $"The page behind a free map register was written to at 0x{corrupt:X}: by a device that had not finished, or was given a wrong address.");
    }

    /// <summary>Gives a run that the device could reach in place a buffer of the verifier instead.</summary>
    private bool TryGuard(ref MappedRun run, in MdlPages pages)
    {
        if (run.End < run.Va)
            return false;
        for (nuint va = PAGE_ALIGN(run.Va); va < run.End; va += PAGE_SIZE)
        {
            if (pages.At(va) == Pfn.None)
                return false;
        }

        if (!_guards!.TryTake(this, run.Va, run.Length, out ulong start))
            return false;
        SetBounced(ref run, start, run.Length);
        FillBounce(pages, run);
        return true;
    }

    private void EndGuarded(in MappedRun run, GuardedBuffer buffer)
    {
        if (--buffer.Users > 0)
            return;

        bool isChanged = buffer.TryFindChange(out ulong physical) && !buffer.IsReported;
        _guards!.Release(buffer);
        if (isChanged)
        {
            ulong start = (ulong)run.Logical.QuadPart - (run.Bounce - buffer.Start);
            ReportGuard(buffer, start, physical, $"{run.Length} bytes at {run.Va:X16} went through a buffer of the verifier, beside which something was written.");
        }
    }

    private Span<byte> BounceBytes(ulong physical, uint length) =>
        _guards is not null && _guards.TryGetBytes(physical, length, out Span<byte> bytes) ? bytes : _dma.Registers.Bytes(physical, length);

    /// <summary>A device writes into the guards of a buffer, or into a page behind a free map register.</summary>
    private bool TryReportGuard(PhysicalAddress at, uint length)
    {
        ulong physical = _window.ToPhysical(at);
        if (_guards?.FindAround(physical) is { } buffer)
        {
            buffer.IsReported = true;
            ReportGuard(buffer, (ulong)_window.ToLogical(buffer.Start).QuadPart, physical,
                $"A device wrote {length} bytes up to or from logical address 0x{(ulong)at.QuadPart:X}, outside the buffer that is mapped.");
            return true;
        }

        if (!_dma.Registers.IsFree(physical))
            return false;
        Report(0x0F, 3, (ulong)at.QuadPart, 0, RuleOfUnmapped(at),
            $"A device wrote {length} bytes at logical address 0x{(ulong)at.QuadPart:X}, which is that of a free map register: it had not finished when it was flushed, or was given a wrong address.");
        return true;
    }

    /// <param name="buffer">The buffer.</param>
    /// <param name="start">Its logical address.</param>
    /// <param name="physical">Where it was left.</param>
    /// <param name="explanation">One sentence.</param>
    private void ReportGuard(GuardedBuffer buffer, ulong start, ulong physical, string explanation)
    {
        ulong subCode = buffer.SubCodeOf(physical), corrupt = unchecked(start + (physical - buffer.Start));
        bool isTag = subCode is 1 or 2;
        Report(0x0F, subCode, isTag ? buffer.Length : start, isTag ? start : corrupt, "MDL2003", explanation);
    }
}
