namespace MdlRuntime.Simulation;

public sealed partial class Machine
{
    public DriverObject LoadDriver(string name, DriverInitialize entry) => throw null!;

    public void UnloadDriver(DriverObject driver) => throw null!;

    /// <summary>Makes a physical device appear on the bus: calls AddDevice and starts the stack. Returns the physical device object.</summary>
    public DeviceObject Plug(DriverObject driver) => throw null!;

    public void Unplug(DeviceObject physicalDevice) => throw null!;
}
