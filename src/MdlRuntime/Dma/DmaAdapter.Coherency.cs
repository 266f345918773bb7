using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What an adapter does about caches on a machine whose DMA is not coherent.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>The last bytes that the device wrote, while they are still on their way; only on a machine whose DMA is not coherent.</summary>
    private readonly HeldTail _tail = new();

    /// <summary>Version 3 adapters look after the caches themselves (DMA-238).</summary>
    private bool MaintainsCaches => DmaOperations.Last > DmaSlot.BuildMdlFromScatterGatherList;

    /// <summary>Makes caches and memory agree about the buffer of an MDL, as KeFlushIoBuffers does before a DMA transfer.</summary>
    /// <param name="mdl">The MDL; those behind it in a chain need a call each.</param>
    /// <param name="readOperation">True: the device writes memory.</param>
    /// <returns>STATUS_SUCCESS.</returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. Needed for memory that transfers of this adapter do not map, such as cached common buffers; there it goes
    /// behind the device's write. Version 3. WDK: FlushDmaBuffer.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus FlushDmaBuffer(
        [MdlEffect(MdlEffect.FlushesCache)] Mdl mdl,
        bool readOperation)
    {
        Processor processor = Enter(DmaSlot.FlushDmaBuffer, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        System.Trace(nameof(FlushDmaBuffer), mdl, readOperation ? 1u : 0u);
        if (System.Memory.Cache is { } cache)
        {
            DrainTail(cache);
            CacheMaintenance.BeforeTransfer(cache, System.Memory.Frames, mdl, mdl.VirtualAddress, mdl.Length, invalidates: readOperation);
        }

        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>
    /// What shares a cache line with a buffer that a device fills may be torn by it (DMA-322). Only drivers' own buffers are looked at: those of
    /// requests lie where they lie.
    /// </summary>
    private void CheckCacheLines(in MappedRun run)
    {
        if (!run.Mdl.Has(MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL))
            return;
        if (run.Va % ProcessorCache.LineSize != 0)
        {
            Report(0x1F, 4, run.Va, run.Mdl.Address, "MDL4015",
                $"A device was given {run.Va:X16} to write to, where no cache line of {ProcessorCache.LineSize} bytes begins, on a machine without coherent DMA.");
        }
        else if (run.Length % ProcessorCache.LineSize != 0)
        {
            Report(0x1F, 5, run.Length, run.Mdl.Address, "MDL4015",
                $"A device was given {run.Length} bytes to write to, which end inside a cache line of {ProcessorCache.LineSize} bytes, on a machine without coherent DMA.");
        }
    }

    private void CacheBeforeTransfer(ProcessorCache cache, in MappedRun run)
    {
        if (MaintainsCaches)
            CacheMaintenance.BeforeTransfer(cache, System.Memory.Frames, run.Mdl, run.Va, run.Length, invalidates: !run.WriteToDevice);
    }

    /// <summary>Ends a transfer of bytes of a run: what the controller still holds arrives, and the processor may look at what the device wrote.</summary>
    private void CacheAfterTransfer(ProcessorCache cache, in MappedRun run, nuint start, uint count, bool writeToDevice)
    {
        DrainTail(cache);
        if (!writeToDevice && !run.IsBounced)
            CacheMaintenance.AfterRead(cache, System.Memory.Frames, run.Mdl, start, count, MaintainsCaches);
    }

    private void ReadIncoherent(ProcessorCache cache, ulong physical, Span<byte> destination)
    {
        DrainTail(cache);
        cache.Read(physical, destination);
    }

    /// <summary>Controllers move units of 8 bytes: what a transfer leaves of the last one stays in them until the flush (DMA-240).</summary>
    private void WriteIncoherent(ProcessorCache cache, PhysicalAddress logical, ulong physical, ReadOnlySpan<byte> source)
    {
        DrainTail(cache);
        int held = Math.Min(source.Length, (int)((physical + (uint)source.Length) % HeldTail.Unit));
        if (held > 0 && _dma.IsInTransfer(this, new(logical.QuadPart + source.Length - 1)))
            _tail.Hold(physical + (uint)(source.Length - held), source[^held..]);
        else
            held = 0;
        cache.Write(physical, source[..^held]);
        _dma.AwaitWriteBack(cache);
    }

    private void DrainTail(ProcessorCache cache)
    {
        if (_tail.IsEmpty)
            return;
        cache.Write(_tail.Physical, _tail.Bytes);
        _tail.Clear();
        _dma.AwaitWriteBack(cache);
    }
}
