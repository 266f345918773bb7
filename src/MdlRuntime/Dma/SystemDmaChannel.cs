using MdlRuntime.Devices;

namespace MdlRuntime;

/// <summary>One channel of the system DMA controller: its registers, and the transfer that they describe.</summary>
internal sealed class SystemDmaChannel
{
    // The mode register: channel in bits 0 and 1, then direction, auto-initialize, and how requests are served (DMA-206).
    private const byte ToMemory = 0x04, FromMemory = 0x08, AutoInitialize = 0x10, DemandMode = 0x00, SingleMode = 0x40, CascadeMode = 0xC0;

    private const ushort Spent = 0xFFFF;
    private const ulong HighestAddress = 0x00FF_FFFF;

    private readonly KernelSystem _system;
    private readonly SystemDmaCompletions _completions;

    /// <summary>Log2 of the bytes moved per request.</summary>
    private readonly int _shift;

    private (ulong Address, uint Length)[] _pieces = new (ulong, uint)[1];
    private int _pieceCount;
    private int _piece;
    private SystemDmaCompletion _completion;

    public SystemDmaChannel(KernelSystem system, uint number, SystemDmaCompletions completions)
    {
        (_system, Number, _completions) = (system, number, completions);
        _shift = number > SystemDmaController.CascadeChannel ? 1 : 0;
        Line = new(this);
    }

    public uint Number { get; }

    public bool IsWord => _shift == 1;

    /// <summary>
    /// No transfer crosses a multiple of this physical address, because the page register does not count: 64 KiB on byte channels. The word
    /// channels count words, so that theirs is 128 KiB, as on the real controller and unlike ReactOS (DMA-402).
    /// </summary>
    public uint Boundary => 0x1_0000u << _shift;

    /// <summary>The wire to the device.</summary>
    public DmaRequestLine Line { get; }

    public KernelSystem System => _system;

    /// <summary>The one adapter object of the channel while anybody holds it (DMA-066).</summary>
    public DmaAdapter? Adapter { get; set; }

    public byte Mode { get; private set; }

    /// <summary>Address bits 16 to 23.</summary>
    public byte Page { get; private set; }

    /// <summary>Address bits 0 to 15, or 1 to 16 on a word channel; counts up.</summary>
    public ushort Address { get; private set; }

    /// <summary>Bytes or words left, less one; counts down.</summary>
    public ushort Count { get; private set; } = Spent;

    /// <summary>A masked channel serves no request.</summary>
    public bool IsMasked { get; private set; } = true;

    public bool HasReachedTerminalCount { get; private set; }

    /// <summary>Whether a transfer was started and has neither ended nor been stopped.</summary>
    public bool IsRunning => !IsMasked && (Mode & CascadeMode) != CascadeMode;

    /// <summary>Bytes not moved yet, from the count register (DMA-210): 0 both at the end and before the first of 64 Ki units.</summary>
    public uint Counter
    {
        get
        {
            uint left = (uint)(ushort)(Count + 1) << _shift;
            for (int later = _piece + 1; later < _pieceCount; later++)
                left += _pieces[later].Length;
            return left;
        }
    }

    /// <summary>Programs and unmasks the channel. Pieces that the registers cannot express leave it masked: no byte moves.</summary>
    /// <returns>False when a piece lies beyond 16 MiB, crosses <see cref="Boundary"/>, has no whole unit, or starts inside a word.</returns>
    public bool TryStart(ReadOnlySpan<MappedRun> runs, bool writeToDevice, bool demandMode, bool autoInitialize, in SystemDmaCompletion completion)
    {
        (IsMasked, HasReachedTerminalCount, _pieceCount, _completion) = (true, false, 0, completion);
        if (_pieces.Length < runs.Length)
            _pieces = new (ulong, uint)[runs.Length];
        foreach (ref readonly MappedRun run in runs)
        {
            if (!CanExpress((ulong)run.Logical.QuadPart, run.Length))
                return false;
            _pieces[_pieceCount++] = ((ulong)run.Logical.QuadPart, run.Length);
        }

        int mode = (writeToDevice ? FromMemory : ToMemory) | (demandMode ? DemandMode : SingleMode) | (autoInitialize ? AutoInitialize : 0);
        Mode = (byte)(mode | (int)(Number & 3));
        Load(0);
        IsMasked = false;
        _system.Trace("SystemDma.Start", Adapter, Number, Mode, runs[0].Length);
        Line.Open();
        return true;
    }

