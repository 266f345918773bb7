using MdlRuntime.Devices;
using MdlRuntime.Tests.Devices;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Dma.SystemDmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>A controller in auto-initialize mode goes round a common buffer while the driver follows it with ReadDmaCounter.</summary>
public sealed class SystemDmaRingTests : IDisposable
{
    private const uint RingLength = 0x1000, BlockLength = 0x400;

    private readonly SystemDmaBench _bench = new(ByteChannel with { AutoInitialize = true, DemandMode = true, MaximumLength = RingLength });
    private readonly byte[] _recording = TemporaryFile.Pattern(0x3400);
    private readonly nuint _ring;
    private readonly PhysicalAddress _logical;
    private readonly Mdl _mdl;

    public SystemDmaRingTests()
    {
        PhysicalAddress logical = default;
        Mdl? mdl = null;
        _ring = _bench.Machine.Run(() =>
        {
            nuint ring = _bench.Adapter.AllocateCommonBuffer(RingLength, out logical, cacheEnabled: true);
            mdl = IoAllocateMdl(ring, RingLength, false, false, null);
            MmBuildMdlForNonPagedPool(mdl!);
            return ring;
        });
        (_logical, _mdl) = (logical, mdl!);
    }

    [Fact, Proves("DMA-213", "DMA-209", "DMA-046", "DMA-009")]
    public void A_recording_longer_than_the_ring_arrives_whole()
    {
        var device = new StreamDevice(_bench.Machine, new MemoryStream(_recording), new() { FifoSize = 0x100 });
        device.WriteRegister(StreamDeviceRegister.Control, (uint)StreamDeviceControl.InterruptEnable);
        var received = new List<byte>();
        uint taken = 0;
        int maps = 0;
        KInterrupt interrupt = Connect(device, () =>
        {
            // The counter says how far the controller has come; everything up to there is new.
            uint position = (RingLength - _bench.Adapter.ReadDmaCounter()) % RingLength;
            for (; taken != position; taken = (taken + 1) % RingLength)
                received.Add(VirtualMemory.Read<byte>(_ring + taken));
        });

        _bench.Bench.AtDispatch(() =>
        {
            _bench.Begin(_mdl);
            maps++;
            device.WriteRegister(StreamDeviceRegister.BlockLength, BlockLength);
            device.WriteRegister(StreamDeviceRegister.Doorbell, (uint)StreamDeviceCommand.ReadMedium);
        });
        _bench.Machine.RunUntilIdle();

        Assert.Equal((_recording.Length, 1), (received.Count, maps));
        Assert.Equal(_recording, received);
        _bench.Bench.AtDispatch(() => Assert.True(_bench.End(_mdl, RingLength)));
        Assert.True(_bench.Channel.IsMasked);
        _bench.Machine.Run(() => IoDisconnectInterrupt(interrupt));
    }

    [Fact, Proves("DMA-213", "DMA-046")]
    public void A_song_longer_than_the_ring_is_played_whole()
    {
        var tape = new MemoryStream();
        var device = new StreamDevice(_bench.Machine, tape, new() { FifoSize = 0x100 });
        device.WriteRegister(StreamDeviceRegister.Control, (uint)StreamDeviceControl.InterruptEnable);
        int blocks = 0;
        _bench.Machine.Run(() => VirtualMemory.CopyFrom(_ring, _recording.AsSpan(0, (int)RingLength)));
        KInterrupt interrupt = Connect(device, () =>
        {
            // The block that has just been played is the next to be filled.
            int next = (int)RingLength + (blocks * (int)BlockLength);
            if (next + (int)BlockLength <= _recording.Length)
                VirtualMemory.CopyFrom(_ring + (nuint)(next % RingLength), _recording.AsSpan(next, (int)BlockLength));
            if (++blocks == _recording.Length / BlockLength)
                device.WriteRegister(StreamDeviceRegister.Doorbell, (uint)StreamDeviceCommand.Stop);
        });

        _bench.Bench.AtDispatch(() =>
        {
            _bench.Begin(_mdl, writeToDevice: true);
            device.WriteRegister(StreamDeviceRegister.BlockLength, BlockLength);
            device.WriteRegister(StreamDeviceRegister.Doorbell, (uint)StreamDeviceCommand.WriteMedium);
        });
        _bench.Machine.RunUntilIdle();

        Assert.Equal(_recording, tape.ToArray());
        _bench.Bench.AtDispatch(() => Assert.True(_bench.End(_mdl, RingLength, writeToDevice: true)));
        _bench.Machine.Run(() => IoDisconnectInterrupt(interrupt));
    }

    [Theory, Proves("DMA-223", "DMA-207")]
    [InlineData(1u, 0x1_0000u)]
    [InlineData(5u, 0x2_0000u)]
    public void Common_buffers_of_a_channel_lie_below_16_mib_and_do_not_cross_what_it_counts(uint channel, uint boundary)
    {
        using var bench = new SystemDmaBench(channel == 1 ? ByteChannel : WordChannel);
        bench.Machine.Run(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                nuint buffer = bench.Adapter.AllocateCommonBuffer(0xC000, out PhysicalAddress logical, cacheEnabled: true);
                Assert.NotEqual((nuint)0, buffer);
                Assert.True(logical.QuadPart + 0xC000 <= 0x100_0000);
                Assert.Equal(logical.QuadPart / boundary, (logical.QuadPart + 0xBFFF) / boundary);
            }
        });
    }

    public void Dispose()
    {
        _bench.Machine.Run(() =>
        {
            IoFreeMdl(_mdl);
            _bench.Adapter.FreeCommonBuffer(RingLength, _logical, _ring, cacheEnabled: true);
            _bench.Adapter.PutDmaAdapter();
        });
        _bench.Dispose();
    }

    /// <summary>Runs code in a DPC for every interrupt of the device.</summary>
    private KInterrupt Connect(StreamDevice device, Action perInterrupt)
    {
        KDpc dpc = new();
        KInterrupt? interrupt = null;
        _bench.Machine.Run(() =>
        {
            KeInitializeDpc(dpc, (_, _, _, _) => perInterrupt(), null);
            NtStatus status = IoConnectInterrupt(out interrupt, (_, _) =>
            {
                uint pending = device.ReadRegister(StreamDeviceRegister.InterruptStatus);
                device.WriteRegister(StreamDeviceRegister.InterruptStatus, pending);
                return pending != 0 && KeInsertQueueDpc(dpc, null, null);
            }, null, device.Options.InterruptVector, (Kirql)5);
            Assert.Equal(NtStatus.STATUS_SUCCESS, status);
        });
        return interrupt!;
    }
}
