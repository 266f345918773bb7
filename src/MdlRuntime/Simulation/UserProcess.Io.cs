namespace MdlRuntime.Simulation;

public sealed partial class UserProcess
{
    /// <summary>Opens the device by the name given to IoCreateDevice.</summary>
    public DeviceHandle Open(string deviceName) => throw null!;

    public void Exit() => throw null!;
}
