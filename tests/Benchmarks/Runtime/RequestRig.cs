using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>A direct-I/O device whose driver maps the buffer of a read and writes its first byte, and the parts of such a request alone.</summary>
internal sealed class RequestRig : IDisposable
{
    public const uint Length = 4096;

    private readonly Machine _machine;
    private readonly UserProcess _process;
    private readonly DeviceHandle _handle;
    private readonly nuint _buffer;

    /// <summary>A stack of so many drivers: all but the lowest hand the request on.</summary>
    public RequestRig(VerifierMode mode = VerifierMode.Off, int drivers = 1)
    {
        const string name = @"\Device\Benchmark";
        _machine = new(new() { Verifier = mode });
        DeviceObject? top = null;
        for (int i = 0; i < drivers; i++)
        {
            string? deviceName = i == drivers - 1 ? name : null;
            _machine.LoadDriver($"driver{i}", (driver, _) =>
            {
                driver.MajorFunction[MajorFunction.IRP_MJ_READ] = top is null ? DispatchRead : HandOn;
                NtStatus status = IoCreateDevice(driver, null, deviceName, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
                device!.DeviceExtension = top is null ? null : IoAttachDeviceToDeviceStack(device, top);
                device.Flags |= DeviceFlags.DO_DIRECT_IO;
                device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
                top = device;
                return status;
            });
        }

        _process = _machine.CreateProcess("benchmark");
        _handle = _process.Open(name);
        _buffer = _process.Allocate(Length);
        Parts = new(pages: 1);
    }

    /// <summary>The MDL parts of the cycle.</summary>
    public MdlRig Parts { get; }

    /// <summary>A read of one page: allocate, lock, send, map, complete, unlock, free.</summary>
    public ulong Read(int times) => Read(times, Length);

    /// <summary>A read of nothing: the request without its MDL.</summary>
    public ulong ReadNothing(int times) => Read(times, 0);

    public void Dispose()
    {
        Parts.Dispose();
        _machine.Dispose();
    }

    private ulong Read(int times, uint length)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
            sum += _handle.Read(_buffer, length).Information;
        return sum == (ulong)times * length ? sum : throw new InvalidOperationException($"{times} reads returned {sum} bytes");
    }

    private static NtStatus HandOn(DeviceObject device, Irp irp)
    {
        IoCopyCurrentIrpStackLocationToNext(irp);
        return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
    }

    private static NtStatus DispatchRead(DeviceObject device, Irp irp)
    {
        uint length = IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length;
        if (length > 0)
        {
            nuint address = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            VirtualMemory.Write(address, (byte)1);
        }

        irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
        irp.IoStatus.Information = length;
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return NtStatus.STATUS_SUCCESS;
    }
}
