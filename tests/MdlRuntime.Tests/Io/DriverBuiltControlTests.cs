using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>Requests that IoBuildDeviceIoControlRequest makes.</summary>
public sealed class DriverBuiltControlTests
{
    private static uint Code(uint method) => CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, method, FILE_ANY_ACCESS);

    private static nuint Pool(ReadOnlySpan<byte> content)
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 1);
        VirtualMemory.CopyFrom(pool, content);
        return pool;
    }

    private static byte[] Bytes(nuint address, int length)
    {
        byte[] bytes = new byte[length];
        VirtualMemory.CopyTo(address, bytes);
        return bytes;
    }

    private static KEvent NewEvent()
    {
        var @event = new KEvent();
        KeInitializeEvent(@event, notification: true, state: false);
        return @event;
    }

    private static TestDevice WithControl(DriverDispatch control, MajorFunction function = MajorFunction.IRP_MJ_DEVICE_CONTROL, VerifierMode verifier = VerifierMode.Strict) =>
        new(Neither, setUp: driver => driver.MajorFunction[function] = control, verifier: verifier);

    [Theory, Proves("MDL-488")]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void The_transfer_type_decides_how_system_memory_travels(uint method)
    {
        (nuint System, Mdl? Mdl, MdlFlags Flags, nuint User, nuint Type3, KProcessorMode Mode, byte[]? Input) seen = default;
        using TestDevice test = WithControl((_, irp) =>
        {
            DeviceIoControlParameters parameters = IoGetCurrentIrpStackLocation(irp).Parameters.DeviceIoControl;
            seen = (irp.AssociatedIrp.SystemBuffer, irp.MdlAddress, irp.MdlAddress?.MdlFlags ?? 0, irp.UserBuffer, parameters.Type3InputBuffer, irp.RequestorMode,
                irp.AssociatedIrp.SystemBuffer == 0 ? [] : Bytes(irp.AssociatedIrp.SystemBuffer, 2));
            Assert.Equal((Code(method), 2u, 8u), (parameters.IoControlCode, parameters.InputBufferLength, parameters.OutputBufferLength));
            if (method == METHOD_BUFFERED)
                VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer, "result"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 6);
        });
        test.Machine.Run(() =>
        {
            (nuint input, nuint output) = (Pool("in"u8), Pool("output"u8));
            KEvent @event = NewEvent();

            Irp irp = IoBuildDeviceIoControlRequest(Code(method), test.Device, input, 2, output, 8, internalDeviceIoControl: false, @event, out IoStatusHolder status)!;
            IoCallDriver(test.Device, irp);

            bool direct = method is METHOD_IN_DIRECT or METHOD_OUT_DIRECT;
            Assert.Equal((method != METHOD_NEITHER, direct, KProcessorMode.KernelMode), (seen.System != 0, seen.Mdl is not null, seen.Mode));
            Assert.Equal(method == METHOD_NEITHER ? "" : "in", System.Text.Encoding.ASCII.GetString(seen.Input!));
            Assert.Equal((direct ? 0 : output, method == METHOD_NEITHER ? input : 0), (seen.User, seen.Type3));
            Assert.Equal(method == METHOD_OUT_DIRECT, seen.Flags.HasFlag(MdlFlags.MDL_WRITE_OPERATION));
            Assert.Equal(method == METHOD_BUFFERED ? "result"u8 : "output"u8, Bytes(output, 6));
            Assert.Equal((true, (nuint)6), (@event.IsSet, status.Value.Information));
        });
    }

    [Fact, Proves("MDL-488")]
    public void An_internal_request_has_a_major_function_of_its_own()
    {
        int calls = 0;
        using TestDevice test = WithControl((_, irp) =>
        {
            calls++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }, MajorFunction.IRP_MJ_INTERNAL_DEVICE_CONTROL);

        test.Machine.Run(() => IoCallDriver(test.Device,
            IoBuildDeviceIoControlRequest(Code(METHOD_NEITHER), test.Device, 0, 0, 0, 0, internalDeviceIoControl: true, NewEvent(), out _)!));

        Assert.Equal(1, calls);
    }

    [Theory, Proves("MDL-489")]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Without_an_output_pointer_there_is_no_mdl_whatever_the_length(uint method)
    {
        Mdl? seen = null;
        using TestDevice test = WithControl((_, irp) =>
        {
            seen = irp.MdlAddress;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        NtStatus status = test.Machine.Run(() => IoCallDriver(test.Device,
            IoBuildDeviceIoControlRequest(Code(method), test.Device, 0, 0, outputBuffer: 0, outputBufferLength: 16, false, NewEvent(), out _)!));

        Assert.Equal((NtStatus.STATUS_SUCCESS, null), (status, seen));
    }

    [Theory, Proves("MDL-488", "MDL-519")]
    [InlineData(1u)]
    [InlineData(2u)]
    public void A_buffer_that_cannot_be_locked_gives_null_and_a_finding(uint method)
    {
        using TestDevice test = WithControl((_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS), verifier: VerifierMode.Survey);

        Assert.Null(test.Machine.Run(() => IoBuildDeviceIoControlRequest(Code(method), test.Device, Pool("in"u8), 2, 0x10000, 16, false, NewEvent(), out _)));

        Finding finding = Assert.Single(test.Machine.Findings);
        Assert.Equal((0xC9u, 9ul, (ulong)test.Device.Address, (ulong)Code(method), (ulong)NtStatus.STATUS_ACCESS_VIOLATION),
            (finding.BugCheckCode, finding.Parameter1, finding.Parameter2, finding.Parameter3, finding.Parameter4));
        Assert.Empty(test.Outstanding());
    }

    [Theory, Proves("MDL-494")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_kernel_mode_request_with_a_user_address_is_a_finding(bool asInput)
    {
        using TestDevice test = WithControl((_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        nuint user = test.Process.Allocate(16);
        ulong address = 0;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Process.Run(() =>
        {
            Irp irp = IoBuildDeviceIoControlRequest(Code(METHOD_NEITHER), test.Device, asInput ? user : 0, 16, asInput ? 0 : user, 16, false, NewEvent(), out _)!;
            address = irp.Address;
            IoCallDriver(test.Device, irp);
        }));

        Assert.Equal((0xC4u, 0xE2ul, address, (ulong)user, "MDL3002"), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("MDL-494")]
    public void A_user_mode_request_may_carry_user_addresses()
    {
        using TestDevice test = WithControl((_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        nuint user = test.Process.Allocate(16);

        test.Process.Run(() =>
        {
            Irp irp = IoBuildDeviceIoControlRequest(Code(METHOD_NEITHER), test.Device, 0, 0, user, 16, false, NewEvent(), out _)!;
            irp.RequestorMode = KProcessorMode.UserMode;
            IoCallDriver(test.Device, irp);
        });

        Assert.Empty(test.Machine.Findings);
    }
}
