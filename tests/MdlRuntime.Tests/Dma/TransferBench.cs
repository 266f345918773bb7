using MdlRuntime.Simulation;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>
/// Carries transfers out, by packets or by lists, and beside them a model that only copies bytes: after every transfer each page that holds
/// a byte of any chain is what the model says.
/// </summary>
internal sealed class TransferBench : IDisposable
{
    private const uint LongestMdl = 0x3000, Pool = 6;

    private static readonly DeviceDescription[] s_descriptions =
    [
        ScatterGather64,
        ScatterGather64 with { Version = 3, DmaAddressWidth = 25 },
        ScatterGather64 with { Dma64BitAddresses = false, InterfaceType = InterfaceType.Isa },
        Packet64,
        Packet24,
        Packet64 with { Version = 3, DmaAddressWidth = 25 },
    ];

    private readonly DmaBench _bench;
    private readonly MachineOptions _options;
    private readonly DmaAdapter[] _adapters;
    private readonly uint[] _granted;
    private readonly List<Chain> _chains = [];
    private readonly List<(long Start, long End, Chain Chain)> _live = [];
    private readonly long _freeFrames;
    private nuint _nextFrame = 0x300;

    public TransferBench(MachineOptions options)
    {
        // What the machine takes for itself comes from the top, where no chain is.
        _options = options with { MapRegisters = (int)Pool, MemoryBytes = 64 << 20, CapturedCallSites = 0, Frames = FramePolicy.HighFirst };
        _bench = new(_options);
        _freeFrames = _bench.Machine.FreeFrames;
        _adapters = new DmaAdapter[s_descriptions.Length];
        _granted = new uint[s_descriptions.Length];
        for (int i = 0; i < _adapters.Length; i++)
            _adapters[i] = _bench.GetAdapter(s_descriptions[i] with { MaximumLength = 1 << 16 }, out _granted[i]);
    }

    public int Transfers { get; private set; }

