using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Makes a piece of an MDL reachable for the device, copying it to bounce pages where the device cannot reach it and it is to be sent.</summary>
    /// <param name="mdl">One MDL; a chain is walked by the driver.</param>
    /// <param name="mapRegisterBase">The base that the AdapterControl routine was given, null included.</param>
    /// <param name="currentVa">Position in the MDL: MmGetMdlVirtualAddress, plus what earlier transfers mapped. An index, not a pointer.</param>
    /// <param name="length">
    /// Bytes wanted; above 0. With scatter/gather it returns the bytes mapped, which are the first physically contiguous run;
    /// without, it does not change.
    /// </param>
    /// <param name="writeToDevice">True: memory to device. False: device to memory.</param>
    /// <returns>Logical address for the device, valid until FlushAdapterBuffers.</returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. There is no error return: only the verifier sees what is wrong (0xE6). With r map registers an operation carries
    /// r pages less the page offset of <paramref name="currentVa"/>, whatever shorter formulas say, and the position advances by the length returned, not
    /// by the length asked for (DMA-377, DMA-378). WDK: MapTransfer.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.LogicalAddress)]
    public PhysicalAddress MapTransfer(
        [MdlEffect(MdlEffect.MapsTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] ref uint length,
        bool writeToDevice)
    {
        Processor processor = Enter(DmaSlot.MapTransfer, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        if (System.Verifier.IsOn)
            CheckPosition(mdl, currentVa, length, BytesFrom(mdl, currentVa), nameof(MapTransfer));
        TransferMap map = MapOf(mapRegisterBase);
        map.BeginOperation(mdl);
        if (System.Verifier.IsOn && (length == 0 || map.IsMapped(mdl, currentVa, length)))
            ReportRange(map, mdl, currentVa, length);

        MdlPages pages = new(mdl, System.Memory.Frames);
        PhysicalRun found = FindRun(pages, currentVa, length);
        var run = new MappedRun
        {
            Mdl = mdl,
            Va = currentVa,
            WriteToDevice = writeToDevice,
            Length = _scatterGather ? found.Length : length,
        };
        uint registers = ADDRESS_AND_SIZE_TO_SPAN_PAGES(currentVa, run.Length);
        CheckRegisters(mapRegisterBase, map, registers);
        bool isWhole = found.Length == run.Length;
        if (mapRegisterBase is { First: >= 0 } && !(isWhole && found.IsReachable))
        {
            MapBounced(ref run, _dma.Registers.Address(mapRegisterBase.First) + map.RegistersUsed * PAGE_SIZE + BYTE_OFFSET(currentVa), run.Length);
            FillBounce(pages, run);
        }
        else
        {
            MapInPlace(ref run, pages, found.First);
        }

        if (run.Length > 0)
            map.Add(run);
        map.RegistersUsed += registers;
        length = run.Length;
        System.Trace(nameof(MapTransfer), mdl, (ulong)run.Logical.QuadPart, run.Length, (ulong)found.First.Number);
        return _channel is null ? run.Logical : StartChannel(_channel, run);
    }

    /// <summary>Ends an operation: what the device wrote into bounce pages reaches the MDL's pages now, and the range is no longer mapped.</summary>
    /// <param name="mdl">The MDL mapped.</param>
    /// <param name="mapRegisterBase">The base mapped with.</param>
    /// <param name="currentVa">Position of the first MapTransfer call of the operation.</param>
    /// <param name="length">Bytes of the whole operation, or those that the device really moved; the rest stays as it is.</param>
    /// <param name="writeToDevice">The direction mapped.</param>
    /// <returns>False when not all of the range was mapped, so that some of it cannot have been flushed.</returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. After every operation, before the IRP is completed and the registers are freed. One call for all MapTransfer
    /// calls of an operation is as good as one for each (DMA-408). WDK: FlushAdapterBuffers.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public bool FlushAdapterBuffers(
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice)
    {
        Processor processor = Enter(DmaSlot.FlushAdapterBuffers, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        System.Trace(nameof(FlushAdapterBuffers), mdl, currentVa, length, writeToDevice ? 1u : 0u);
        if (System.Verifier.IsOn)
            CheckPosition(mdl, currentVa, length: 0, available: 0, nameof(FlushAdapterBuffers));
        _channel?.Stop();
        TransferMap map = MapOf(mapRegisterBase);
        if (!TryFlush(map, mdl, currentVa, length, writeToDevice, out uint flushed))
        {
            if (System.Verifier.IsOn)
                ReportNotMapped(mdl, map, mapRegisterBase, currentVa, length);
        }
        else if (flushed < length && System.Verifier.IsOn)
        {
            ReportTooLong(mdl, currentVa, length, flushed);
        }

        return flushed == length;
    }

    /// <summary>Flushes the runs of a range; the operation they belong to ends with it, however little of it moved.</summary>
    private bool TryFlush(TransferMap map, Mdl mdl, nuint currentVa, uint length, bool writeToDevice, out uint flushed)
    {
        flushed = 0;
        if (map.Count == 1 && map.Runs[0].Mdl == mdl && map.Runs[0].Va == currentVa && map.Runs[0].Length == length)
        {
            flushed = FlushRun(map.Runs[0], currentVa, length, writeToDevice);
            map.Clear();
            return true;
        }

        bool found = false, isCut = false;
        nuint next = 0;
        int kept = 0, at = 0;
        try
        {
            for (; at < map.Count; at++)
            {
                ref MappedRun run = ref map.Runs[at];
                bool isFlushed = run.Overlaps(mdl, currentVa, length) || length == 0 && run.Mdl == mdl && run.Va == currentVa;
                // Where the range ends inside a run the device stopped there, and nothing after it is mapped any more.
                bool follows = found && run.Mdl == mdl && run.Va == next;
                if (isFlushed)
                {
                    flushed += FlushRun(run, currentVa, length, writeToDevice);
                    (found, isCut) = (true, isCut || unchecked(currentVa + length) < run.End);
                }

                if (isFlushed || follows)
                    next = run.End;
                if (isFlushed || follows && isCut)
                {
                    map.End(run);
                    continue;
                }

                if (follows)
                    map.Loosen(at);
                if (kept != at)
                    map.Runs[kept] = run;
                kept++;
            }
        }
        finally
        {
            map.RemoveRange(kept, at - kept);
        }

        return found;
    }

    private uint FlushRun(in MappedRun run, nuint currentVa, uint length, bool writeToDevice)
    {
        nuint start = Math.Max(currentVa, run.Va);
        uint count = (uint)(Math.Min(unchecked(currentVa + length), run.End) - start);
        FlushRun(run, start, count, Arrived(run, start, count), writeToDevice);
        return count;
    }

    /// <summary>Ends the transfer of a part of a run, of which so many bytes have arrived.</summary>
    private void FlushRun(in MappedRun run, nuint start, uint count, uint arrived, bool writeToDevice)
    {
        if (run.WriteToDevice != writeToDevice)
            ReportDirection(run, writeToDevice);
        if (!_isPlain && System.Memory.Cache is { } cache)
            CacheAfterTransfer(cache, run, start, count, writeToDevice);
        if (run.IsBounced && !writeToDevice)
            EmptyBounce(run, start, arrived);
    }

    private TransferMap MapOf(MapRegisters? mapRegisterBase)
    {
        if (mapRegisterBase is null)
            return _directMap;
        return mapRegisterBase.Adapter?._dma == _dma
            ? mapRegisterBase.Map
            : throw new ArgumentException("the map registers belong to another machine", nameof(mapRegisterBase));
    }

    private void CheckRegisters(MapRegisters? mapRegisterBase, TransferMap map, uint wanted)
    {
        uint held = mapRegisterBase is null ? _needsRegisters ? 0 : MaximumRegisters : mapRegisterBase.IsAllocated ? mapRegisterBase.Count : 0;
        uint used = map.RegistersUsed;
        if (System.Verifier.IsOn && (wanted > held || mapRegisterBase is not null && used + wanted > held))
            ReportRegisters(map, held, wanted);
    }

    /// <summary>What bounce pages hold when the device starts: the bytes to send, or for a read the pattern of a verified machine, unless short reads must leave the caller's bytes alone.</summary>
    private void FillBounce(in MdlPages pages, in MappedRun run)
    {
        if (run.WriteToDevice || System.Options.PreserveBouncedBytes)
            CopyBounce(pages, run, run.Va, run.Length, toBounce: true);
        else if (_ignoresCount)
            BounceBytes(run.Bounce, run.Length).Clear();
        else
            _dma.Registers.Mark(run.Bounce, run.Length);
    }

    private void EmptyBounce(in MappedRun run, nuint start, uint count)
    {
        CopyBounce(new(run.Mdl, System.Memory.Frames), run, start, count, toBounce: false);
        // No store of the system's own stays in a cache line that the next operation of the transfer may reach in place.
        if (System.Memory.Cache is { } cache)
            CacheMaintenance.BeforeTransfer(cache, System.Memory.Frames, run.Mdl, start, count, invalidates: true);
    }

    private void CopyBounce(in MdlPages pages, in MappedRun run, nuint start, uint count, bool toBounce)
    {
        System.Trace("BounceCopy", run.Mdl, (ulong)run.Logical.QuadPart + (start - run.Va), count, toBounce ? 1u : 0u);
        Span<byte> bounce = BounceBytes(run.Bounce + (start - run.Va), count);
        for (int done = 0; done < bounce.Length;)
        {
            nuint at = unchecked(start + (nuint)done);
            int part = (int)Math.Min(PAGE_SIZE - BYTE_OFFSET(at), (uint)(bounce.Length - done));
            Span<byte> there = bounce.Slice(done, part);
            Pfn pfn = pages.At(at);
            if (pfn == Pfn.None)
                FaultOnCopy(run.Mdl, at, toBounce);
            Span<byte> here = System.Memory.Arena.Bytes(pfn, BYTE_OFFSET(at), part);
            if (toBounce)
                here.CopyTo(there);
            else
                there.CopyTo(here);
            done += part;
        }
    }

    /// <summary>The processor copies through a mapping of the MDL, and finds nothing where the MDL has no page (DMA-191).</summary>
    [DoesNotReturn]
    private void FaultOnCopy(Mdl mdl, nuint va, bool reads)
    {
        nuint mapping = mdl.MappedSystemVa != 0 ? mdl.MappedSystemVa : System.Memory.SystemPtes.Base;
        System.Processor.AccessFault(unchecked(mapping + (va - mdl.VirtualAddress)), reads ? MemoryAccess.Read : MemoryAccess.Write, PageFault.NotMapped,
            "MDL4002", $"Bytes at {va:X16} had to be copied {(reads ? "to" : "from")} bounce pages; the MDL ({mdl.VirtualAddress:X16}, {mdl.Length} bytes) has no page there.");
    }
}
