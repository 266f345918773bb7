using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>A bus master, its adapter and a locked buffer: whole transfers, from asking for the mapping to giving it back.</summary>
internal sealed class DmaRig : IDisposable
{
    private static readonly DriverListControl s_list = OnList;
    private static readonly DriverControl s_control = OnControl;

    private readonly Machine _machine;
    private readonly Action _cycle, _lists, _mappings;
    private readonly byte[] _bytes;
    private readonly DeviceObject _device;
    private readonly DmaAdapter _adapter;
    private readonly BusPort _port;
    private readonly UserProcess _process;
    private readonly Mdl _mdl;
    private readonly nuint _buffer;
    private readonly bool _writeToDevice;
    private ScatterGatherList? _elements;
    private MapRegisters? _registers;
    private int _times;
    private ulong _sum;

    /// <summary>A transfer of so many bytes; through bounce pages when the device takes one contiguous piece and memory is scattered.</summary>
    public DmaRig(int length, FramePolicy frames, bool isBounced, bool writeToDevice)
    {
        _machine = new(new() { Verifier = VerifierMode.Off, Frames = frames, MapRegisters = 512 });
        _writeToDevice = writeToDevice;
        _bytes = new byte[length];
        new Random(1).NextBytes(_bytes);
        DriverObject driver = _machine.LoadDriver("benchmark", (driver, _) =>
            IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? _));
        _device = driver.DeviceObject!;
        _process = _machine.CreateProcess("benchmark");
        _buffer = _process.Allocate((nuint)length);
        var description = new DeviceDescription
        {
            Version = 2,
            Master = true,
            ScatterGather = !isBounced,
            Dma64BitAddresses = true,
            Dma32BitAddresses = true,
            InterfaceType = InterfaceType.PCIBus,
            MaximumLength = (uint)length,
        };
        (DmaAdapter? adapter, Mdl? mdl) = (null, null);
        _process.Run(() =>
        {
            adapter = IoGetDmaAdapter(_device, description, out _);
            mdl = IoAllocateMdl(_buffer, (uint)length, false, false, null);
            MmProbeAndLockPages(mdl!, KProcessorMode.KernelMode, LockOperation.IoModifyAccess);
        });
        (_adapter, _mdl) = (adapter!, mdl!);
        _port = new(_adapter);
        _cycle = isBounced ? Packets : Lists;
        (_lists, _mappings) = (ListsOnly, MappingsOnly);
    }

    public ulong Transfer(int times)
    {
        _times = times;
        _bytes[0]++;
        _process.Run(_cycle);
        if (_writeToDevice)
            _process.Write(_buffer, [(byte)(_bytes[0] + 1)]);
        Span<byte> ends = stackalloc byte[1];
        _process.Read(_buffer + (nuint)_bytes.Length - 1, ends);
        if (ends[0] != _bytes[^1])
            throw new InvalidOperationException("the bytes did not arrive");
        return ends[0];
    }

    /// <summary>GetScatterGatherList and PutScatterGatherList, without a byte moved.</summary>
    public ulong GetAndPutList(int times) => Run(_lists, times);

    /// <summary>MapTransfer and FlushAdapterBuffers of the first run, without a byte moved.</summary>
    public ulong MapAndFlush(int times) => Run(_mappings, times);

    public void Dispose() => _machine.Dispose();

    private ulong Run(Action loop, int times)
    {
        (_times, _sum) = (times, 0);
        _process.Run(loop);
        return _sum >= (ulong)times ? _sum : throw new InvalidOperationException($"{times} mappings covered {_sum} bytes");
    }

    private void ListsOnly()
    {
        KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            _adapter.GetScatterGatherList(_device, _mdl, MmGetMdlVirtualAddress(_mdl), (uint)_bytes.Length, s_list, this, _writeToDevice);
            sum += _elements!.Elements[^1].Length;
            _adapter.PutScatterGatherList(_elements, _writeToDevice);
        }

        _sum = sum;
        KeLowerIrql(old);
    }

    private void MappingsOnly()
    {
        KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        nuint va = MmGetMdlVirtualAddress(_mdl);
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            uint length = (uint)_bytes.Length;
            _adapter.MapTransfer(_mdl, null, va, ref length, _writeToDevice);
            _adapter.FlushAdapterBuffers(_mdl, null, va, length, _writeToDevice);
            sum += length;
        }

        _sum = sum;
        KeLowerIrql(old);
    }

    private void Lists()
    {
        KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        for (int i = 0; i < _times; i++)
        {
            nuint va = MmGetMdlVirtualAddress(_mdl);
            _adapter.GetScatterGatherList(_device, _mdl, va, (uint)_bytes.Length, s_list, this, _writeToDevice);
            int done = 0;
            foreach (ScatterGatherElement element in _elements!.Elements)
            {
                Move(element.Address, _bytes.AsSpan(done, (int)element.Length));
                done += (int)element.Length;
            }

            _adapter.PutScatterGatherList(_elements, _writeToDevice);
        }

        KeLowerIrql(old);
    }

    private void Packets()
    {
        KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        uint registers = ADDRESS_AND_SIZE_TO_SPAN_PAGES(_buffer, (nuint)_bytes.Length);
        for (int i = 0; i < _times; i++)
        {
            _adapter.AllocateAdapterChannel(_device, registers, s_control, this);
            nuint va = MmGetMdlVirtualAddress(_mdl);
            uint length = (uint)_bytes.Length;
            PhysicalAddress logical = _adapter.MapTransfer(_mdl, _registers, va, ref length, _writeToDevice);
            Move(logical, _bytes.AsSpan(0, (int)length));
            _adapter.FlushAdapterBuffers(_mdl, _registers, va, length, _writeToDevice);
            _adapter.FreeMapRegisters(_registers, registers);
        }

        KeLowerIrql(old);
    }

    private void Move(PhysicalAddress logical, Span<byte> bytes)
    {
        if (_writeToDevice)
            _port.Read(logical, bytes);
        else
            _port.Write(logical, bytes);
    }

    private static void OnList(DeviceObject device, Irp? irp, ScatterGatherList list, object? context) => ((DmaRig)context!)._elements = list;

    private static IoAllocationAction OnControl(DeviceObject device, Irp? irp, MapRegisters? registers, object? context)
    {
        ((DmaRig)context!)._registers = registers;
        return IoAllocationAction.DeallocateObjectKeepRegisters;
    }
}
