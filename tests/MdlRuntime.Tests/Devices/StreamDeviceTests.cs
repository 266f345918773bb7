using MdlRuntime.Devices;
using MdlRuntime.Tests.Dma;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.SystemDmaBench;

namespace MdlRuntime.Tests.Devices;

/// <summary>The streamer by its registers: the test plays the driver.</summary>
public sealed class StreamDeviceTests : IDisposable
{
    private const uint Fifo = 0x100;

    private readonly byte[] _recording = TemporaryFile.Pattern(0x4000);
    private readonly SystemDmaBench _bench = new(ByteChannel);
    private readonly MemoryStream _medium = new();
    private readonly StreamDevice _device;
    private readonly Mdl _mdl;

    public StreamDeviceTests()
    {
        _medium.Write(_recording);
        _medium.Position = 0;
        _device = new(_bench.Machine, _medium, new() { FifoSize = Fifo, FifoTime = 10 });
        _mdl = _bench.Bench.Lock(0x1000, 0, 0x345);
    }

    [Fact]
    public void Registers_hold_what_is_written_and_a_reset_clears_them()
    {
        _device.WriteRegister(StreamDeviceRegister.Control, 0xFF01);
        _device.WriteRegister(StreamDeviceRegister.BlockLength, 7);
        _device.WriteRegister(StreamDeviceRegister.Length, 9);
        foreach (StreamDeviceRegister readOnly in new[] { StreamDeviceRegister.Status, StreamDeviceRegister.Error, StreamDeviceRegister.Residual, StreamDeviceRegister.FifoLevel })
            _device.WriteRegister(readOnly, 5);
        Assert.Equal([1, 0, 0, 0, 0, 7, 9, 0, 0], Registers());

        _device.WriteRegister(StreamDeviceRegister.Control, (uint)StreamDeviceControl.Reset);
        Assert.Equal(new uint[9], Registers());
    }

    [Fact]
    public void Registers_answer_32_bits_at_a_time_in_a_window()
    {
        IDeviceRegisters registers = _device;
        registers.Write((ulong)StreamDeviceRegister.Length, 4, 0x1234);
        registers.Write((ulong)StreamDeviceRegister.Length, 2, 0x5678);
        registers.Write(0x24, 4, 1);
        Assert.Equal((0x1234ul, 0ul, 0ul), (registers.Read((ulong)StreamDeviceRegister.Length, 4), registers.Read((ulong)StreamDeviceRegister.Length, 8), registers.Read(0x24, 4)));
        Assert.Throws<ArgumentOutOfRangeException>("register", () => _device.ReadRegister((StreamDeviceRegister)2));
        Assert.Throws<ArgumentOutOfRangeException>("register", () => _device.WriteRegister((StreamDeviceRegister)0x24, 0));
    }

    public static TheoryData<string> BadOptions => ["DmaChannel 4", "DmaChannel 8", "FifoSize 0", "FifoSize 3", "FifoSize 65538", "FifoTime 0"];

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_outside_their_range_make_no_device(string bad)
    {
        uint value = uint.Parse(bad.Split(' ')[1]);
        StreamDeviceOptions options = bad[..5] switch
        {
            "DmaCh" => new() { DmaChannel = value },
            "FifoS" => new() { FifoSize = value },
            _ => new() { FifoTime = value },
        };
        Assert.Throws<ArgumentOutOfRangeException>(bad.Split(' ')[0], () => new StreamDevice(_bench.Machine, _medium, options));
    }

    [Fact]
    public void A_transfer_takes_a_round_of_the_medium_for_every_fifo()
    {
        Program();
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        long before = _bench.Machine.System.Scheduler.Now;
        Assert.Equal((uint)StreamDeviceStatus.Running, Register(StreamDeviceRegister.Status));

        _bench.Machine.RunUntilIdle();

        Assert.Equal(30, _bench.Machine.System.Scheduler.Now - before);
        Assert.Equal((uint)StreamDeviceInterrupts.TransferDone, Register(StreamDeviceRegister.InterruptStatus));
        _device.WriteRegister(StreamDeviceRegister.InterruptStatus, (uint)StreamDeviceInterrupts.TransferDone);
        Assert.Equal((0u, 0u, 0u), (Register(StreamDeviceRegister.InterruptStatus), Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));
        Flush(0x280);
        Assert.Equal(_recording[..0x280], _bench.Bench.Read(_mdl, _mdl.VirtualAddress, 0x280));
    }

