using System.Runtime.CompilerServices;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>A device that interrupts, a service routine that asks for the DPC, and a DPC that counts; against a delegate that counts.</summary>
internal sealed class InterruptRig : IDisposable
{
    private const uint Vector = 0x31;

    private readonly Machine _machine = new(new() { Verifier = VerifierMode.Off });
    private readonly InterruptLine _line;
    private readonly Action _loop, _count;
    private readonly DeviceObject _device;
    private int _times;
    private ulong _runs;

    public InterruptRig()
    {
        DriverObject driver = _machine.LoadDriver("benchmark", (driver, _) =>
            IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? _));
        _device = driver.DeviceObject!;
        _machine.Run(() =>
        {
            IoInitializeDpcRequest(_device, OnDpc);
            IoConnectInterrupt(out KInterrupt? _, OnInterrupt, null, Vector, (Kirql)7);
        });
        _line = InterruptLine.ForVector(_machine, Vector);
        (_loop, _count) = (AssertAll, Count);
    }

    public ulong InterruptAndDpc(int times)
    {
        ulong before = _runs;
        _times = times;
        _machine.Run(_loop);
        return _runs - before == (ulong)times ? _runs : throw new InvalidOperationException($"{times} interrupts ran {_runs - before} DPCs");
    }

    public ulong EmptyCall(int times)
    {
        for (int i = times; i > 0; i--)
            _count();
        return _runs;
    }

    public void Dispose() => _machine.Dispose();

    private void AssertAll()
    {
        for (int i = _times; i > 0; i--)
            _line.Assert();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Count() => _runs++;

    private bool OnInterrupt(KInterrupt interrupt, object? context)
    {
        IoRequestDpc(_device, null, null);
        return true;
    }

    private void OnDpc(KDpc dpc, DeviceObject device, Irp? irp, object? context) => _runs++;
}
