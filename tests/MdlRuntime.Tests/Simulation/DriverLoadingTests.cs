using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Simulation;

public sealed class DriverLoadingTests
{
    private const byte StartDevice = IRP_MN_START_DEVICE, RemoveDevice = IRP_MN_REMOVE_DEVICE;

    private static NtStatus Add(DriverObject driver, DeviceObject physical)
    {
        IoCreateDevice(driver, null, Name, FILE_DEVICE_DISK, 0, exclusive: false, out DeviceObject? device);
        device!.DeviceExtension = IoAttachDeviceToDeviceStack(device, physical);
        device.Flags |= DeviceFlags.DO_DIRECT_IO;
        device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
        return NtStatus.STATUS_SUCCESS;
    }

    private static DriverObject Load(Machine machine, DriverAddDevice add, DriverDispatch? pnp = null, DriverUnload? unload = null) =>
        machine.LoadDriver("test", (driver, _) =>
        {
            (driver.AddDevice, driver.DriverUnload) = (add, unload);
            if (pnp is not null)
                driver.MajorFunction[MajorFunction.IRP_MJ_PNP] = pnp;
            return NtStatus.STATUS_SUCCESS;
        });

    [Fact, Proves("MDL-350", "MDL-355", "MDL-358", "DMA-233")]
    public void A_device_made_in_driver_entry_is_initializing_until_the_entry_routine_is_over()
    {
        DeviceFlags during = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, setUp: driver => during = driver.DeviceObject!.Flags);

