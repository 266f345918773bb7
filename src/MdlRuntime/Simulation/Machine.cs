using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public sealed class Machine : IDisposable
{
    public Machine(MachineOptions? options = null) => throw null!;
    public DriverObject LoadDriver(string name, DriverInitialize entry) => throw null!;
    public void UnloadDriver(DriverObject driver) => throw null!;
    /// <summary>Makes a physical device appear on the bus: calls AddDevice and starts the stack. Returns the physical device object.</summary>
    public DeviceObject Plug(DriverObject driver) => throw null!;
    public void Unplug(DeviceObject physicalDevice) => throw null!;
    public UserProcess CreateProcess(string name) => throw null!;
    /// <summary>Runs kernel-mode code in the system process at PASSIVE_LEVEL.</summary>
    public void Run(Action kernelCode) => throw null!;
    public T Run<T>(Func<T> kernelCode) => throw null!;
    /// <summary>Lets every runnable thread, DPC, interrupt and device event happen.</summary>
    public void RunUntilIdle() => throw null!;
    public IReadOnlyList<Finding> Findings => throw null!;
    /// <summary>System PTEs that mappings can still use, and frames that are free, right now.</summary>
    public int FreeSystemPtes => throw null!;
    public long FreeFrames => throw null!;
    public FaultPlan Faults => throw null!;
    public void Dispose() => throw null!;
}