    /// <summary>Masks the channel: the transfer stops where it is. False when none was under way.</summary>
    public bool Stop()
    {
        bool wasRunning = IsRunning;
        IsMasked = true;
        _system.Trace("SystemDma.Stop", Adapter, Number, Counter);
        return wasRunning;
    }

    /// <summary>Stops a transfer and tells its completion routine. False when none was under way.</summary>
    public bool Cancel()
    {
        if (!Stop())
            return false;

        Complete(DmaCompletionStatus.DmaCancelled);
        return true;
    }

    public void Cascade()
    {
        Mode = (byte)(CascadeMode | (Number & 3));
        IsMasked = false;
    }

    /// <summary>Device to memory: the bytes taken.</summary>
    public int Write(ReadOnlySpan<byte> source)
    {
        int done = 0;
        try
        {
            for (int part; (part = Reachable(source.Length - done, writesMemory: true)) > 0; done += part)
            {
                Adapter!.BusWrite(new((long)BusAddress), source.Slice(done, part));
                Advance(part);
            }
        }
        catch (BusFaultException)
        {
            Fail();
        }

        return done;
    }

    /// <summary>Memory to device: the bytes given.</summary>
    public int Read(Span<byte> destination)
    {
        int done = 0;
        try
        {
            for (int part; (part = Reachable(destination.Length - done, writesMemory: false)) > 0; done += part)
            {
                Adapter!.BusRead(new((long)BusAddress), destination.Slice(done, part));
                Advance(part);
            }
        }
        catch (BusFaultException)
        {
            Fail();
        }

        return done;
    }

    private bool CanExpress(ulong address, uint length) =>
        length >> _shift > 0 && address >> _shift << _shift == address && address <= HighestAddress && address % Boundary + length <= Boundary;

    private void Load(int piece)
    {
        (ulong address, uint length) = _pieces[piece];
        _piece = piece;
        Page = (byte)(address >> 16);
        Address = (ushort)(address >> _shift);
        // A word channel drops an odd byte at the end.
        Count = (ushort)((length >> _shift) - 1);
    }

    /// <summary>How many of the wanted bytes the next requests move without new programming.</summary>
    private int Reachable(int wanted, bool writesMemory)
    {
        wanted &= -1 << _shift;
        if (wanted == 0 || !IsRunning || Adapter is not { } adapter)
            return 0;
        if (writesMemory == ((Mode & ToMemory) != 0))
            return Math.Min(wanted, (Count + 1) << _shift);

        adapter.ReportWrongDirection(BusAddress, writesMemory);
        return 0;
    }

    private ulong BusAddress => ((ulong)(Page & (-1 << _shift)) << 16) | ((ulong)Address << _shift);

    private void Advance(int bytes)
    {
        Address += (ushort)(bytes >> _shift);
        Count -= (ushort)(bytes >> _shift);
        if (Count != Spent)
            return;

        if (_piece + 1 < _pieceCount)
        {
            Load(_piece + 1);
            return;
        }

        HasReachedTerminalCount = true;
        _system.Trace("SystemDma.TerminalCount", Adapter, Number);
        if ((Mode & AutoInitialize) != 0)
        {
            Load(0);
            return;
        }

        IsMasked = true;
        Complete(DmaCompletionStatus.DmaComplete);
    }

    /// <summary>Nothing answers at the address.</summary>
    private void Fail()
    {
        IsMasked = true;
        Complete(DmaCompletionStatus.DmaError);
    }

    private void Complete(DmaCompletionStatus status)
    {
        SystemDmaCompletion completion = _completion;
        _completion = default;
        if (completion.Routine is not null)
            _completions.Add(completion, status);
    }
}
