using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class LayeredDriverTests
{
    private static DeviceObject Lower(DeviceObject device) => (DeviceObject)device.DeviceExtension!;

    [Theory, Proves("MDL-421", "MDL-422", "MDL-458")]
    [InlineData(NtStatus.STATUS_SUCCESS, true, false, false, true)]
    [InlineData(NtStatus.STATUS_SUCCESS, false, true, true, false)]
    [InlineData(NtStatus.STATUS_BUFFER_OVERFLOW, true, false, false, false)]
    [InlineData(NtStatus.STATUS_BUFFER_OVERFLOW, false, true, false, true)]
    [InlineData(NtStatus.STATUS_IO_DEVICE_ERROR, false, true, false, true)]
    [InlineData(NtStatus.STATUS_IO_DEVICE_ERROR, true, false, true, false)]
    public void A_completion_routine_is_called_as_its_driver_asked(NtStatus status, bool onSuccess, bool onError, bool onCancel, bool expected)
    {
        bool isCalled = false;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, status));
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, (_, _, _) =>
            {
                isCalled = true;
                return NtStatus.STATUS_SUCCESS;
            }, null, onSuccess, onError, onCancel);
            return IoCallDriver(Lower(device), irp);
        });

        Assert.Equal(status, test.Handle.Read(0, 0).Status);

        Assert.Equal(expected, isCalled);
    }

    [Fact, Proves("MDL-423", "MDL-427", "MDL-462", "MDL-455")]
    public void A_completion_routine_sees_the_mdl_locked_its_own_location_and_nothing_of_the_one_below()
    {
        (DeviceObject? Device, object? Context, MajorFunction Major, uint Length, uint LowerLength, MdlFlags Flags) seen = default;
        DeviceObject filter = null!;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 8));
        filter = test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoStackLocation next = IoGetNextIrpStackLocation(irp);
            IoSetCompletionRoutine(irp, (upper, request, context) =>
            {
                IoStackLocation own = IoGetCurrentIrpStackLocation(request);
                seen = (upper, context, own.MajorFunction, own.Parameters.Read.Length, next.Parameters.Read.Length, request.MdlAddress!.MdlFlags);
                return NtStatus.STATUS_SUCCESS;
            }, "context", true, true, true);
            return IoCallDriver(Lower(device), irp);
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((filter, "context", MajorFunction.IRP_MJ_READ, 8u, 0u), (seen.Device, seen.Context, seen.Major, seen.Length, seen.LowerLength));
        Assert.True(seen.Flags.HasFlag(MdlFlags.MDL_PAGES_LOCKED));
    }

    [Fact, Proves("MDL-424", "MDL-425", "MDL-429")]
    public void More_processing_required_gives_the_request_back_to_its_driver_with_everything_still_locked()
    {
        int lockedPages = -1;
        EProcess? process = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_END_OF_FILE));
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, (_, _, _) => NtStatus.STATUS_MORE_PROCESSING_REQUIRED, null, true, true, true);
            Assert.Equal(NtStatus.STATUS_END_OF_FILE, IoCallDriver(Lower(device), irp));
            lockedPages = process!.LockedPages;
            return Complete(irp, NtStatus.STATUS_SUCCESS, 8);
        });
        process = test.Process.Object;

        IoStatusBlock result = test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)8), (result.Status, result.Information));
        Assert.Equal((1, 0), (lockedPages, test.Process.LockedPages));
    }

    [Fact, Proves("MDL-456", "MDL-355")]
    public void A_skipped_location_is_handed_down_as_it_is()
    {
        (sbyte Location, uint Length, DeviceObject? Device) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
            seen = (irp.CurrentLocation, stack.Parameters.Read.Length, stack.DeviceObject);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        DeviceObject filter = test.AddFilter((device, irp) =>
        {
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver(Lower(device), irp);
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal(((sbyte)2, 8u, test.Device), seen);
        Assert.Equal(2, filter.StackSize);
    }

    [Fact, Proves("MDL-426", "MDL-460")]
    public void Pending_travels_up_by_itself_where_no_completion_routine_is_called()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS, 5);
            return NtStatus.STATUS_PENDING;
        });
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            return IoCallDriver(Lower(device), irp);
        });

        Assert.Equal((nuint)5, test.Handle.Read(test.Process.Allocate(8), 8).Information);
    }

    [Fact, Proves("MDL-468")]
    public void A_completion_routine_that_does_not_propagate_pending_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_SUCCESS, 5);
            return NtStatus.STATUS_PENDING;
        });
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, (_, request, _) =>
            {
                Assert.True(request.PendingReturned);
                return NtStatus.STATUS_SUCCESS;
            }, null, true, true, true);
            return IoCallDriver(Lower(device), irp);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0xC9u, 0x228ul, "MDL5004"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-461", "MDL-526")]
    public void A_request_without_locations_left_stops_the_machine()
    {
        nuint address = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            address = irp.Address;
            return IoCallDriver(device, irp);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0x35u, (ulong)address), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-457")]
    public void Copying_a_location_leaves_out_the_completion_routine()
    {
        int calls = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, (_, _, _) => { calls++; return NtStatus.STATUS_SUCCESS; }, null, true, true, true);
            IoCopyCurrentIrpStackLocationToNext(irp);
            Assert.Equal(0, IoGetNextIrpStackLocation(irp).Control);
            return IoCallDriver(Lower(device), irp);
        });

        test.Handle.Read(0, 0);

        Assert.Equal(0, calls);
    }

    [Fact, Proves("MDL-491", "MDL-423")]
    public void A_request_of_the_drivers_own_comes_back_to_a_routine_without_a_device()
    {
        (DeviceObject? Device, NtStatus Status)? seen = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 3));

        test.Machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(test.Device.StackSize, chargeQuota: false)!;
            IoGetNextIrpStackLocation(irp).MajorFunction = MajorFunction.IRP_MJ_READ;
            IoSetCompletionRoutine(irp, (device, request, _) =>
            {
                seen = (device, request.IoStatus.Status);
                IoFreeIrp(request);
                return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
            }, null, true, true, true);
            IoCallDriver(test.Device, irp);
        });

        Assert.Equal((null, NtStatus.STATUS_SUCCESS), seen);
    }

    [Fact]
    public void A_request_of_the_drivers_own_that_nobody_takes_back_stops_the_machine()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, chargeQuota: false)!;
            IoGetNextIrpStackLocation(irp).MajorFunction = MajorFunction.IRP_MJ_READ;
            IoCallDriver(test.Device, irp);
        }));

        Assert.Equal((0x2Au, "MDL5008"), (stop.Code, stop.RuleId));
    }
}
