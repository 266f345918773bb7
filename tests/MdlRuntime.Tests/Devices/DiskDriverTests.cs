using MdlRuntime.Devices;
using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Devices;

/// <summary>How the driver carries out requests that go in stages, end early, fail, or overlap.</summary>
public sealed class DiskDriverTests
{
    private const uint StageLength = 4 * PAGE_SIZE;

    /// <summary>Four map registers: a stage holds four pages.</summary>
    private static readonly MachineOptions s_fourRegisters = new() { MapRegisters = 4 };

    private readonly MemoryMedium _medium = new(TemporaryFile.Pattern(0x10000));

    [Fact, Proves("DMA-128", "DMA-159", "DMA-196")]
    public void A_request_beyond_the_map_registers_goes_in_stages_of_whole_registers()
    {
        var lengths = new List<ulong>();
        int channels = 0;
        using var rig = new DiskRig(_medium, machine: s_fourRegisters with
        {
            Trace = record =>
            {
                if (record.Routine == "FlushAdapterBuffers")
                    lengths.Add(record.Value2);
                channels += record.Routine == "AdapterControl" ? 1 : 0;
            },
        });

        (IoStatusBlock status, byte[] buffer) = rig.Read(0x9000, pageOffset: 0xE50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0x9000), (status.Status, status.Information));
        Assert.Equal(_medium.Bytes[..0x9000], buffer);
        Assert.Equal([StageLength - 0xE50, StageLength, 0x9000 - (2 * StageLength) + 0xE50], lengths);
        Assert.Equal((1, 3), (channels, _medium.Calls));
        rig.AssertClean();
    }

    [Fact]
    public void A_stage_also_ends_where_the_descriptor_table_does()
    {
        using var rig = new DiskRig(_medium, new() { MaximumElements = 3 });

        (IoStatusBlock status, byte[] buffer) = rig.Read(0x8000, pageOffset: 0xE50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0x8000), (status.Status, status.Information));
        Assert.Equal(_medium.Bytes[..0x8000], buffer);
        // Nine pages, no two of them neighbours, three at a time.
        Assert.Equal(3, _medium.Calls);
        rig.AssertClean();
    }

    [Fact, Proves("DMA-126")]
    public void The_service_routine_runs_at_the_device_irql_and_the_dpc_at_dispatch_level()
    {
        var irqls = new List<(string, Kirql)>();
        using var rig = new DiskRig(_medium, machine: new()
        {
            Trace = record =>
            {
                if (record.Routine is "StartIo" or "AdapterControl" or "InterruptService" or "DpcRoutine")
                    irqls.Add((record.Routine, record.Irql));
            },
        });

        rig.Read(100);

        Assert.Equal(
            [("StartIo", Kirql.DISPATCH_LEVEL), ("AdapterControl", Kirql.DISPATCH_LEVEL), ("InterruptService", (Kirql)7), ("DpcRoutine", Kirql.DISPATCH_LEVEL)],
            irqls);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(24)]
    public void The_end_of_the_medium_ends_a_request_early(int addressBits)
    {
        using var rig = new DiskRig(_medium, new() { AddressBits = addressBits }, s_fourRegisters);

        (IoStatusBlock status, byte[] buffer) = rig.Read(0x8000, pageOffset: 0xE50, position: 0xB123);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0x4EDD), (status.Status, status.Information));
        Assert.Equal(_medium.Bytes[0xB123..], buffer[..0x4EDD]);
        Assert.Equal(DiskRig.Filled(0x8000 - 0x4EDD), buffer[0x4EDD..]);
        rig.AssertClean();
    }

    [Fact]
    public void A_request_beyond_the_end_of_the_medium_fails()
    {
        using var rig = new DiskRig(_medium);

        (IoStatusBlock status, byte[] buffer) = rig.Read(100, position: 0x10000);

        Assert.Equal(NtStatus.STATUS_END_OF_FILE, status.Status);
        Assert.Equal((nuint)0, status.Information);
        Assert.Equal(DiskRig.Filled(100), buffer);
        rig.AssertClean();
    }

    [Theory, Proves("DMA-167", "DMA-364")]
    [InlineData(64)]
    [InlineData(24)]
    public void A_short_transfer_completes_with_the_bytes_that_really_moved(int addressBits)
    {
        using var rig = new DiskRig(_medium, new() { AddressBits = addressBits });
        _medium.Limit = 1000;

        (IoStatusBlock status, byte[] buffer) = rig.Read(5000, pageOffset: 0xE50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)1000), (status.Status, status.Information));
        Assert.Equal(_medium.Bytes[..1000], buffer[..1000]);
        Assert.Equal(DiskRig.Filled(4000), buffer[1000..]);
        rig.AssertClean();
    }

    [Fact]
    public void A_short_write_completes_with_the_bytes_that_really_moved()
    {
        using var rig = new DiskRig(_medium);
        _medium.Limit = 1000;

        IoStatusBlock status = rig.Write(DiskRig.Filled(5000), pageOffset: 0xE50);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)1000), (status.Status, status.Information));
        Assert.Equal(DiskRig.Filled(1000), _medium.Bytes[..1000]);
        Assert.NotEqual(0xAA, _medium.Bytes[1000]);
        rig.AssertClean();
    }

    [Theory, Proves("DMA-341", "DMA-348")]
    [InlineData(64)]
    [InlineData(24)]
    public async Task A_failing_stage_ends_the_request_with_the_bytes_of_the_stages_before(int addressBits)
    {
        using var rig = new DiskRig(_medium, new() { AddressBits = addressBits }, s_fourRegisters);
        _medium.Failure = (2, new IOException());

        nuint address = rig.Process.Allocate(0x8000);
        rig.Process.Write(address, DiskRig.Filled(0x8000));

        // A synchronous caller would be told the status only.
        Task<IoStatusBlock> read = rig.Handle.ReadAsync(address, 0x8000);
        rig.Machine.RunUntilIdle();

        Assert.True(read.IsCompletedSuccessfully);
        IoStatusBlock status = await read;
        Assert.Equal((NtStatus.STATUS_IO_DEVICE_ERROR, (nuint)StageLength), (status.Status, status.Information));
        byte[] buffer = new byte[0x8000];
        rig.Process.Read(address, buffer);
        Assert.Equal(_medium.Bytes[..(int)StageLength], buffer[..(int)StageLength]);
        Assert.Equal(DiskRig.Filled(0x8000 - StageLength), buffer[(int)StageLength..]);

        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(0x8000).Status.Status);
        rig.AssertClean();
    }

    public static TheoryData<Exception, NtStatus> Failures => new()
    {
        { new IOException(), NtStatus.STATUS_IO_DEVICE_ERROR },
        { new FileNotFoundException(), NtStatus.STATUS_DEVICE_NOT_READY },
        { new UnauthorizedAccessException(), NtStatus.STATUS_ACCESS_DENIED },
    };

    [Theory, MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void A_device_error_becomes_a_status_and_the_machine_runs_on(Exception exception, NtStatus expected)
    {
        using var rig = new DiskRig(_medium);
        _medium.Failure = (1, exception);

        IoStatusBlock status = rig.Read(5000).Status;
        Assert.Equal((expected, (nuint)0), (status.Status, status.Information));

        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(5000).Status.Status);
        rig.AssertClean();
    }

    [Fact]
    public void A_device_that_refuses_a_descriptor_fails_the_request()
    {
        using var rig = new DiskRig(_medium, new() { Alignment = 4 });

        Assert.Equal(NtStatus.STATUS_IO_DEVICE_ERROR, rig.Read(5000, pageOffset: 1).Status.Status);

        Assert.Equal(NtStatus.STATUS_SUCCESS, rig.Read(5000, pageOffset: 4).Status.Status);
        rig.AssertClean();
    }

    [Fact]
    public void A_negative_position_fails_before_the_device_is_asked()
    {
        using var rig = new DiskRig(_medium);

        Assert.Equal(NtStatus.STATUS_INVALID_PARAMETER, rig.Read(100, position: -5).Status.Status);

        Assert.Equal(0, _medium.Calls);
        rig.AssertClean();
    }

    [Fact]
    public void An_empty_request_completes_without_the_device()
    {
        using var rig = new DiskRig(_medium);

        IoStatusBlock status = rig.Read(0, pageOffset: 0xE50).Status;

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0), (status.Status, status.Information));
        Assert.Equal(0, _medium.Calls);
        rig.AssertClean();
    }

    [Fact, Proves("DMA-132", "DMA-133", "DMA-134")]
    public void Requests_that_come_while_the_disk_works_wait_for_their_turn()
    {
        using var rig = new DiskRig(_medium, machine: s_fourRegisters);
        nuint buffer = rig.Process.Allocate(3 * 0x5000, 0xE50);

        Task<IoStatusBlock>[] reads =
        [
            rig.Handle.ReadAsync(buffer, 0x5000),
            rig.Handle.ReadAsync(buffer + 0x5000, 0x5000, 0x5000),
            rig.Handle.ReadAsync(buffer + 0xA000, 0x5000, 0xA000),
        ];
        rig.Machine.RunUntilIdle();

        Assert.All(reads, read => Assert.True(read.IsCompletedSuccessfully));
        byte[] received = new byte[3 * 0x5000];
        rig.Process.Read(buffer, received);
        Assert.Equal(_medium.Bytes[..received.Length], received);
        rig.AssertClean();
    }

    [Fact]
    public void Removing_the_disk_waits_for_its_requests()
    {
        using var rig = new DiskRig(_medium, machine: s_fourRegisters);
        nuint buffer = rig.Process.Allocate(0x8000);
        Task<IoStatusBlock> read = rig.Handle.ReadAsync(buffer, 0x8000);

        rig.Machine.Unplug(rig.PhysicalDevice);
        rig.Machine.RunUntilIdle();

        Assert.True(read.IsCompletedSuccessfully);
        Assert.Null(rig.Disk.Bus);
        Assert.Equal(NtStatus.STATUS_NO_SUCH_DEVICE, rig.Read(100).Status.Status);
        Assert.Empty(rig.Machine.Findings);
    }

    [Fact, Proves("DMA-080", "DMA-340")]
    public void An_unloaded_driver_has_given_its_adapter_and_its_interrupt_back()
    {
        int adapters = 0;
        using var rig = new DiskRig(_medium, machine: new()
        {
            Trace = record => adapters += record.Routine switch { "IoGetDmaAdapter" => 1, "PutDmaAdapter" => -1, _ => 0 },
        });
        int services = 0;
        rig.Read(5000);

        rig.AssertClean();

        Assert.Equal(0, adapters);
        InterruptLine.ForVector(rig.Machine, rig.Disk.Options.InterruptVector).Assert();
        rig.Machine.RunUntilIdle();
        rig.Machine.System.Interrupts.Connect(new(rig.Disk.Options.InterruptVector, (Kirql)7, (_, _) => ++services > 0, null));
        rig.Machine.RunUntilIdle();
        Assert.Equal(1, services);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(24)]
    public void Requests_leave_no_memory_behind(int addressBits)
    {
        using var rig = new DiskRig(_medium, new() { AddressBits = addressBits }, s_fourRegisters);
        nuint buffer = rig.Process.Allocate(0x9000, 0xE50);
        ReadOften();
        long frames = rig.Machine.FreeFrames;

        ReadOften();

        Assert.Equal(frames, rig.Machine.FreeFrames);
        rig.AssertClean();

        void ReadOften()
        {
            for (int i = 0; i < 100; i++)
                rig.Handle.Read(buffer, 0x8000);
        }
    }
}