    public void Perform(ReadOnlySpan<TransferStep> script)
    {
        TransferStep[] steps = script.ToArray();
        for (int at = 0; at < steps.Length;)
        {
            if (_chains.Count == 0 || steps[at].MakesChain)
                AddChain(new(steps[at].Shape), steps[at].Shape == 0);
            _bench.AtDispatch(() => at = Transfer(steps, at));
        }

        _bench.AtDispatch(() =>
        {
            foreach (DmaAdapter adapter in _adapters)
                adapter.PutDmaAdapter();
        });
        Assert.Empty(_live);
        Assert.Empty(_bench.Machine.Findings);
        foreach (Chain chain in _chains)
            chain.Unlock(_bench);
        Assert.Equal(_freeFrames, _bench.Machine.FreeFrames);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>One to three locked buffers, linked; in neighbouring, reversed or scattered frames, within and beyond the reach of some devices.</summary>
    private void AddChain(Random random, bool isTrivial)
    {
        var chain = new Chain();
        int count = isTrivial ? 1 : random.Next(1, 4);
        for (int i = 0; i < count; i++)
        {
            uint length = isTrivial ? 1 : (uint)random.Next(1, (int)LongestMdl), offset = isTrivial ? 0 : (uint)random.Next(0, (int)PAGE_SIZE);
            int pages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(offset, length);
            chain.Add(_bench, _bench.Lock(length, offset, Frames(random, pages)), random);
        }

        _chains.Add(chain);
    }

    private nuint[] Frames(Random random, int pages)
    {
        const nuint above16Megabytes = 0x1000, above32Megabytes = 0x2000;
        nuint start = _nextFrame + random.Next(3) switch { 0 => 0, 1 => above16Megabytes, _ => above32Megabytes };
        // Borders of 64 KiB fall anywhere in a buffer.
        _nextFrame += 4 + (nuint)random.Next(8);
        nuint[] frames = [.. Enumerable.Range(0, pages).Select(i => start + (nuint)i)];
        int order = random.Next(3);
        if (order == 1)
            Array.Reverse(frames);
        else if (order == 2)
            random.Shuffle(frames);
        return frames;
    }

    /// <summary>Carries out a transfer, and those that it encloses; returns the number of the next.</summary>
    private int Transfer(TransferStep[] steps, int at)
    {
        TransferStep step = steps[at++];
        Chain chain = _chains[step.Chain % _chains.Count];
        Action enclosed = () =>
        {
            if (step.Encloses && at < steps.Length && !steps[at].MakesChain && !chain.IsBusy(_chains[steps[at].Chain % _chains.Count]) && Fits(steps[at]))
                at = Transfer(steps, at);
            step = step with { Encloses = false };
        };
        chain.IsMapped = true;
        // Where version 3 counts offsets a transfer starts anywhere in the chain, otherwise in its first MDL.
        int range = IsVersion3(step) && (step.UsesList || UsesOffsets(step)) ? (int)chain.Length : (int)chain.Mdls[0].Length;
        uint start = (uint)(step.Start % range), length = 1 + (uint)(step.Length % (int)(chain.Length - start));
        var random = new Random(step.Shape);
        FlushCaches(chain, step.WriteToDevice);
        if (step.UsesList)
            TransferByLists(step, chain, start, length, random, enclosed);
        else if (UsesOffsets(step))
            TransferByOffsets(step, chain, start, length, random, enclosed);
        else
            TransferByPackets(step, chain, start, length, random, enclosed);
        chain.IsMapped = false;
        Transfers++;
        foreach (Chain each in _chains)
            each.AssertExact(_bench);
        return at;
    }

    /// <summary>Whether there are registers for the transfer now; they are consecutive, so that it depends on who has which.</summary>
    private bool Fits(TransferStep step)
    {
        MapRegisterPool pool = _bench.Machine.System.Layer<DmaSystem>().Registers;
        uint count = step.UsesList ? _chains[step.Chain % _chains.Count].Pages : RegistersOf(step);
        count = Math.Min(count, Pool);
        if (pool.Capacity == 0)
            return true;
        if (!pool.TryTake(count, out int first))
            return false;
        pool.Release(first, count);
        return true;
    }

    private uint RegistersOf(TransferStep step) => 1 + (uint)step.Registers % _granted[step.Adapter % _adapters.Length];

    private void TransferByLists(TransferStep step, Chain chain, uint start, uint length, Random random, Action enclosed)
    {
        DmaAdapter adapter = _adapters[step.Adapter % _adapters.Length];
        uint limit = _granted[step.Adapter % _adapters.Length];
        bool isVersion3 = IsVersion3(step);
        for (; isVersion3 && chain.PagesOf(start, length) > limit; length /= 2)
        {
        }

        uint registers = isVersion3 ? chain.PagesOf(start, length) : CalculateOrShorten(adapter, chain, start, ref length, limit);
        ScatterGatherList list = isVersion3
            ? GetListEx(adapter, chain, start, length, step.WriteToDevice)
            : _bench.GetList(adapter, chain.Mdls[0], chain.Mdls[0].VirtualAddress + start, length, step.WriteToDevice);
        Assert.InRange(registers, 1u, limit);
        Assert.InRange(list.NumberOfElements, 1u, registers);
        var pieces = new List<Piece>();
        uint done = 0;
        foreach (ScatterGatherElement element in list.Elements)
        {
            Assert.NotEqual(0u, element.Length);
            pieces.Add(new(element.Address.QuadPart, start + done, element.Length));
            done += element.Length;
        }

        Assert.Equal(length, done);
        bool isShort = step.IsShort && (step.WriteToDevice || _options.PreserveBouncedBytes);
        Operate(adapter, chain, pieces, list.Registers!.Map, isShort ? (uint)random.Next(0, (int)length + 1) : length, step.WriteToDevice, random, enclosed);
        adapter.PutScatterGatherList(list, step.WriteToDevice);
        Commit(chain, pieces);
    }

    private static bool IsVersion3(TransferStep step) => s_descriptions[step.Adapter % s_descriptions.Length].Version == 3;

    /// <summary>Whether the packets of a transfer go through MapTransferEx.</summary>
    private static bool UsesOffsets(TransferStep step) => IsVersion3(step) && !step.UsesList && !step.FlushesRuns;

    /// <summary>What a driver does before a transfer where devices do not see the caches.</summary>
    private void FlushCaches(Chain chain, bool writeToDevice)
    {
        if (_options.CoherentDma)
            return;
        foreach (Mdl mdl in chain.Mdls)
            KernelCore.KeFlushIoBuffers(mdl, readOperation: !writeToDevice, dmaOperation: true);
    }

    private ScatterGatherList GetListEx(DmaAdapter adapter, Chain chain, uint start, uint length, bool writeToDevice)
    {
        ScatterGatherList? given = null;
        Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.GetScatterGatherListEx(
            _bench.Device, NewContext(adapter), chain.Mdls[0], start, length, 0, (_, _, list, _) => given = list, null, writeToDevice));
        return Assert.IsType<ScatterGatherList>(given);
    }

