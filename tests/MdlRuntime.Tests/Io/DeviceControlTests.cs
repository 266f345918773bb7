using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

public sealed class DeviceControlTests
{
    private static uint Code(uint method) => CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, method, FILE_ANY_ACCESS);

    private static TestDevice Controlled(DriverDispatch control) => new(DeviceFlags.DO_DIRECT_IO, setUp: driver =>
        driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = control);

    [Theory, Proves("MDL-407", "MDL-409", "MDL-408", "MDL-410")]
    [InlineData(METHOD_IN_DIRECT, false)]
    [InlineData(METHOD_OUT_DIRECT, true)]
    public void Direct_methods_lock_the_second_buffer_and_copy_the_first(uint method, bool forWriting)
    {
        (uint Count, bool Write, byte First, nuint UserBuffer) seen = default;
        using TestDevice test = Controlled((_, irp) =>
        {
            seen = (MmGetMdlByteCount(irp.MdlAddress!), irp.MdlAddress!.MdlFlags.HasFlag(MdlFlags.MDL_WRITE_OPERATION),
                VirtualMemory.Read<byte>(irp.AssociatedIrp.SystemBuffer), irp.UserBuffer);
            VirtualMemory.Write(irp.AssociatedIrp.SystemBuffer, (byte)0xEE);
            return Complete(irp, NtStatus.STATUS_SUCCESS, MmGetMdlByteCount(irp.MdlAddress!));
        });
        nuint input = test.Process.Allocate(4);
        nuint output = test.Process.Allocate(0x2000, pageOffset: 0x123);
        test.Process.Write(input, "in"u8);

        IoStatusBlock result = test.Handle.DeviceIoControl(Code(method), input, 2, output, 0x1500);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0x1500), (result.Status, result.Information));
        Assert.Equal((0x1500u, forWriting, (byte)'i', (nuint)0), seen);
        Assert.Equal("in"u8, test.ReadUser(input, 2));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Theory, Proves("MDL-405", "MDL-416", "MDL-407")]
    [InlineData(METHOD_IN_DIRECT, true, NtStatus.STATUS_SUCCESS)]
    [InlineData(METHOD_OUT_DIRECT, true, NtStatus.STATUS_ACCESS_VIOLATION)]
    [InlineData(METHOD_OUT_DIRECT, false, NtStatus.STATUS_ACCESS_VIOLATION)]
    [InlineData(METHOD_IN_DIRECT, false, NtStatus.STATUS_ACCESS_VIOLATION)]
    public void A_second_buffer_that_cannot_be_locked_fails_the_call(uint method, bool readOnly, NtStatus expected)
    {
        using TestDevice test = Controlled((_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        nuint output = readOnly ? test.Process.Allocate(16, protection: PageProtection.PAGE_READONLY) : 0;

        Assert.Equal(expected, test.Handle.DeviceIoControl(Code(method), 0, 0, output, 16).Status);
    }

    [Fact, Proves("MDL-406")]
    public void The_buffered_method_shares_one_buffer_for_both_directions()
    {
        using TestDevice test = Controlled((_, irp) =>
        {
            nuint buffer = irp.AssociatedIrp.SystemBuffer;
            VirtualMemory.Write(buffer, (byte)(VirtualMemory.Read<byte>(buffer) + 1));
            return Complete(irp, NtStatus.STATUS_SUCCESS, 1);
        });
        nuint input = test.Process.Allocate(4);
        nuint output = test.Process.Allocate(64);
        test.Process.Write(input, "A"u8);

        test.Handle.DeviceIoControl(Code(METHOD_BUFFERED), input, 1, output, 64);

        Assert.Equal("B\0"u8, test.ReadUser(output, 2));
    }

    [Theory, Proves("MDL-404", "MDL-406", "MDL-408", "MDL-412")]
    [InlineData(METHOD_BUFFERED)]
    [InlineData(METHOD_IN_DIRECT)]
    [InlineData(METHOD_OUT_DIRECT)]
    [InlineData(METHOD_NEITHER)]
    public void Empty_buffers_reach_the_driver_as_nothing(uint method)
    {
        (Mdl? Mdl, nuint SystemBuffer) seen = (null, 1);
        using TestDevice test = Controlled((_, irp) =>
        {
            seen = (irp.MdlAddress, irp.AssociatedIrp.SystemBuffer);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.DeviceIoControl(Code(method), 0, 0, 0, 0).Status);

        Assert.Equal((null, (nuint)0), seen);
    }

    [Fact, Proves("MDL-412")]
    public void The_neither_method_hands_over_raw_pointers()
    {
        (nuint Input, nuint Output, uint InputLength) seen = default;
        using TestDevice test = Controlled((_, irp) =>
        {
            DeviceIoControlParameters parameters = IoGetCurrentIrpStackLocation(irp).Parameters.DeviceIoControl;
            seen = (parameters.Type3InputBuffer, irp.UserBuffer, parameters.InputBufferLength);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        test.Handle.DeviceIoControl(Code(METHOD_NEITHER), 0x1234, 5, 0xFFFF_0000, 6);

        Assert.Equal(((nuint)0x1234, (nuint)0xFFFF_0000, 5u), seen);
    }

    [Fact, Proves("MDL-404")]
    public void A_null_input_pointer_forces_its_length_to_zero()
    {
        uint length = 1;
        using TestDevice test = Controlled((_, irp) =>
        {
            length = IoGetCurrentIrpStackLocation(irp).Parameters.DeviceIoControl.InputBufferLength;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.DeviceIoControl(Code(METHOD_BUFFERED), 0, 100, 0, 100).Status);

        Assert.Equal(0u, length);
    }

    [Theory, Proves("MDL-404")]
    [InlineData(METHOD_BUFFERED, 0u)]
    [InlineData(METHOD_NEITHER, 100u)]
    public void A_null_output_pointer_forces_the_length_of_a_buffered_output_to_zero(uint method, uint expected)
    {
        uint length = 1;
        using TestDevice test = Controlled((_, irp) =>
        {
            length = IoGetCurrentIrpStackLocation(irp).Parameters.DeviceIoControl.OutputBufferLength;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.DeviceIoControl(Code(method), 0, 0, 0, 100).Status);

        Assert.Equal(expected, length);
    }

    [Theory, Proves("MDL-404")]
    [InlineData(METHOD_BUFFERED, true, false)]
    [InlineData(METHOD_IN_DIRECT, true, false)]
    [InlineData(METHOD_OUT_DIRECT, true, false)]
    [InlineData(METHOD_NEITHER, true, true)]
    [InlineData(METHOD_BUFFERED, false, false)]
    [InlineData(METHOD_IN_DIRECT, false, true)]
    [InlineData(METHOD_NEITHER, false, true)]
    public void Bad_user_buffers_are_found_by_the_probe_of_the_method(uint method, bool badInput, bool isCalled)
    {
        bool called = false;
        using TestDevice test = Controlled((_, irp) =>
        {
            called = true;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint systemAddress = unchecked((nuint)0xFFFF_F880_0000_0000);
        nuint readOnly = test.Process.Allocate(16, protection: PageProtection.PAGE_READONLY);

        NtStatus status = badInput
            ? test.Handle.DeviceIoControl(Code(method), systemAddress, 16, 0, 0).Status
            : test.Handle.DeviceIoControl(Code(method), 0, 0, readOnly, 16).Status;

        Assert.Equal((isCalled ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_ACCESS_VIOLATION, isCalled), (status, called));
    }

    [Theory, Proves("MDL-351")]
    [InlineData(METHOD_BUFFERED, false, true)]
    [InlineData(METHOD_IN_DIRECT, true, false)]
    [InlineData(METHOD_OUT_DIRECT, true, false)]
    [InlineData(METHOD_NEITHER, false, false)]
    public void The_control_code_decides_whatever_the_flags_of_the_device_say(uint method, bool hasMdl, bool hasSystemBuffer)
    {
        foreach (DeviceFlags flags in (DeviceFlags[])[Neither, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_DIRECT_IO])
        {
            (bool, bool)? seen = null;
            using var test = new TestDevice(flags, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) =>
            {
                seen = (irp.MdlAddress is not null, irp.AssociatedIrp.SystemBuffer != 0);
                return Complete(irp, NtStatus.STATUS_SUCCESS);
            });

            test.Handle.DeviceIoControl(Code(method), 0, 0, test.Process.Allocate(16), 16);

            Assert.Equal((hasMdl, hasSystemBuffer), seen);
        }
    }

    [Fact, Proves("MDL-414")]
    public void Stage_two_comes_by_apc_before_the_driver_returns()
    {
        var log = new List<string>();
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) =>
        {
            Complete(irp, NtStatus.STATUS_SUCCESS);
            log.Add("return");
            return NtStatus.STATUS_SUCCESS;
        }, trace: record => log.Add(record.Routine));
        DeviceHandle handle = test.Handle;
        log.Clear();

        handle.DeviceIoControl(Code(METHOD_NEITHER), 0, 0, 0, 0);

        Assert.Equal(["IoCompletionStage2", "return"], log[^2..]);
    }
}
