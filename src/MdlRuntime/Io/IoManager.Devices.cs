using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Creates a device object; it has DO_DEVICE_INITIALIZING set. IRQL at most APC_LEVEL. WDK: IoCreateDevice.</summary>
    /// <param name="driver">The calling driver.</param>
    /// <param name="deviceExtension">The driver's state for this device.</param>
    /// <param name="deviceName">Name to open the device by, or null.</param>
    /// <param name="deviceType">FILE_DEVICE_ constant; decides SectorSize.</param>
    /// <param name="characteristics">Recorded only.</param>
    /// <param name="exclusive">Whether one handle at a time is allowed.</param>
    /// <param name="device">The device, or null.</param>
    /// <returns>STATUS_SUCCESS, STATUS_OBJECT_NAME_COLLISION or STATUS_INSUFFICIENT_RESOURCES.</returns>
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus IoCreateDevice(DriverObject driver, object? deviceExtension, string? deviceName, uint deviceType, uint characteristics, bool exclusive, out DeviceObject? device)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Processor processor = Processor.Current;
        device = null;
        return processor.System.Faults.Strikes(nameof(IoCreateDevice))
            ? NtStatus.STATUS_INSUFFICIENT_RESOURCES
            : IoSystem.Of(processor).CreateDevice(driver, deviceExtension, deviceName, deviceType, exclusive, out device);
    }

    /// <summary>Deletes a device object; one with open handles goes away with the last of them. IRQL at most APC_LEVEL. WDK: IoDeleteDevice.</summary>
    /// <param name="device">A device of the calling driver.</param>
    [Irql(Kirql.APC_LEVEL)]
    public static void IoDeleteDevice(DeviceObject device)
    {
        ArgumentNullException.ThrowIfNull(device);
        IoSystem.Of(Processor.Current).DeleteDevice(device);
    }

    /// <summary>Puts a device on top of a stack; StackSize, AlignmentRequirement and SectorSize follow the device below. IRQL at most DISPATCH_LEVEL. WDK: IoAttachDeviceToDeviceStack.</summary>
    /// <param name="sourceDevice">The calling driver's device.</param>
    /// <param name="targetDevice">Any device of the stack.</param>
    /// <returns>The device that was on top: where requests are passed on to. Null if that one is not ready.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static DeviceObject? IoAttachDeviceToDeviceStack(DeviceObject sourceDevice, DeviceObject targetDevice)
    {
        ArgumentNullException.ThrowIfNull(sourceDevice);
        ArgumentNullException.ThrowIfNull(targetDevice);
        Processor processor = Processor.Current;
        DeviceObject lower = targetDevice.Top;
        if (lower.IsDeleted || (lower.Flags & DeviceFlags.DO_DEVICE_INITIALIZING) != 0)
            return null;

        lower.AttachedDevice = sourceDevice;
        sourceDevice.LowerDevice = lower;
        sourceDevice.StackSize = (sbyte)(lower.StackSize + 1);
        sourceDevice.AlignmentRequirement = lower.AlignmentRequirement;
        sourceDevice.SectorSize = lower.SectorSize;
        processor.System.Trace(nameof(IoAttachDeviceToDeviceStack), sourceDevice, lower.Address);
        return lower;
    }

    /// <summary>Takes the device above off the stack. IRQL PASSIVE_LEVEL. WDK: IoDetachDevice.</summary>
    /// <param name="targetDevice">The lower device, as <see cref="IoAttachDeviceToDeviceStack"/> returned it.</param>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static void IoDetachDevice(DeviceObject targetDevice)
    {
        ArgumentNullException.ThrowIfNull(targetDevice);
        Processor processor = Processor.Current;
        if (targetDevice.AttachedDevice is not { } upper)
            return;

        upper.LowerDevice = null;
        targetDevice.AttachedDevice = null;
        processor.System.Trace(nameof(IoDetachDevice), targetDevice, upper.Address);
    }
}
