using MdlRuntime.Tests.Io;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>What a verified machine does to requests on their way: it holds them back, and watches buffers that must not change.</summary>
public sealed class VerifiedRequestTests
{
    [Theory, Proves("MDL-513")]
    [InlineData(0, NtStatus.STATUS_SUCCESS)]
    [InlineData(1, NtStatus.STATUS_PENDING)]
    public void A_request_that_the_driver_below_completes_at_once_can_be_made_to_pend(double probability, NtStatus expected)
    {
        NtStatus returned = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 3),
            options: new() { ForcePendingProbability = probability });
        test.AddFilter((device, irp) =>
        {
            IoSkipCurrentIrpStackLocation(irp);
            return returned = IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
        });

        IoStatusBlock result = test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal(expected, returned);
        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)3), (result.Status, result.Information));
    }

    /// <summary>Drivers that only pass on hand the pending answer up, whichever of their calls was chosen.</summary>
    [Theory, Proves("MDL-513")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_call_of_a_stack_of_filters_can_be_made_to_pend(int seed)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 3),
            options: new() { ForcePendingProbability = 0.5, Seed = seed });
        foreach (string name in (string[])["lower", "middle", "upper"])
            AddFilter(test, name, MajorFunction.IRP_MJ_READ, _ => { });
        nuint buffer = test.Process.Allocate(8);

        for (int i = 0; i < 20; i++)
        {
            IoStatusBlock result = test.Handle.Read(buffer, 8);
            Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)3), (result.Status, result.Information));
        }

        Assert.Empty(test.Machine.Findings);
    }

    [Theory, Proves("MDL-514", "MDL-518")]
    [InlineData(MajorFunction.IRP_MJ_WRITE, false, 0x1010u)]
    [InlineData(MajorFunction.IRP_MJ_READ, true, 0x1011u)]
    public void An_invariant_buffer_that_changes_too_early_is_a_finding(MajorFunction function, bool onTheWayDown, uint subcode)
    {
        using TestDevice test = Watched(function, onTheWayDown);
        nuint buffer = test.Process.Allocate(8);

        BugCheckException stop = Assert.Throws<BugCheckException>(() =>
            _ = function == MajorFunction.IRP_MJ_READ ? test.Handle.Read(buffer, 8) : test.Handle.Write(buffer, 8));

        Assert.Equal((0xC4u, (ulong)subcode), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("MDL-514", "DMA-317")]
    public void A_read_may_fill_an_invariant_buffer_at_the_bottom()
    {
        using TestDevice test = Watched(MajorFunction.IRP_MJ_READ, onTheWayDown: false);

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(test.Process.Allocate(8), 8).Status);
    }

    /// <summary>Two filters above a driver: the upper one declares the buffer invariant; the lower one or the driver changes it.</summary>
    private static TestDevice Watched(MajorFunction function, bool onTheWayDown)
    {
        var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            if (!onTheWayDown)
                Change(irp);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        AddFilter(test, "lower", function, irp =>
        {
            if (onTheWayDown)
                Change(irp);
        });
        AddFilter(test, "upper", function, irp => irp.MdlAddress!.MdlFlags |= MdlFlags.MDL_PAGE_CONTENTS_INVARIANT);
        return test;
    }

    private static void AddFilter(TestDevice test, string name, MajorFunction function, Action<Irp> act) => test.Machine.LoadDriver(name, (driver, _) =>
    {
        driver.MajorFunction[function] = (device, irp) =>
        {
            act(irp);
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
        };
        IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
        device!.Flags |= DeviceFlags.DO_DIRECT_IO;
        device.DeviceExtension = IoAttachDeviceToDeviceStack(device, test.Device);
        return NtStatus.STATUS_SUCCESS;
    });

    private static void Change(Irp irp) => VirtualMemory.Write(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), 0x55);
}
