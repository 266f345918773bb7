namespace MdlRuntime;

/// <summary>How ranges of chains become runs that the device reaches: shared by the list routines and MapTransferEx.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Maps a whole range through registers that were allocated for it.</summary>
    /// <param name="registers">Holds what is mapped.</param>
    /// <param name="at">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="writeToDevice">Direction.</param>
    /// <param name="isExact">Whether only bounced pages take registers (version 3, DMA-271); otherwise every page does.</param>
    private void MapWhole(MapRegisters registers, ChainPosition at, uint length, bool writeToDevice, bool isExact)
    {
        if (_isPlain && _guards is null && !_needsRegisters && TryMapDirect(registers.Map, at, length, writeToDevice, isExact))
            return;
        if (!_scatterGather && !IsContiguous(at, length) && registers.First >= 0)
            MapAsOne(registers, at, length, writeToDevice);
        else
            MapRuns(registers.Map, registers, at, length, writeToDevice, new() { Elements = uint.MaxValue, Pages = uint.MaxValue, Registers = registers.Count, IsExact = isExact });
    }

    /// <summary>
    /// The short way for a device that gathers and reaches all of memory: the frames of each MDL are gone through once. False, with nothing mapped,
    /// where a page list holds no frame.
    /// </summary>
    private bool TryMapDirect(TransferMap map, ChainPosition at, uint length, bool writeToDevice, bool isExact)
    {
        FrameDatabase frames = System.Memory.Frames;
        LogicalWindow window = _window;
        uint pages = 0;
        int firstRun = map.Count;
        for (uint done = 0; done < length;)
        {
            Mdl mdl = at.Mdl;
            uint part = at.PartOf(length - done), rest = part, offset = BYTE_OFFSET(at.Va);
            nuint va = at.Va, index = unchecked(va - mdl.StartVa) >> PAGE_SHIFT;
            int count = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, part);
            ReadOnlySpan<nuint> pfns = mdl.Pfns;
            if (index >= (nuint)pfns.Length || (uint)count > (uint)pfns.Length - (uint)index)
                return Undo(map, firstRun);

            pfns = pfns.Slice((int)index, count);
            for (int i = 0; i < pfns.Length;)
            {
                Pfn first = new(pfns[i++]), last = first;
                while (i < pfns.Length && pfns[i] == last.Number + 1 && window.ContinuesAfter(last))
                    last = new(pfns[i++]);
                if (!frames.Contains(last))
                    return Undo(map, firstRun);

                ulong physical = ((ulong)first.Number << PAGE_SHIFT) + offset;
                uint bytes = (uint)Math.Min(rest, (((ulong)(last.Number - first.Number) + 1) << PAGE_SHIFT) - offset);
                ref MappedRun run = ref map.AddRef();
                (run.Mdl, run.Va, run.Length, run.Logical) = (mdl, va, bytes, window.ToLogical(physical));
                (run.WriteToDevice, run.IsContinued) = (writeToDevice, va != at.Va || done > 0);
                (va, rest, offset) = (va + bytes, rest - bytes, 0);
            }

            pages += (uint)count;
            done += part;
            at.Advance(part);
        }

        if (!isExact)
            map.RegistersUsed += pages;
        return true;

        static bool Undo(TransferMap map, int firstRun)
        {
            map.RemoveRange(firstRun, map.Count - firstRun);
            return false;
        }
    }

    /// <summary>Maps a range run by run, as far as the room goes.</summary>
    /// <returns>The bytes mapped.</returns>
    private uint MapRuns(TransferMap map, MapRegisters? registers, ChainPosition at, uint length, bool writeToDevice, MappingRoom room)
    {
        bool canBounce = registers is { First: >= 0 };
        uint done = 0;
        while (done < length && room.HasAny)
        {
            Mdl mdl = at.Mdl;
            MdlPages pages = new(mdl, System.Memory.Frames);
            nuint va = at.Va;
            uint rest = at.PartOf(length - done), part = rest;
            while (rest > 0 && room.HasAny)
            {
                PhysicalRun found = FindRun(pages, va, rest);
                // Version 3 maps nothing that the device cannot reach; earlier versions have no way to say so.
                bool isBounced = !found.IsReachable && (canBounce || room.IsExact);
                uint fits = room.Take(va, found.Length, isBounced);
                if (fits == 0)
                    break;

                ref MappedRun run = ref map.AddRef();
                (run.Mdl, run.Va, run.Length, run.WriteToDevice, run.IsContinued) = (mdl, va, fits, writeToDevice, done + (part - rest) > 0);
                if (isBounced)
                    Bounce(registers!, map, ref run, pages);
                else
                    MapInPlace(ref run, pages, found.First);
                if (isBounced || !room.IsExact)
                    map.RegistersUsed += ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, fits);
                (va, rest) = (unchecked(va + fits), rest - fits);
            }

            done += part - rest;
            at.Advance(part - rest);
            if (rest > 0)
                break;
        }

        return done;
    }

    /// <summary>Maps a range MDL by MDL for a device that takes contiguous pieces only: what is not contiguous is made so in bounce pages (DMA-287).</summary>
    /// <returns>The bytes mapped.</returns>
    private uint MapPieces(TransferMap map, MapRegisters? registers, ChainPosition at, uint length, bool writeToDevice, MappingRoom room)
    {
        uint done = 0;
        while (done < length && room.HasAny)
        {
            MdlPages pages = new(at.Mdl, System.Memory.Frames);
            uint part = at.PartOf(length - done);
            PhysicalRun found = FindRun(pages, at.Va, part);
            bool isBounced = found.Length < part || !found.IsReachable;
            if (isBounced && registers is not { First: >= 0 })
                break;
            uint fits = room.Take(at.Va, part, isBounced);
            if (fits == 0)
                break;

            ref MappedRun run = ref map.AddRef();
            (run.Mdl, run.Va, run.Length, run.WriteToDevice, run.IsContinued) = (at.Mdl, at.Va, fits, writeToDevice, done > 0);
            if (isBounced)
            {
                Bounce(registers!, map, ref run, pages);
                map.RegistersUsed += ADDRESS_AND_SIZE_TO_SPAN_PAGES(at.Va, fits);
            }
            else
            {
                MapInPlace(ref run, pages, found.First);
            }

            done += fits;
            at.Advance(fits);
            if (fits < part)
                break;
        }

        return done;
    }

    /// <summary>Maps a range as one element in bounce pages, across the MDLs of a chain; only the first byte keeps its offset in its page.</summary>
    private void MapAsOne(MapRegisters registers, ChainPosition at, uint length, bool writeToDevice)
    {
        ulong bounce = _dma.Registers.Address(registers.First) + BYTE_OFFSET(at.Va);
        for (uint done = 0; done < length;)
        {
            uint part = at.PartOf(length - done);
            ref MappedRun run = ref registers.Map.AddRef();
            (run.Mdl, run.Va, run.Length, run.WriteToDevice, run.IsContinued) = (at.Mdl, at.Va, part, writeToDevice, done > 0);
            if (done == 0)
                MapBounced(ref run, bounce, length);
            else
                MapBehind(ref run, registers.Map.Runs[^2]);
            FillBounce(new(at.Mdl, System.Memory.Frames), run);
            done += part;
            at.Advance(part);
        }
    }

    /// <summary>Moves a run to the next registers; every byte keeps its offset in its page (DMA-105).</summary>
    private void Bounce(MapRegisters registers, TransferMap map, ref MappedRun run, in MdlPages pages)
    {
        MapBounced(ref run, _dma.Registers.Address(registers.First) + map.RegistersUsed * PAGE_SIZE + BYTE_OFFSET(run.Va), run.Length);
        FillBounce(pages, run);
    }

    /// <summary>Whether the device can take the range as it is, in one piece.</summary>
    private bool IsContiguous(ChainPosition at, uint length)
    {
        PhysicalRun run = FindRun(new(at.Mdl, System.Memory.Frames), at.Va, at.PartOf(length));
        return run.Length == length && run.IsReachable;
    }

    /// <summary>What mapping a range takes exactly: elements, and the registers that bounced pages need.</summary>
    private (uint Elements, uint Registers) Count(ChainPosition at, uint length)
    {
        (uint elements, uint registers) = (0, 0);
        while (length > 0)
        {
            MdlPages pages = new(at.Mdl, System.Memory.Frames);
            uint part = at.PartOf(length);
            PhysicalRun found = FindRun(pages, at.Va, part);
            uint run = TakesRuns ? found.Length : part;
            bool isBounced = run > found.Length || !found.IsReachable;
            (elements, registers) = (elements + 1, registers + (isBounced && _needsRegisters ? ADDRESS_AND_SIZE_TO_SPAN_PAGES(at.Va, run) : 0));
            at.Advance(run);
            length -= run;
        }

        return (elements, registers);
    }

    /// <summary>Whether a version 3 transfer may consist of many pieces: the system loads the controller with one after the other (DMA-267).</summary>
    private bool TakesRuns => _scatterGather || _channel is not null;

    /// <summary>The registers that a version 3 list needs: none for what the device reaches in place.</summary>
    private uint ExactRegisters(ChainPosition at, uint length) =>
        !_needsRegisters ? 0
        : _scatterGather ? Count(at, length).Registers
        : IsContiguous(at, length) ? 0 : at.CountPages(length);
}
