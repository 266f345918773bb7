using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

public sealed class FastIoTests
{
    private static TestDevice WithFastRead(List<string> calls, bool isDone, NtStatus status = NtStatus.STATUS_SUCCESS) => new(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
    {
        calls.Add("request");
        return Complete(irp, NtStatus.STATUS_SUCCESS, 1);
    }, driver => driver.FastIoDispatch = new()
    {
        FastIoRead = (FileObject _, long _, uint length, nuint buffer, ref IoStatusBlock result, DeviceObject _) =>
        {
            calls.Add("fast");
            VirtualMemory.CopyFrom(buffer, "fast"u8);
            (result.Status, result.Information) = (status, length);
            return isDone;
        },
    });

    [Theory, Proves("MDL-376")]
    [InlineData(false, true, NtStatus.STATUS_SUCCESS, "request")]
    [InlineData(true, true, NtStatus.STATUS_SUCCESS, "fast")]
    [InlineData(true, false, NtStatus.STATUS_SUCCESS, "fast,request")]
    [InlineData(true, true, NtStatus.STATUS_UNSUCCESSFUL, "fast,request")]
    public void Only_a_cached_file_is_tried_through_fast_io(bool isCached, bool isDone, NtStatus status, string expected)
    {
        var calls = new List<string>();
        using TestDevice test = WithFastRead(calls, isDone, status);
        if (isCached)
            test.Handle.File.PrivateCacheMap = "cache";
        nuint buffer = test.Process.Allocate(8);

        IoStatusBlock result = test.Handle.Read(buffer, 4, byteOffset: 10);

        Assert.Equal(expected, string.Join(',', calls));
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)(expected == "fast" ? 4 : 1)), (result.Status, result.Information));
        Assert.Equal(10 + (long)result.Information, test.Handle.File.CurrentByteOffset);
        Assert.Equal(isCached ? "fast"u8 : "\0\0\0\0"u8, test.ReadUser(buffer, 4));
    }

    [Fact, Proves("MDL-376")]
    public void An_asynchronous_read_of_a_cached_file_is_a_request()
    {
        var calls = new List<string>();
        using TestDevice test = WithFastRead(calls, isDone: true);
        test.Handle.File.PrivateCacheMap = "cache";

        test.Handle.ReadAsync(test.Process.Allocate(8), 4);

        Assert.Equal("request", string.Join(',', calls));
    }

    [Theory, Proves("MDL-417")]
    [InlineData(0u, true)]
    [InlineData(1u, true)]
    [InlineData(2u, true)]
    [InlineData(3u, true)]
    [InlineData(0u, false)]
    public void A_fast_control_routine_gets_the_raw_pointers_of_every_transfer_type(uint method, bool isDone)
    {
        var calls = new List<string>();
        (nuint Input, uint InputLength, nuint Output, uint OutputLength, uint Code) seen = default;
        using var test = new TestDevice(Neither, setUp: driver =>
        {
            driver.MajorFunction[MajorFunction.IRP_MJ_DEVICE_CONTROL] = (_, irp) =>
            {
                calls.Add("request");
                return Complete(irp, NtStatus.STATUS_SUCCESS);
            };
            driver.FastIoDispatch = new()
            {
                FastIoDeviceControl = (FileObject _, nuint input, uint inputLength, nuint output, uint outputLength, uint code, ref IoStatusBlock result, DeviceObject _) =>
                {
                    calls.Add("fast");
                    seen = (input, inputLength, output, outputLength, code);
                    result.Information = 2;
                    return isDone;
                },
            };
        });
        (nuint input, nuint output) = (test.Process.Allocate(8), test.Process.Allocate(8));
        uint code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, method, FILE_ANY_ACCESS);

        IoStatusBlock result = test.Handle.DeviceIoControl(code, input, 4, output, 8);

        Assert.Equal((input, 4u, output, 8u, code), seen);
        Assert.Equal(isDone ? "fast" : "fast,request", string.Join(',', calls));
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)(isDone ? 2 : 0)), (result.Status, result.Information));
    }

    [Fact, Proves("MDL-417")]
    public void A_fast_control_routine_that_trusts_a_pointer_stops_the_machine()
    {
        using var test = new TestDevice(Neither, setUp: driver => driver.FastIoDispatch = new()
        {
            FastIoDeviceControl = (FileObject _, nuint _, uint _, nuint output, uint _, uint _, ref IoStatusBlock _, DeviceObject _) =>
            {
                VirtualMemory.CopyFrom(output, "x"u8);
                return true;
            },
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.DeviceIoControl(CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, 0), 0, 0, 0x1000, 8));

        Assert.Equal((0x3Bu, (ulong)NtStatus.STATUS_ACCESS_VIOLATION), (stop.Code, stop.Parameter1));
    }
}