    [Fact, Proves("DMA-204")]
    public void A_device_started_before_its_channel_is_programmed_loses_data()
    {
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)StreamDeviceError.Overrun, 0x280u), (Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));

        Ring(StreamDeviceCommand.WriteMedium, 0x280);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)StreamDeviceError.Underrun, 0x280u), (Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));
        Assert.Equal((uint)StreamDeviceInterrupts.TransferFailed, Register(StreamDeviceRegister.InterruptStatus));
    }

    [Fact]
    public void A_device_told_to_move_more_than_the_channel_counts_stops_there()
    {
        Program();
        Ring(StreamDeviceCommand.ReadMedium, 0x2000);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)StreamDeviceError.Overrun, 0x1000u), (Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));
        Flush(0x1000);
        Assert.Equal(_recording[..0x1000], _bench.Bench.Read(_mdl, _mdl.VirtualAddress, 0x1000));
    }

    [Fact]
    public void What_the_channel_takes_late_is_not_lost_while_the_fifo_holds_it()
    {
        Program();
        _bench.Machine.Run(() => { _bench.Channel.Stop(); });
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        _bench.Machine.System.Scheduler.Schedule(new Then(() => Program(isAgain: true)), 15);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((uint)StreamDeviceError.None, Register(StreamDeviceRegister.Error));
        Flush(0x280);
        Assert.Equal(_recording[..0x280], _bench.Bench.Read(_mdl, _mdl.VirtualAddress, 0x280));
    }

    private sealed class Then(Action action) : TimedEvent
    {
        internal override void Fire() => action();
    }

    [Fact]
    public void A_second_doorbell_gives_both_transfers_up()
    {
        Program();
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        Ring(StreamDeviceCommand.ReadMedium, 0x100);
        _bench.Machine.RunUntilIdle();
        Assert.Equal(((uint)StreamDeviceError.DoorbellWhileBusy, 0x280u), (Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));
        Assert.Equal(0, _medium.Position);

        Ring((StreamDeviceCommand)77, 5);
        Assert.Equal(((uint)StreamDeviceError.UnknownCommand, 5u), (Register(StreamDeviceRegister.Error), Register(StreamDeviceRegister.Residual)));
    }

    [Fact]
    public void A_stop_ends_a_transfer_without_an_interrupt()
    {
        Program();
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        Ring(StreamDeviceCommand.Stop, 0);
        _bench.Machine.RunUntilIdle();
        Assert.Equal((0u, 0u, 0L), (Register(StreamDeviceRegister.Status), Register(StreamDeviceRegister.InterruptStatus), _medium.Position));
    }

    [Fact]
    public void A_channel_for_the_other_direction_moves_nothing_and_stops_a_strict_machine()
    {
        Program(writeToDevice: true);
        Ring(StreamDeviceCommand.ReadMedium, 0x280);
        BugCheckException stop = Assert.Throws<BugCheckException>(_bench.Machine.RunUntilIdle);
        Assert.Equal((0xE6u, 0x26ul, "MDL4008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    public void Dispose() => _bench.Dispose();

    private uint Register(StreamDeviceRegister register) => _device.ReadRegister(register);

    private uint[] Registers() => [.. Enum.GetValues<StreamDeviceRegister>().Select(Register)];

    private void Ring(StreamDeviceCommand command, uint length)
    {
        _device.WriteRegister(StreamDeviceRegister.Length, length);
        _device.WriteRegister(StreamDeviceRegister.Doorbell, (uint)command);
    }

    private void Program(bool writeToDevice = false, bool isAgain = false) => _bench.Bench.AtDispatch(() =>
    {
        if (isAgain)
            _bench.Adapter.FlushAdapterBuffers(_mdl, _bench.Base, _mdl.VirtualAddress, 0, writeToDevice);
        else
            _bench.TakeChannel(1);
        DmaBench.Map(_bench.Adapter, _mdl, _bench.Base, _mdl.VirtualAddress, 0x1000, writeToDevice);
    });

    private void Flush(uint length) => _bench.Bench.AtDispatch(() => _bench.End(_mdl, length));
}
