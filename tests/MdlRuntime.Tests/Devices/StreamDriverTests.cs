using MdlRuntime.Devices;
using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Devices;

/// <summary>How the driver carries out requests over the system DMA controller: whole, in stages, short, failing, or waiting.</summary>
public sealed class StreamDriverTests
{
    private readonly byte[] _recording = TemporaryFile.Pattern(0x4_0000);

    [Theory, Proves("DMA-201", "DMA-202", "DMA-203", "DMA-204", "DMA-207", "DMA-007")]
    [InlineData(0u, 0u, 1u)]
    [InlineData(1u, 0xE51u, 0x5001u)]
    [InlineData(2u, 0xFFFu, 2u)]
    [InlineData(3u, 0xE50u, 0x2_5000u)]
    [InlineData(5u, 0xE50u, 0x3_5000u)]
    [InlineData(6u, 0xFFEu, 4u)]
    [InlineData(7u, 0u, 0x2_0000u)]
    public void What_the_medium_holds_arrives_and_what_is_sent_is_on_the_medium(uint channel, uint pageOffset, uint length)
    {
        var medium = new MemoryStream();
        medium.Write(_recording);
        medium.Position = 0;
        using var rig = new StreamRig(medium, new() { DmaChannel = channel });

        (IoStatusBlock status, byte[] buffer) = rig.Read(length, pageOffset);
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)length), (status.Status, status.Information));
        Assert.Equal(_recording[..(int)length], buffer);
        Assert.Equal(length, medium.Position);

        medium.Position = 0;
        byte[] song = TemporaryFile.Pattern((int)length);
        Array.Reverse(song);
        status = rig.Write(song, pageOffset);
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)length), (status.Status, status.Information));
        Assert.Equal(song, medium.ToArray()[..(int)length]);
        Assert.Equal(_recording[(int)length..], medium.ToArray()[(int)length..]);
        rig.AssertClean();
    }

    [Fact, Proves("DMA-201", "DMA-128", "DMA-159", "DMA-196", "DMA-408")]
    public void A_request_longer_than_the_controller_counts_goes_in_stages_of_one_map_and_one_flush()
    {
        var steps = new List<string>();
        using var rig = new StreamRig(new MemoryStream(_recording), machine: new()
        {
            Trace = record =>
            {
                if (record.Routine is "AdapterControl" or "MapTransfer" or "FlushAdapterBuffers" or "FreeAdapterChannel")
                    steps.Add(record.Routine is "MapTransfer" or "FlushAdapterBuffers" ? $"{record.Routine} 0x{record.Value2:X}" : record.Routine);
            },
        });

        rig.Read(0x1_8000, pageOffset: 0xE50);

        Assert.Equal(
            ["AdapterControl", "MapTransfer 0xF1B0", "FlushAdapterBuffers 0xF1B0", "MapTransfer 0x8E50", "FlushAdapterBuffers 0x8E50", "FreeAdapterChannel"],
            steps);
        rig.AssertClean();
    }

    [Fact, Proves("DMA-126", "DMA-129", "DMA-130")]
    public void Routines_run_at_their_levels()
    {
        var irqls = new List<(string, Kirql)>();
        using var rig = new StreamRig(new MemoryStream(_recording), machine: new()
        {
            Trace = record =>
            {
                if (record.Routine is "StartIo" or "AdapterControl" or "InterruptService" or "DpcRoutine")
                    irqls.Add((record.Routine, record.Irql));
            },
        });

        rig.Read(100);

        Assert.Equal(
            [("StartIo", Kirql.DISPATCH_LEVEL), ("AdapterControl", Kirql.DISPATCH_LEVEL), ("InterruptService", (Kirql)5), ("DpcRoutine", Kirql.DISPATCH_LEVEL)],
            irqls);
    }

    [Theory, Proves("DMA-104", "DMA-167")]
    [InlineData(1u)]
    [InlineData(5u)]
    public void The_end_of_the_medium_ends_a_request_early(uint channel)
    {
        using var rig = new StreamRig(new MemoryStream(_recording[..0x1_2346]), new() { DmaChannel = channel });

        (IoStatusBlock status, byte[] buffer) = rig.Read(0x2_0000, pageOffset: 0xE50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0x1_2346), (status.Status, status.Information));
        Assert.Equal([.. _recording[..0x1_2346], .. DiskRig.Filled(0x2_0000 - 0x1_2346)], buffer);
        Assert.Equal(NtStatus.STATUS_END_OF_FILE, rig.Read(100).Status.Status);
        rig.AssertClean();
    }

    [Fact]
    public void An_odd_byte_at_the_end_does_not_fit_a_word_channel()
    {
        using var rig = new StreamRig(new MemoryStream(_recording[..101]), new() { DmaChannel = 5 });

        (IoStatusBlock status, byte[] buffer) = rig.Read(200);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)100), (status.Status, status.Information));
        Assert.Equal([.. _recording[..100], .. DiskRig.Filled(100)], buffer);
        rig.AssertClean();
    }

    [Theory]
    [InlineData(1u, 100u)]
    [InlineData(0u, 101u)]
    public void A_buffer_that_starts_or_ends_inside_a_word_is_refused_by_a_word_channel(uint pageOffset, uint length)
    {
        using var rig = new StreamRig(new MemoryStream(_recording), new() { DmaChannel = 5 });
        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, rig.Read(length, pageOffset).Status.Status);
        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(100).Status.Status);
        rig.AssertClean();
    }

    [Fact]
    public void An_empty_request_completes_without_the_device()
    {
        var medium = new MemoryStream(_recording);
        using var rig = new StreamRig(medium);

        IoStatusBlock status = rig.Read(0, pageOffset: 0xE50).Status;

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0, 0L), (status.Status, status.Information, medium.Position));
        rig.AssertClean();
    }

    [Theory, Proves("DMA-341", "DMA-348", "DMA-211")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_channel_that_stops_under_the_transfer_fails_the_request_with_the_bytes_that_moved(bool isWrite)
    {
        using var rig = new StreamRig(new MemoryStream([.. _recording]), new() { FifoSize = 0x100 });
        int starts = 0;
        DmaRequestLine.ForChannel(rig.Machine, 1).Opened += () => starts++;
        nuint buffer = rig.Process.Allocate(0x1000);
        Task<IoStatusBlock> request = isWrite ? rig.Handle.WriteAsync(buffer, 0x1000) : rig.Handle.ReadAsync(buffer, 0x1000);
        // Three rounds of the FIFO, and somebody masks the channel.
        StopAfter(rig, 350);
        rig.Machine.RunUntilIdle();

        Assert.Equal((1, true), (starts, request.IsCompletedSuccessfully));
        IoStatusBlock status = await request;
        Assert.Equal((NtStatus.STATUS_IO_DEVICE_ERROR, (nuint)0x300), (status.Status, status.Information));
        Assert.Equal((uint)(isWrite ? StreamDeviceError.Underrun : StreamDeviceError.Overrun), rig.Device.ReadRegister(StreamDeviceRegister.Error));
        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(0x1000).Status.Status);
        rig.AssertClean();
    }

    private static void StopAfter(StreamRig rig, long time) => rig.Machine.System.Scheduler.Schedule(new Stopper(rig.Channel), time);

    private sealed class Stopper(SystemDmaChannel channel) : TimedEvent
    {
        internal override void Fire() => channel.Stop();
    }

    public static TheoryData<string, NtStatus> Media => new()
    {
        { "fails", NtStatus.STATUS_IO_DEVICE_ERROR },
        { "is write-protected", NtStatus.STATUS_ACCESS_DENIED },
        { "is gone", NtStatus.STATUS_DEVICE_NOT_READY },
    };

    [Theory]
    [MemberData(nameof(Media))]
    public void A_medium_error_becomes_a_status_and_the_machine_runs_on(string medium, NtStatus expected)
    {
        using Stream stream = medium switch
        {
            "fails" => new FailingStream(),
            "is write-protected" => new MemoryStream(_recording, writable: false),
            _ => Closed(),
        };
        using var rig = new StreamRig(stream);

        IoStatusBlock status = rig.Write(DiskRig.Filled(5000));

        Assert.Equal((expected, (nuint)0), (status.Status, status.Information));
        rig.AssertClean();

        static Stream Closed()
        {
            var stream = new MemoryStream();
            stream.Dispose();
            return stream;
        }
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("the tape has torn");
    }

    [Fact, Proves("DMA-132", "DMA-133", "DMA-134")]
    public void Requests_that_come_while_the_medium_moves_wait_for_their_turn()
    {
        using var rig = new StreamRig(new MemoryStream(_recording));
        nuint buffer = rig.Process.Allocate(3 * 0x1_5000, 0xE50);

        Task<IoStatusBlock>[] reads =
        [
            rig.Handle.ReadAsync(buffer, 0x1_5000), rig.Handle.ReadAsync(buffer + 0x1_5000, 0x1_5000), rig.Handle.ReadAsync(buffer + 0x2_A000, 0x1_5000),
        ];
        rig.Machine.RunUntilIdle();

        Assert.All(reads, read => Assert.True(read.IsCompletedSuccessfully));
        byte[] received = new byte[3 * 0x1_5000];
        rig.Process.Read(buffer, received);
        Assert.Equal(_recording[..received.Length], received);
        rig.AssertClean();
    }

    [Fact]
    public void Removing_the_streamer_waits_for_its_requests()
    {
        using var rig = new StreamRig(new MemoryStream(_recording));
        nuint buffer = rig.Process.Allocate(0x2_0000);
        Task<IoStatusBlock> read = rig.Handle.ReadAsync(buffer, 0x2_0000);

        rig.Machine.Unplug(rig.PhysicalDevice);
        rig.Machine.RunUntilIdle();

        Assert.True(read.IsCompletedSuccessfully);
        Assert.Null(rig.Channel.Adapter);
        Assert.Equal(NtStatus.STATUS_NO_SUCH_DEVICE, rig.Read(100).Status.Status);
        Assert.Empty(rig.Machine.Findings);
    }

    [Fact, Proves("DMA-066", "DMA-182", "DMA-202")]
    public void A_driver_whose_channel_is_busy_starts_when_the_other_gives_it_back()
    {
        using var rig = new StreamRig(new MemoryStream(_recording));
        string order = "";
        DeviceObject? other = null;
        rig.Machine.LoadDriver("other", (driver, _) => IoManager.IoCreateDevice(driver, null, null, 0, 0, false, out other));
        DmaAdapter adapter = rig.Channel.Adapter!;
        nuint buffer = rig.Process.Allocate(0x1_0000);
        Task<IoStatusBlock> read = rig.Handle.ReadAsync(buffer, 0x1_0000);

        rig.Machine.Run(() =>
        {
            KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            adapter.AllocateAdapterChannel(other!, 1, (_, _, _, _) =>
            {
                order += read.IsCompleted ? "late" : "in turn";
                return IoAllocationAction.DeallocateObject;
            }, null);
            Assert.Equal("", order);
            KernelCore.KeLowerIrql(old);
        });
        rig.Machine.RunUntilIdle();

        Assert.Equal(("in turn", true), (order, read.IsCompletedSuccessfully));
        rig.AssertClean();
    }

    [Fact]
    public void Requests_leave_no_memory_behind()
    {
        using var rig = new StreamRig(Stream.Null);
        nuint buffer = rig.Process.Allocate(0x2_0000, 0xE50);
        WriteOften();
        long frames = rig.Machine.FreeFrames;

        WriteOften();

        Assert.Equal(frames, rig.Machine.FreeFrames);
        rig.AssertClean();

        void WriteOften()
        {
            for (int i = 0; i < 100; i++)
                Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Handle.Write(buffer, 0x8000).Status);
        }
    }
}
