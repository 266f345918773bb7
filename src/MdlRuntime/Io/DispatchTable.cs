namespace MdlRuntime;

/// <summary>A driver's dispatch routines by major function. WDK: DRIVER_OBJECT.MajorFunction.</summary>
/// <remarks>An entry that the driver does not set completes requests with STATUS_INVALID_DEVICE_REQUEST.</remarks>
public sealed class DispatchTable
{
    private static readonly DriverDispatch s_invalidDeviceRequest = InvalidDeviceRequest;

    private readonly DriverDispatch[] _routines = new DriverDispatch[(int)MajorFunction.IRP_MJ_PNP + 1];

    internal DispatchTable() => Array.Fill(_routines, s_invalidDeviceRequest);

    /// <summary>The routine for one major function.</summary>
    /// <param name="function">0x00 to 0x1B.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such major function.</exception>
    public DriverDispatch this[MajorFunction function]
    {
        get => _routines[IndexOf(function)];
        set => _routines[IndexOf(function)] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Whether the driver put a routine of its own there.</summary>
    internal bool Handles(MajorFunction function) => _routines[(int)function] != s_invalidDeviceRequest;

    private static int IndexOf(MajorFunction function) => function <= MajorFunction.IRP_MJ_PNP
        ? (int)function
        : throw new ArgumentOutOfRangeException(nameof(function), function, "allowed: 0x00 to 0x1B");

    private static NtStatus InvalidDeviceRequest(DeviceObject device, Irp irp)
    {
        irp.IoStatus.Status = NtStatus.STATUS_INVALID_DEVICE_REQUEST;
        irp.IoStatus.Information = 0;
        IoManager.IoCompleteRequest(irp, IO_NO_INCREMENT);
        return NtStatus.STATUS_INVALID_DEVICE_REQUEST;
    }
}