    /// <summary>The registers that a list of the range needs; the range is cut until there are as many.</summary>
    private static uint CalculateOrShorten(DmaAdapter adapter, Chain chain, uint start, ref uint length, uint limit)
    {
        while (true)
        {
            NtStatus status = adapter.CalculateScatterGatherList(chain.Mdls[0], chain.Mdls[0].VirtualAddress + start, length, out _, out uint registers);
            if (status == NtStatus.STATUS_SUCCESS)
                return registers;
            Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, status);
            Assert.True(chain.PagesOf(start, length) > limit);
            length /= 2;
        }
    }

    private void TransferByPackets(TransferStep step, Chain chain, uint start, uint length, Random random, Action enclosed)
    {
        DmaAdapter adapter = _adapters[step.Adapter % _adapters.Length];
        uint count = RegistersOf(step);
        MapRegisters? registers = _bench.Allocate(adapter, count);
        uint end = start + length;
        for (int i = 0; i < chain.Mdls.Count; i++)
        {
            Mdl mdl = chain.Mdls[i];
            (uint first, uint last) = (chain.Starts[i], chain.Starts[i] + (uint)mdl.Length);
            while (start < Math.Min(end, last))
            {
                nuint va = mdl.VirtualAddress + (start - first);
                uint operation = Math.Min(Math.Min(end, last) - start, Limit(step.Split, count, BYTE_OFFSET(va)));
                start += Operation(step, adapter, registers, chain, mdl, va, start, operation, random, enclosed);
            }
        }

        adapter.FreeMapRegisters(registers, count);
    }

    /// <summary>Maps, moves and flushes one operation; returns the bytes moved.</summary>
    private uint Operation(TransferStep step, DmaAdapter adapter, MapRegisters? registers, Chain chain, Mdl mdl, nuint va, uint start, uint length, Random random, Action enclosed)
    {
        var pieces = new List<Piece>();
        for (uint done = 0; done < length;)
        {
            (long logical, uint run) = Map(adapter, mdl, registers, va + done, length - done, step.WriteToDevice);
            Assert.InRange(run, 1u, length - done);
            pieces.Add(new(logical, start + done, run));
            done += run;
        }

        Assert.True(registers is null || registers.Map.RegistersUsed <= registers.Count);
        uint moved = step.IsShort ? (uint)random.Next(1, (int)length + 1) : length;
        Operate(adapter, chain, pieces, registers?.Map, moved, step.WriteToDevice, random, enclosed);
        if (step.FlushesRuns && moved == length)
        {
            foreach (Piece piece in pieces)
                Assert.True(adapter.FlushAdapterBuffers(mdl, registers, va + (piece.Start - start), piece.Length, step.WriteToDevice));
        }
        else
        {
            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, va, moved, step.WriteToDevice));
        }

        Commit(chain, pieces);
        return moved;
    }

    /// <summary>Maps what registers and list have room for, from any offset of the chain on, until all has moved.</summary>
    private void TransferByOffsets(TransferStep step, Chain chain, uint start, uint length, Random random, Action enclosed)
    {
        DmaAdapter adapter = _adapters[step.Adapter % _adapters.Length];
        uint count = RegistersOf(step), room = 1 + (uint)step.Start % 4;
        MapRegisters? registers = null;
        Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(_bench.Device, NewContext(adapter), count, 0, (_, _, given, _) =>
        {
            registers = given;
            return IoAllocationAction.DeallocateObjectKeepRegisters;
        }, null));
        for (uint end = start + length; start < end;)
        {
            uint mapped = end - start;
            var pieces = new List<Piece>();
            uint done = 0;
            foreach ((long logical, uint part) in MapEx(adapter, chain.Mdls[0], registers, start, ref mapped, room, step.WriteToDevice))
            {
                Assert.NotEqual(0u, part);
                pieces.Add(new(logical, start + done, part));
                done += part;
            }

            Assert.InRange(mapped, 1u, end - start);
            Assert.Equal(mapped, done);
            Assert.True(registers is null || registers.Map.RegistersUsed <= registers.Count);
            uint moved = step.IsShort ? (uint)random.Next(1, (int)mapped + 1) : mapped;
            Operate(adapter, chain, pieces, registers?.Map, moved, step.WriteToDevice, random, enclosed);
            Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.FlushAdapterBuffersEx(chain.Mdls[0], registers, start, moved, step.WriteToDevice));
            Commit(chain, pieces);
            start += moved;
        }

        adapter.FreeMapRegisters(registers, count);
    }

    /// <summary>The device moves the first bytes of the pieces. A processor that touches the chain meanwhile is seen only where nothing was copied.</summary>
    private void Operate(DmaAdapter adapter, Chain chain, List<Piece> pieces, TransferMap? map, uint moved, bool writeToDevice, Random random, Action enclosed)
    {
        foreach (Piece piece in pieces)
        {
            Assert.All(_live, live => Assert.True(piece.Logical >= live.End || piece.Logical + piece.Length <= live.Start));
            _live.Add((piece.Logical, piece.Logical + piece.Length, chain));
        }

        enclosed();
        byte[] before = chain.Expected(pieces[0].Start, Total(pieces));
        // Pages mapped without registers have no map here that says which of them a verifier with buffers copied.
        if (writeToDevice && (map is not null || !_options.VerifyDmaBuffers) && random.Next(2) == 0)
        {
            chain.Change(_bench, pieces[0].Start, Total(pieces), random);
            FlushCaches(chain, writeToDevice);
        }

        foreach (Piece piece in pieces)
        {
            uint offset = piece.Start - pieces[0].Start, part = Math.Min(piece.Length, moved > offset ? moved - offset : 0);
            if (part == 0)
                continue;
            if (!writeToDevice)
            {
                byte[] data = new byte[part];
                random.NextBytes(data);
                DeviceWrites(adapter, piece.Logical, data);
                chain.Expect(piece.Start, data);
                continue;
            }

            byte[] now = chain.Expected(piece.Start, part), then = before[(int)offset..(int)(offset + part)];
            Assert.Equal(IsBounced(map, piece) ? then : now, DeviceReads(adapter, piece.Logical, part));
        }
    }

    private static bool IsBounced(TransferMap? map, Piece piece)
    {
        if (map is null)
            return false;
        foreach (ref readonly MappedRun run in map.Runs)
        {
            if (piece.Logical == run.Logical.QuadPart)
                return run.IsBounced;
        }

        throw new InvalidOperationException("a piece is not in the map");
    }

    private void Commit(Chain chain, List<Piece> pieces)
    {
        foreach (Piece piece in pieces)
            _live.RemoveAt(_live.FindIndex(live => live.Start == piece.Logical && live.Chain == chain));
        chain.AssertExact(_bench);
    }

    private static uint Total(List<Piece> pieces) => pieces[^1].Start + pieces[^1].Length - pieces[0].Start;

    private static uint Limit(TransferSplit split, uint registers, uint pageOffset) => split switch
    {
        TransferSplit.Conservative when registers > 1 => (registers - 1) * PAGE_SIZE,
        TransferSplit.Pages => PAGE_SIZE - pageOffset,
        TransferSplit.Sectors => Math.Min(3 * 512, registers * PAGE_SIZE - pageOffset),
        _ => registers * PAGE_SIZE - pageOffset,
    };

    /// <summary>A logical range and the part of the chain behind it.</summary>
    private readonly record struct Piece(long Logical, uint Start, uint Length);
}
