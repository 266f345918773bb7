namespace MdlRuntime.Devices;

/// <summary>The medium in motion: every time it comes round, the FIFO is filled or emptied on one side, and the channel is asked on the other.</summary>
internal sealed class StreamTransfer(StreamDevice device, DmaRequestLine line, Stream medium) : TimedEvent
{
    private readonly byte[] _fifo = new byte[device.Options.FifoSize];
    private StreamDeviceCommand _command;
    private uint _length;
    private uint _blockLength;
    private uint _moved;
    private uint _inBlock;

    /// <summary>Bytes from the medium that the channel has not taken.</summary>
    public int FifoLevel { get; private set; }

    /// <summary>Bytes that were asked for and have not moved.</summary>
    public uint Rest => _length == 0 ? 0 : _length - _moved;

    public void Start(StreamDeviceCommand command, uint length, uint blockLength)
    {
        (_command, _length, _blockLength, _moved, _inBlock, FifoLevel) = (command, length, blockLength, 0, 0, 0);
        device.System.Scheduler.Schedule(this, device.Options.FifoTime);
    }

    public void Halt()
    {
        Scheduler.Cancel(this);
        FifoLevel = 0;
    }

    internal override void Fire()
    {
        uint before = _moved;
        bool goesOn;
        StreamDeviceError error = StreamDeviceError.None;
        try
        {
            goesOn = _command == StreamDeviceCommand.ReadMedium ? Read(out error) : Write(out error);
        }
        catch (Exception exception) when (ErrorOf(exception) is not StreamDeviceError.None and var mediumError)
        {
            (goesOn, error) = (false, mediumError);
        }

        device.System.Trace("StreamDevice.Transfer", device, (ulong)_command, _moved - before, (ulong)error);
        if (goesOn)
        {
            device.System.Scheduler.Schedule(this, device.Options.FifoTime);
            CountBlocks(_moved - before);
        }
        else
        {
            FifoLevel = 0;
            device.Finish(error, Rest);
        }
    }

    /// <summary>Medium to memory. False when the transfer is over.</summary>
    private bool Read(out StreamDeviceError error)
    {
        error = StreamDeviceError.None;
        if (!medium.CanRead)
            error = medium.CanWrite ? StreamDeviceError.AccessDenied : StreamDeviceError.NotReady;
        // What the channel left the last time goes first; if it still does not go, the medium writes over it.
        if (error == StreamDeviceError.None && FifoLevel > 0 && !OfferFifo())
            error = StreamDeviceError.Overrun;
        if (error != StreamDeviceError.None)
            return false;

        int wanted = Wanted(FifoLevel);
        int got = wanted == 0 ? 0 : medium.ReadAtLeast(_fifo.AsSpan(FifoLevel, wanted), wanted, throwOnEndOfStream: false);
        FifoLevel += got;
        OfferFifo();
        bool isOver = _length > 0 && _moved == _length;
        // At the end of the medium a last byte that is no word stays in the FIFO for ever.
        bool hasEnded = got < wanted && FifoLevel < (device.Options.IsWordDevice ? sizeof(ushort) : 1);
        return !isOver && !hasEnded;
    }

    /// <summary>Memory to medium. False when the transfer is over.</summary>
    private bool Write(out StreamDeviceError error)
    {
        error = StreamDeviceError.None;
        if (!medium.CanWrite)
            error = medium.CanRead ? StreamDeviceError.WriteProtected : StreamDeviceError.NotReady;
        if (error != StreamDeviceError.None)
            return false;

        Span<byte> wanted = _fifo.AsSpan(0, Wanted(0));
        int given = line.Read(wanted);
        medium.Write(wanted[..given]);
        _moved += (uint)given;
        if (given == 0)
            error = StreamDeviceError.Underrun;
        return given > 0 && (_length == 0 || _moved < _length);
    }

    /// <summary>Lets the channel take what it can of the FIFO; false when it takes nothing.</summary>
    private bool OfferFifo()
    {
        int taken = line.Write(_fifo.AsSpan(0, FifoLevel));
        _fifo.AsSpan(taken, FifoLevel - taken).CopyTo(_fifo);
        FifoLevel -= taken;
        _moved += (uint)taken;
        return taken > 0;
    }

    /// <summary>Bytes that the medium moves this time, when so many of the transfer are in the FIFO.</summary>
    private int Wanted(int inFifo)
    {
        int room = _fifo.Length - inFifo;
        return _length == 0 ? room : (int)Math.Min((uint)room, _length - _moved - (uint)inFifo);
    }

    private void CountBlocks(uint moved)
    {
        _inBlock += moved;
        if (_blockLength == 0 || _inBlock < _blockLength)
            return;

        _inBlock %= _blockLength;
        device.FinishBlock();
    }

    private static StreamDeviceError ErrorOf(Exception exception) => exception switch
    {
        ObjectDisposedException => StreamDeviceError.NotReady,
        UnauthorizedAccessException => StreamDeviceError.AccessDenied,
        IOException => StreamDeviceError.MediumError,
        _ => StreamDeviceError.None,
    };
}
