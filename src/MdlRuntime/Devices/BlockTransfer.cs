namespace MdlRuntime.Devices;

/// <summary>The transfer that a block device is carrying out: what it took over at the doorbell, and what happens when its time has come.</summary>
internal sealed class BlockTransfer(BlockDevice device, IBlockMedium medium) : TimedEvent
{
    private readonly ScatterGatherElement[] _elements = new ScatterGatherElement[device.Options.TableSize];

    // Reused, so that a warm transfer allocates nothing here.
    private readonly List<Memory<byte>> _frames = [];
    private readonly List<ReadOnlyMemory<byte>> _source = [];
    private byte[] _staged = [];
    private BlockDeviceCommand _command;
    private BlockDeviceError _givenUp;
    private ulong _offset;
    private uint _count;

    /// <summary>Takes over what the driver wrote, so that it may prepare its next transfer.</summary>
    public void Latch(BlockDeviceCommand command, ulong offset, ScatterGatherElement[] table, uint count)
    {
        (_command, _offset, _count, _givenUp) = (command, offset, count, BlockDeviceError.None);
        table.AsSpan(0, (int)Math.Min(count, (uint)_elements.Length)).CopyTo(_elements);
    }

    /// <summary>Makes the transfer end with an error when its time has come.</summary>
    public void GiveUp(BlockDeviceError error) => _givenUp = error;

    internal override void Fire()
    {
        long moved = 0;
        BlockDeviceError error = Check(out uint length);
        if (error == BlockDeviceError.None)
            error = TryMove(length, out moved);
        device.System.Trace("BlockDevice.Transfer", device, _offset, (ulong)moved, (ulong)error);
        device.Finish(error, length - (uint)moved);
    }

    /// <summary>What the device can tell from the registers alone. The length is that of the elements as far as they are in the table.</summary>
    private BlockDeviceError Check(out uint length)
    {
        BlockDeviceError error = _givenUp;
        if (error == BlockDeviceError.None && _command is not (BlockDeviceCommand.ReadMedium or BlockDeviceCommand.WriteMedium))
            error = BlockDeviceError.UnknownCommand;
        if (error == BlockDeviceError.None && (_count == 0 || _count > (uint)_elements.Length))
            error = BlockDeviceError.DescriptorCount;

        ulong total = 0;
        foreach (ScatterGatherElement element in _elements.AsSpan(0, (int)Math.Min(_count, (uint)_elements.Length)))
        {
            total += element.Length;
            if (error == BlockDeviceError.None)
                error = Check(element);
        }

        if (error == BlockDeviceError.None && total > uint.MaxValue)
            error = BlockDeviceError.DescriptorLength;
        length = (uint)Math.Min(total, uint.MaxValue);
        return error;
    }

    private BlockDeviceError Check(ScatterGatherElement element)
    {
        ulong address = (ulong)element.Address.QuadPart;
        if (element.Length is 0 or > int.MaxValue)
            return BlockDeviceError.DescriptorLength;
        if ((address & (device.Options.Alignment - 1)) != 0)
            return BlockDeviceError.DescriptorAlignment;
        ulong highest = device.Options.HighestAddress;
        return address > highest || highest - address < element.Length - 1 ? BlockDeviceError.DescriptorReach : BlockDeviceError.None;
    }

    private BlockDeviceError TryMove(uint length, out long moved)
    {
        moved = 0;
        if (device.Bus is not { } bus)
            return BlockDeviceError.BusFault;

        try
        {
            if (_command == BlockDeviceCommand.WriteMedium && medium.IsReadOnly)
                return BlockDeviceError.WriteProtected;
            ulong rest = (ulong)medium.Length;
            uint inside = (uint)Math.Min(length, rest > _offset ? rest - _offset : 0);
            if (inside == 0)
                return BlockDeviceError.None;

            if (bus.CanCollect)
                CollectFrames(bus, inside);
            else
                Stage(bus, inside);
            moved = _command == BlockDeviceCommand.ReadMedium
                ? medium.Read((long)_offset, _frames)
                : medium.Write((long)_offset, _source);
            if (moved < 0 || moved > inside)
                throw new InvalidOperationException($"{medium} was given {inside} bytes to move and reports {moved}.");
            if (!bus.CanCollect && _command == BlockDeviceCommand.ReadMedium)
                Unstage(bus, (uint)moved);
            return BlockDeviceError.None;
        }
        catch (Exception exception) when (ErrorOf(exception) != BlockDeviceError.None)
        {
            return ErrorOf(exception);
        }
        finally
        {
            _frames.Clear();
            _source.Clear();
        }
    }

    /// <summary>Resolves the first <paramref name="length"/> bytes of the elements to the frames behind them.</summary>
    private void CollectFrames(BusPort bus, uint length)
    {
        bool toMemory = _command == BlockDeviceCommand.ReadMedium;
        for (int i = 0; length > 0; i++)
        {
            uint piece = Math.Min(length, _elements[i].Length);
            bus.Collect(_elements[i].Address, (int)piece, toMemory, _frames);
            length -= piece;
        }

        if (!toMemory)
        {
            foreach (Memory<byte> run in _frames)
                _source.Add(run);
        }
    }

    /// <summary>Makes the medium move the bytes to or from a buffer of the device.</summary>
    private void Stage(BusPort bus, uint length)
    {
        if (_staged.Length < length)
            _staged = new byte[length];
        Memory<byte> staged = _staged.AsMemory(0, (int)length);
        if (_command == BlockDeviceCommand.ReadMedium)
        {
            _frames.Add(staged);
            return;
        }

        _source.Add(staged);
        for (int i = 0, done = 0; done < staged.Length; i++)
        {
            int piece = (int)Math.Min((uint)(staged.Length - done), _elements[i].Length);
            bus.Read(_elements[i].Address, staged.Span.Slice(done, piece));
            done += piece;
        }
    }

    private void Unstage(BusPort bus, uint length)
    {
        for (int i = 0, done = 0; done < (int)length; i++)
        {
            int piece = (int)Math.Min(length - (uint)done, _elements[i].Length);
            bus.Write(_elements[i].Address, _staged.AsSpan(done, piece));
            done += piece;
        }
    }

    private static BlockDeviceError ErrorOf(Exception exception) => exception switch
    {
        BusFaultException => BlockDeviceError.BusFault,
        FileNotFoundException or DirectoryNotFoundException or ObjectDisposedException => BlockDeviceError.NotReady,
        UnauthorizedAccessException => BlockDeviceError.AccessDenied,
        IOException => BlockDeviceError.MediumError,
        _ => BlockDeviceError.None,
    };
}
