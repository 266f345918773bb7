using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

/// <summary>Requests other than transfers: which of them follow the flags of the device.</summary>
public sealed class InformationRequestTests
{
    private const uint Length = 24, What = 9;

    public static TheoryData<MajorFunction, DeviceFlags, string> Methods()
    {
        var data = new TheoryData<MajorFunction, DeviceFlags, string>();
        foreach (DeviceFlags flags in (DeviceFlags[])[Neither, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_DIRECT_IO])
        {
            string byFlags = flags switch { Neither => "neither", DeviceFlags.DO_BUFFERED_IO => "buffered", _ => "direct" };
            foreach (MajorFunction function in (MajorFunction[])[MajorFunction.IRP_MJ_READ, MajorFunction.IRP_MJ_WRITE, MajorFunction.IRP_MJ_DIRECTORY_CONTROL,
                MajorFunction.IRP_MJ_QUERY_EA, MajorFunction.IRP_MJ_SET_EA, MajorFunction.IRP_MJ_QUERY_QUOTA, MajorFunction.IRP_MJ_SET_QUOTA])
            {
                data.Add(function, flags, byFlags);
            }

            foreach (MajorFunction function in (MajorFunction[])[MajorFunction.IRP_MJ_QUERY_INFORMATION, MajorFunction.IRP_MJ_SET_INFORMATION,
                MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION, MajorFunction.IRP_MJ_SET_VOLUME_INFORMATION])
            {
                data.Add(function, flags, "buffered");
            }

            data.Add(MajorFunction.IRP_MJ_QUERY_SECURITY, flags, "neither");
            data.Add(MajorFunction.IRP_MJ_SET_SECURITY, flags, "neither");
        }

        return data;
    }

    private static bool Queries(MajorFunction function) => function is MajorFunction.IRP_MJ_READ or MajorFunction.IRP_MJ_DIRECTORY_CONTROL or MajorFunction.IRP_MJ_QUERY_EA
        or MajorFunction.IRP_MJ_QUERY_QUOTA or MajorFunction.IRP_MJ_QUERY_INFORMATION or MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION or MajorFunction.IRP_MJ_QUERY_SECURITY;

    private static IoStatusBlock Send(DeviceHandle handle, MajorFunction function, nuint buffer) => function switch
    {
        MajorFunction.IRP_MJ_READ => handle.Read(buffer, Length),
        MajorFunction.IRP_MJ_WRITE => handle.Write(buffer, Length),
        MajorFunction.IRP_MJ_DIRECTORY_CONTROL => handle.QueryDirectory(What, buffer, Length),
        MajorFunction.IRP_MJ_QUERY_EA => handle.QueryEa(buffer, Length),
        MajorFunction.IRP_MJ_SET_EA => handle.SetEa(buffer, Length),
        MajorFunction.IRP_MJ_QUERY_QUOTA => handle.QueryQuota(buffer, Length),
        MajorFunction.IRP_MJ_SET_QUOTA => handle.SetQuota(buffer, Length),
        MajorFunction.IRP_MJ_QUERY_INFORMATION => handle.QueryInformation(What, buffer, Length),
        MajorFunction.IRP_MJ_SET_INFORMATION => handle.SetInformation(What, buffer, Length),
        MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION => handle.QueryVolumeInformation(What, buffer, Length),
        MajorFunction.IRP_MJ_SET_VOLUME_INFORMATION => handle.SetVolumeInformation(What, buffer, Length),
        MajorFunction.IRP_MJ_QUERY_SECURITY => handle.QuerySecurity(What, buffer, Length),
        _ => handle.SetSecurity(What, buffer, Length),
    };

    private static uint LengthOf(MajorFunction function, in StackParameters parameters) => function switch
    {
        MajorFunction.IRP_MJ_QUERY_SECURITY => parameters.QuerySecurity.Length,
        MajorFunction.IRP_MJ_SET_SECURITY => Length,
        MajorFunction.IRP_MJ_DIRECTORY_CONTROL => parameters.QueryDirectory.Length,
        MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION => parameters.QueryVolume.Length,
        MajorFunction.IRP_MJ_QUERY_EA => parameters.QueryEa.Length,
        _ => parameters.SetFile.Length,
    };

    [Theory, Proves("MDL-369", "MDL-351")]
    [MemberData(nameof(Methods))]
    public void The_major_function_decides_whether_the_flags_of_the_device_count(MajorFunction function, DeviceFlags flags, string expected)
    {
        string seen = "";
        uint length = 0;
        using var test = new TestDevice(flags, setUp: driver => driver.MajorFunction[function] = (_, irp) =>
        {
            seen = irp.MdlAddress is not null ? "direct" : irp.AssociatedIrp.SystemBuffer != 0 ? "buffered" : irp.UserBuffer != 0 ? "neither" : "none";
            length = LengthOf(function, IoGetCurrentIrpStackLocation(irp).Parameters);
            if (seen == "buffered" && Queries(function))
                VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer, "answer"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 6);
        });
        nuint buffer = test.Process.Allocate(Length);

        IoStatusBlock result = Send(test.Handle, function, buffer);

        Assert.Equal((expected, Length), (seen, length));
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)6), (result.Status, result.Information));
        Assert.Equal(expected == "buffered" && Queries(function) ? "answer"u8 : new byte[6], test.ReadUser(buffer, 6));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-369")]
    public void A_file_system_control_code_follows_its_transfer_type()
    {
        var seen = new List<(bool, bool, bool)>();
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL] = (_, irp) =>
        {
            seen.Add((irp.AssociatedIrp.SystemBuffer != 0, irp.MdlAddress is not null, irp.UserBuffer != 0));
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(8);

        for (uint method = 0; method < 4; method++)
            Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.FileSystemControl(WdkMacros.CTL_CODE(9, 0x800, method, 0), buffer, 4, buffer, 8).Status);

        Assert.Equal([(true, false, true), (true, true, false), (true, true, false), (false, false, true)], seen);
    }

    [Fact, Proves("MDL-414")]
    public void A_file_system_control_request_defers_its_completion_and_a_device_control_request_does_not()
    {
        var flags = new List<bool>();
        DriverDispatch control = (_, irp) =>
        {
            flags.Add((irp.Flags & IRP_DEFER_IO_COMPLETION) != 0);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        };
        using var test = new TestDevice(Neither, setUp: driver =>
            (driver.MajorFunction[MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL], driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL]) = (control, control));

        test.Handle.FileSystemControl(0, 0, 0, 0, 0);
        test.Handle.DeviceIoControl(0, 0, 0, 0, 0);

        Assert.Equal([true, false], flags);
    }

    [Fact]
    public void A_flush_carries_no_buffer_and_waits_for_a_pended_request()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_FLUSH_BUFFERS] = (_, irp) =>
        {
            IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS);
            return NtStatus.STATUS_PENDING;
        });

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Flush().Status);
    }

    [Fact]
    public void A_driver_without_an_entry_refuses_the_request()
    {
        using var test = new TestDevice(Neither);

        Assert.Equal(NtStatus.STATUS_INVALID_DEVICE_REQUEST, test.Handle.QueryInformation(What, test.Process.Allocate(8), 8).Status);
    }

    [Fact]
    public void A_bad_buffer_ends_the_call_before_the_driver()
    {
        using var test = new TestDevice(Neither);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.QueryInformation(What, 0, 8).Status);
    }
}
