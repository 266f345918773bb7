using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>What a handle may do, and how synchronous, asynchronous and unbuffered files differ.</summary>
public sealed class FileObjectTests
{
    private const AccessMask Full = AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA;

    private static TestDevice Counting(List<long> offsets, Action<DriverObject>? setUp = null) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        ReadParameters parameters = IoGetCurrentIrpStackLocation(irp).Parameters.Read;
        offsets.Add(parameters.ByteOffset);
        return Complete(irp, NtStatus.STATUS_SUCCESS, parameters.Length);
    }, setUp);

    [Theory, Proves("MDL-370")]
    [InlineData(AccessMask.FILE_READ_DATA, true, false)]
    [InlineData(AccessMask.FILE_WRITE_DATA, false, true)]
    [InlineData(AccessMask.FILE_APPEND_DATA, false, true)]
    [InlineData(AccessMask.None, false, false)]
    public void A_transfer_needs_the_right_to_it(AccessMask access, bool mayRead, bool mayWrite)
    {
        var calls = new List<long>();
        using TestDevice test = Counting(calls);
        DeviceHandle handle = test.Process.Open(Name, access, CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT);
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal(mayRead ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_ACCESS_DENIED, handle.Read(buffer, 8).Status);
        Assert.Equal(mayWrite ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_ACCESS_DENIED, handle.Write(buffer, 8).Status);

        Assert.Equal((mayRead ? 1 : 0) + (mayWrite ? 1 : 0), calls.Count);
    }

    [Fact, Proves("MDL-370")]
    public void The_handle_is_looked_at_before_the_buffer()
    {
        using TestDevice test = Counting([]);

        Assert.Equal(NtStatus.STATUS_ACCESS_DENIED, test.Process.Open(Name, AccessMask.None, CreateOptions.None).Read(buffer: 0, length: 8).Status);
    }

    [Theory, Proves("MDL-403")]
    [InlineData(0u, AccessMask.None, true)]
    [InlineData(1u, AccessMask.None, false)]
    [InlineData(1u, AccessMask.FILE_WRITE_DATA, false)]
    [InlineData(1u, AccessMask.FILE_READ_DATA, true)]
    [InlineData(2u, AccessMask.FILE_READ_DATA, false)]
    [InlineData(2u, AccessMask.FILE_WRITE_DATA, true)]
    [InlineData(3u, AccessMask.FILE_READ_DATA, false)]
    [InlineData(3u, AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA, true)]
    public void A_control_code_names_the_rights_that_it_needs(uint asked, AccessMask granted, bool isAllowed)
    {
        int calls = 0;
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) =>
        {
            calls++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        DeviceHandle handle = test.Process.Open(Name, granted, CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT);

        NtStatus status = handle.DeviceIoControl(CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, asked), 0, 0, 0, 0).Status;

        Assert.Equal(isAllowed ? (NtStatus.STATUS_SUCCESS, 1) : (NtStatus.STATUS_ACCESS_DENIED, 0), (status, calls));
    }

    [Fact, Proves("MDL-403")]
    public void A_driver_may_send_any_control_code()
    {
        using var test = new TestDevice(Neither, setUp: driver =>
            driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        uint code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_READ_DATA | FILE_WRITE_DATA);

        NtStatus status = test.Machine.Run(() => IoCallDriver(test.Device, IoBuildDeviceIoControlRequest(code, test.Device, 0, 0, 0, 0, false, new(), out _)!));

        Assert.Equal(NtStatus.STATUS_SUCCESS, status);
    }

    [Theory, Proves("MDL-373", "MDL-357")]
    [InlineData(0u, 512u, 0L, true)]
    [InlineData(0u, 1024u, 1536L, true)]
    [InlineData(0u, 511u, 0L, false)]
    [InlineData(0u, 512u, 100L, false)]
    [InlineData(64u, 512u, 0L, true)]
    [InlineData(1u, 512u, 0L, false)]
    [InlineData(32u, 512u, 0L, false)]
    public void An_unbuffered_file_takes_whole_sectors_and_aligned_buffers_only(uint bufferOffset, uint length, long byteOffset, bool isAllowed)
    {
        using TestDevice test = Counting([], driver => driver.DeviceObject!.SectorSize = 512);
        nuint buffer = test.Process.Allocate(0x2000) + bufferOffset;
        NtStatus expected = isAllowed ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_INVALID_PARAMETER;
        const CreateOptions unbuffered = CreateOptions.FILE_NO_INTERMEDIATE_BUFFERING | CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT;

        Assert.Equal(expected, test.Process.Open(Name, Full, unbuffered).Read(buffer, length, byteOffset).Status);
        Assert.Equal(expected, test.Process.Open(Name, Full, unbuffered).Write(buffer, length, byteOffset).Status);
        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Process.Open(Name, Full, CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT).Read(buffer, length, byteOffset).Status);
    }

    [Fact, Proves("MDL-357")]
    public void Requests_of_drivers_are_not_held_to_the_alignment()
    {
        using TestDevice test = Counting([], driver => driver.DeviceObject!.AlignmentRequirement = FILE_512_BYTE_ALIGNMENT);
        nuint pool = test.Machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 64, 1));

        NtStatus status = test.Machine.Run(() => IoCallDriver(test.Device,
            IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, pool + 1, 9, 3, new(), out _)!));

        Assert.Equal(NtStatus.STATUS_SUCCESS, status);
    }

    [Theory, Proves("MDL-386")]
    [InlineData(CreateOptions.FILE_NO_INTERMEDIATE_BUFFERING, true)]
    [InlineData(CreateOptions.None, false)]
    public void Requests_of_an_unbuffered_file_bypass_the_cache(CreateOptions options, bool isNoCache)
    {
        uint flags = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            flags = irp.Flags;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        test.Process.Open(Name, Full, options).Read(0, 0);

        Assert.Equal(isNoCache, (flags & IRP_NOCACHE) != 0);
    }

    [Theory, Proves("MDL-355", "DMA-233")]
    [InlineData(FILE_DEVICE_DISK, 512)]
    [InlineData(FILE_DEVICE_CD_ROM, 2048)]
    [InlineData(FILE_DEVICE_UNKNOWN, 0)]
    public void The_sector_size_follows_the_device_type_and_the_device_below(uint deviceType, int expected)
    {
        using var machine = new Machine();
        machine.LoadDriver("disk", (driver, _) =>
        {
            IoCreateDevice(driver, null, "lower", deviceType, 0, false, out DeviceObject? lower);
            IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, false, out DeviceObject? upper);
            lower!.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
            lower.AlignmentRequirement = FILE_512_BYTE_ALIGNMENT;
            IoAttachDeviceToDeviceStack(upper!, lower);
            Assert.Equal((expected, expected, FILE_512_BYTE_ALIGNMENT, (sbyte)2), (lower.SectorSize, upper!.SectorSize, upper.AlignmentRequirement, upper.StackSize));
            return NtStatus.STATUS_SUCCESS;
        });
    }

    [Fact, Proves("MDL-374")]
    public void A_synchronous_file_reads_on_from_its_position()
    {
        var offsets = new List<long>();
        using TestDevice test = Counting(offsets);
        DeviceHandle handle = test.Process.Open(Name, Full, CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT);
        nuint buffer = test.Process.Allocate(64);

        handle.Read(buffer, 16, byteOffset: 100);
        handle.Read(buffer, 8, byteOffset: -2);
        handle.Write(buffer, 8, byteOffset: -2);

        Assert.Equal([100, 116, 124], offsets);
        Assert.Equal(132, handle.File.CurrentByteOffset);
    }

    [Fact, Proves("MDL-374")]
    public void The_position_can_be_asked_for_and_set_without_the_driver()
    {
        var offsets = new List<long>();
        using TestDevice test = Counting(offsets);
        DeviceHandle handle = test.Process.Open(Name, Full, CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT);
        nuint buffer = test.Process.Allocate(8);
        test.Process.Write(buffer, BitConverter.GetBytes(0x1234L));

        Assert.Equal(NtStatus.STATUS_SUCCESS, handle.SetInformation(14, buffer, 8).Status);
        handle.Read(buffer, 4, byteOffset: -2);
        IoStatusBlock query = handle.QueryInformation(14, buffer, 8);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)8), (query.Status, query.Information));
        Assert.Equal(0x1238L, BitConverter.ToInt64(test.ReadUser(buffer, 8)));
        Assert.Equal([0x1234], offsets);
        Assert.Equal(NtStatus.STATUS_INFO_LENGTH_MISMATCH, handle.QueryInformation(14, buffer, 4).Status);
    }

    [Theory, Proves("MDL-374")]
    [InlineData(CreateOptions.None, -2L, true, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(CreateOptions.None, -2L, false, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(CreateOptions.None, -1L, false, NtStatus.STATUS_SUCCESS)]
    [InlineData(CreateOptions.None, -1L, true, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(CreateOptions.None, -3L, false, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT, -2L, true, NtStatus.STATUS_SUCCESS)]
    [InlineData(CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT, -1L, true, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT, -1L, false, NtStatus.STATUS_SUCCESS)]
    [InlineData(CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT, -3L, false, NtStatus.STATUS_INVALID_PARAMETER)]
    public void Special_offsets_depend_on_the_kind_of_file(CreateOptions options, long byteOffset, bool isRead, NtStatus expected)
    {
        using TestDevice test = Counting([]);
        DeviceHandle handle = test.Process.Open(Name, Full, options);
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal(expected, (isRead ? handle.Read(buffer, 8, byteOffset) : handle.Write(buffer, 8, byteOffset)).Status);
    }

    [Theory, Proves("MDL-375")]
    [InlineData(CreateOptions.FILE_SYNCHRONOUS_IO_NONALERT, 1)]
    [InlineData(CreateOptions.None, 2)]
    public void A_synchronous_file_has_one_request_at_a_time(CreateOptions options, int inProgress)
    {
        var pending = new List<Irp>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending.Add(irp);
            return NtStatus.STATUS_PENDING;
        });
        DeviceHandle handle = test.Process.Open(Name, Full, options);
        nuint buffer = test.Process.Allocate(16);
        int mostAtOnce = 0, done = 0;
        test.Machine.Run(() =>
        {
            for (int i = 0; i < 2; i++)
                ProcessStructure.PsCreateSystemThread(out _, _ =>
                {
                    Assert.Equal((nuint)3, handle.Read(buffer, 8).Information);
                    done++;
                }, null);
            ProcessStructure.PsCreateSystemThread(out _, _ =>
            {
                while (done < 2)
                {
                    KeDelayExecutionThread(KProcessorMode.KernelMode, false, -1000);
                    mostAtOnce = Math.Max(mostAtOnce, pending.Count);
                    if (pending.Count > 0)
                    {
                        Complete(pending[0], NtStatus.STATUS_SUCCESS, 3);
                        pending.RemoveAt(0);
                    }
                }
            }, null);
        });

        test.Machine.RunUntilIdle();

        Assert.Equal((2, inProgress), (done, mostAtOnce));
    }

    [Fact, Proves("MDL-375")]
    public void The_event_of_a_request_is_reset_before_the_driver_sees_it()
    {
        var seen = new List<(UserRequest Request, bool IsSet)>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            seen.Add((irp.Request!, irp.Request!.Event.IsSet));
            IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS);
            return NtStatus.STATUS_PENDING;
        });

        test.Handle.Read(0, 0);
        Assert.True(seen[0].Request.Event.IsSet);
        test.Handle.Read(0, 0);

        Assert.Equal((seen[0].Request, false), seen[1]);
    }

    private static TestDevice WithStatusBlock(Action<nuint> meanwhile, bool pends) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        meanwhile(0);
        if (pends)
            IoMarkIrpPending(irp);
        Complete(irp, NtStatus.STATUS_SUCCESS, 5);
        return pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_SUCCESS;
    });

    [Theory, Proves("MDL-441", "MDL-371")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_status_block_in_user_memory_is_written(bool pends)
    {
        using TestDevice test = WithStatusBlock(_ => { }, pends);
        nuint block = test.Process.Allocate(16);
        test.Process.Write(block, [1, 2, 3, 4]);

        test.Handle.Read(test.Process.Allocate(8), 8, 0, block);

        Assert.Equal((0u, 5ul), (BitConverter.ToUInt32(test.ReadUser(block, 4)), BitConverter.ToUInt64(test.ReadUser(block + 8, 8))));
    }

    [Theory, Proves("MDL-445")]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_status_block_that_has_become_invalid_is_nobodys_failure(bool pends, bool isAsynchronous)
    {
        nuint block = 0;
        TestDevice? open = null;
        using TestDevice test = WithStatusBlock(_ => open!.Process.Protect(block, 16, PageProtection.PAGE_READONLY), pends);
        open = test;
        block = test.Process.Allocate(16);
        nuint buffer = test.Process.Allocate(8);

        IoStatusBlock result;
        if (isAsynchronous)
        {
            Task<IoStatusBlock> read = test.Handle.ReadAsync(buffer, 8, 0, block);
            test.Machine.RunUntilIdle();
            result = ResultOf(read);
        }
        else
        {
            result = test.Handle.Read(buffer, 8, 0, block);
        }

        Assert.Equal(NtStatus.STATUS_SUCCESS, result.Status);
        Assert.Equal(new byte[16], test.ReadUser(block, 16));
        Assert.Equal(0, test.Process.LockedPages);
        Assert.Empty(test.Outstanding());
    }

    [Fact, Proves("MDL-371")]
    public void A_status_block_that_cannot_be_written_ends_the_call_before_the_driver()
    {
        int calls = 0;
        using TestDevice test = WithStatusBlock(_ => calls++, pends: false);
        nuint block = test.Process.Allocate(16, protection: PageProtection.PAGE_READONLY);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Read(test.Process.Allocate(8), 8, 0, block).Status);

        Assert.Equal(0, calls);
    }
}