        Assert.Equal(DeviceFlags.DO_DIRECT_IO | DeviceFlags.DO_DEVICE_INITIALIZING | DeviceFlags.DO_DEVICE_HAS_NAME, during);
        Assert.Equal(DeviceFlags.DO_DIRECT_IO | DeviceFlags.DO_DEVICE_HAS_NAME, test.Device.Flags);
        Assert.Equal((1, 63u), (test.Device.StackSize, test.Device.AlignmentRequirement));
    }

    [Fact]
    public void A_failing_entry_routine_leaves_no_driver_and_no_device()
    {
        using var machine = new Machine();

        NtStatusException raised = Assert.Throws<NtStatusException>(() => machine.LoadDriver("test", (driver, _) =>
        {
            IoCreateDevice(driver, null, Name, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? _);
            return NtStatus.STATUS_NO_MEMORY;
        }));

        Assert.Equal(NtStatus.STATUS_NO_MEMORY, raised.Status);
        Assert.Equal(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
            Assert.Throws<NtStatusException>(() => machine.CreateProcess("user").Open(Name)).Status);
        machine.LoadDriver("test", (_, _) => NtStatus.STATUS_SUCCESS);
    }

    [Fact]
    public void A_second_device_of_a_name_is_refused()
    {
        using var test = new TestDevice(Neither);
        test.Machine.Run(() => Assert.Equal(NtStatus.STATUS_OBJECT_NAME_COLLISION,
            IoCreateDevice(test.Driver, null, Name.ToUpperInvariant(), FILE_DEVICE_UNKNOWN, 0, exclusive: false, out _)));
    }

    [Fact]
    public void Devices_of_a_driver_form_a_list_with_the_newest_first()
    {
        using var test = new TestDevice(Neither);
        DeviceObject first = test.Device;
        test.Machine.Run(() =>
        {
            IoCreateDevice(test.Driver, null, null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? second);
            Assert.Equal((second, first), (test.Driver.DeviceObject, second!.NextDevice));
            IoDeleteDevice(first);
            Assert.Equal((second, null), (test.Driver.DeviceObject, second.NextDevice));
        });
    }

    [Fact, Proves("MDL-355")]
    public void Plugging_attaches_the_drivers_device_and_starts_the_stack()
    {
        var minors = new List<byte>();
        using var machine = new Machine();
        DriverObject driver = Load(machine, Add, (device, irp) =>
        {
            byte minor = IoGetCurrentIrpStackLocation(irp).MinorFunction;
            minors.Add(minor);
            IoSkipCurrentIrpStackLocation(irp);
            var lower = (DeviceObject)device.DeviceExtension!;
            NtStatus status = IoCallDriver(lower, irp);
            if (minor == RemoveDevice)
            {
                IoDetachDevice(lower);
                IoDeleteDevice(device);
            }

            return status;
        });

        DeviceObject physical = machine.Plug(driver);

        Assert.Equal((driver.DeviceObject, 2), (physical.AttachedDevice, driver.DeviceObject!.StackSize));
        Assert.Equal([StartDevice], minors);
        machine.Unplug(physical);
        Assert.Equal([StartDevice, RemoveDevice], minors);
        Assert.Null(driver.DeviceObject);
    }

    [Fact, Proves("MDL-519")]
    public void Add_device_must_clear_the_initializing_flag()
    {
        using var machine = new Machine();
        DriverObject driver = Load(machine, (driver, physical) =>
        {
            NtStatus status = Add(driver, physical);
            driver.DeviceObject!.Flags |= DeviceFlags.DO_DEVICE_INITIALIZING;
            return status;
        });

        Assert.Equal(0x243ul, Assert.Throws<BugCheckException>(() => machine.Plug(driver)).Parameter1);
    }

    [Fact]
    public void A_failing_add_device_comes_out_of_plug()
    {
        using var machine = new Machine();
        DriverObject driver = Load(machine, (_, _) => NtStatus.STATUS_INSUFFICIENT_RESOURCES);

        Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, Assert.Throws<NtStatusException>(() => machine.Plug(driver)).Status);
    }

    [Fact]
    public void A_failing_start_comes_out_of_plug()
    {
        using var machine = new Machine();
        DriverObject driver = Load(machine, Add, (_, irp) => Complete(irp, NtStatus.STATUS_DEVICE_NOT_READY));

        Assert.Equal(NtStatus.STATUS_DEVICE_NOT_READY, Assert.Throws<NtStatusException>(() => machine.Plug(driver)).Status);
    }

    [Fact]
    public void An_unplugged_device_cannot_be_opened()
    {
        using var machine = new Machine();
        DeviceObject physical = machine.Plug(Load(machine, Add));
        UserProcess process = machine.CreateProcess("user");
        process.Open(Name).Dispose();

        machine.Unplug(physical);

        Assert.Equal(NtStatus.STATUS_NO_SUCH_DEVICE, Assert.Throws<NtStatusException>(() => process.Open(Name)).Status);
        Assert.Throws<ArgumentException>(() => machine.Unplug(physical));
    }

    [Fact]
    public void A_driver_without_an_unload_routine_stays()
    {
        using var test = new TestDevice(Neither);

        NtStatusException raised = Assert.Throws<NtStatusException>(() => test.Machine.UnloadDriver(test.Driver));

        Assert.Equal(NtStatus.STATUS_INVALID_DEVICE_REQUEST, raised.Status);
        test.Handle.Dispose();
    }

    [Fact]
    public void Unloading_waits_for_the_last_handle()
    {
        int unloads = 0;
        using var test = new TestDevice(Neither, setUp: driver => driver.DriverUnload = unloading =>
        {
            unloads++;
            IoDeleteDevice(unloading.DeviceObject!);
        });
        DeviceHandle handle = test.Handle;

        test.Machine.UnloadDriver(test.Driver);
        Assert.Equal(0, unloads);
        handle.Dispose();

        Assert.Equal(1, unloads);
        Assert.Throws<ArgumentException>(() => test.Machine.UnloadDriver(test.Driver));
    }

    [Fact]
    public void A_fault_in_the_entry_routine_stops_the_machine()
    {
        using var machine = new Machine();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.LoadDriver("test", (_, _) =>
        {
            VirtualMemory.Read<int>(0);
            return NtStatus.STATUS_SUCCESS;
        }));

        Assert.Equal(0x7Eu, stop.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_driver_needs_a_name(string? name)
    {
        using var machine = new Machine();
        Assert.ThrowsAny<ArgumentException>(() => machine.LoadDriver(name!, (_, _) => NtStatus.STATUS_SUCCESS));
    }
}
