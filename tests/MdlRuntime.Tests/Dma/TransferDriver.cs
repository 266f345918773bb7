using MdlRuntime.Devices;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>
/// A driver for a block device that moves a request in stages, through packets or through scatter/gather lists, tries a failed stage again, and gives up
/// in the end.
/// </summary>
internal sealed class TransferDriver(string name, BlockDevice disk, DeviceDescription description, bool usesLists = false)
{
    private const Kirql DeviceIrql = (Kirql)7;

    private readonly List<(PhysicalAddress Address, uint Length)> _elements = [];
    private DmaAdapter _adapter = null!;
    private KInterrupt? _interrupt;
    private Mdl _mdl = null!;
    private MapRegisters? _registers;
    private ScatterGatherList? _list;
    private BlockDeviceError _error;
    private uint _limit, _registerCount, _rest, _stage, _residual, _transferred;
    private long _position;
    private nuint _va;
    private int _attempts;
    private bool _writes;

    public string Name => name;

    public BlockDevice Disk => disk;

    public DeviceObject Device { get; private set; } = null!;

    public DmaAdapter Adapter => _adapter;

    /// <summary>How often a stage is tried before the request fails.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Whether each retry of a packet gives its registers back and asks for new ones.</summary>
    public bool ReleasesBeforeRetry { get; init; }

    /// <summary>A mistake: the request may be complete, and gone, once it was started.</summary>
    public bool MarksPendingLate { get; init; }

    /// <summary>Called before a stage is tried again, once its mapping is ended.</summary>
    public Action? BeforeRetry { get; set; }

    /// <summary>The MDL of the request that is being carried out.</summary>
    public Mdl Mdl => _mdl;

    public NtStatus DriverEntry(DriverObject driver, string registryPath)
    {
        driver.DriverStartIo = StartIo;
        driver.MajorFunction[MajorFunction.IRP_MJ_CREATE] = driver.MajorFunction[MajorFunction.IRP_MJ_CLOSE] = (_, irp) => Complete(irp, STATUS_SUCCESS, 0);
        driver.MajorFunction[MajorFunction.IRP_MJ_READ] = driver.MajorFunction[MajorFunction.IRP_MJ_WRITE] = Dispatch;
        driver.DriverUnload = Unload;
        NtStatus status = IoCreateDevice(driver, null, name, FILE_DEVICE_DISK, 0, exclusive: false, out DeviceObject? device);
        if (!NT_SUCCESS(status))
            return status;

        Device = device!;
        _adapter = IoGetDmaAdapter(device, description, out _limit)!;
        IoInitializeDpcRequest(Device, DpcForIsr);
        Assert.Equal(STATUS_SUCCESS, IoConnectInterrupt(out _interrupt, InterruptService, null, disk.Options.InterruptVector, DeviceIrql));
        disk.Bus = new(_adapter);
        disk.WriteRegister(BlockDeviceRegister.Control, (uint)BlockDeviceControl.InterruptEnable);
        Device.Flags |= DeviceFlags.DO_DIRECT_IO;
        Device.Flags &= ~DeviceFlags.DO_DEVICE_INITIALIZING;
        return STATUS_SUCCESS;
    }

    private void Unload(DriverObject driver)
    {
        disk.Bus = null;
        IoDisconnectInterrupt(_interrupt!);
        _adapter.PutDmaAdapter();
        IoDeleteDevice(Device);
    }

    private NtStatus Dispatch(DeviceObject device, Irp irp)
    {
        if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0)
            return Complete(irp, STATUS_SUCCESS, 0);
        if (!MarksPendingLate)
            IoMarkIrpPending(irp);
        IoStartPacket(device, irp);
        if (MarksPendingLate)
            IoMarkIrpPending(irp);
        return STATUS_PENDING;
    }

    private void StartIo(DeviceObject device, Irp irp)
    {
        IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
        _writes = stack.MajorFunction == MajorFunction.IRP_MJ_WRITE;
        _mdl = irp.MdlAddress!;
        (_va, _rest, _transferred, _attempts) = (MmGetMdlVirtualAddress(_mdl), stack.Parameters.Read.Length, 0, 0);
        _position = stack.Parameters.Read.ByteOffset;
        KernelCore.KeFlushIoBuffers(_mdl, !_writes, dmaOperation: true);
        Begin();
    }

    private void Begin()
    {
        if (usesLists)
        {
            StartStage();
            return;
        }

        _registerCount = Math.Min(ADDRESS_AND_SIZE_TO_SPAN_PAGES(_va, _rest), _limit);
        Assert.Equal(STATUS_SUCCESS, _adapter.AllocateAdapterChannel(Device, _registerCount, AdapterControl, null));
    }

    private IoAllocationAction AdapterControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context)
    {
        _registers = mapRegisterBase;
        StartStage();
        return DeallocateObjectKeepRegisters;
    }

    private void StartStage()
    {
        uint registers = usesLists ? _limit : _registerCount;
        _stage = Math.Min(_rest, registers * PAGE_SIZE - BYTE_OFFSET(_va));
        if (usesLists)
        {
            Assert.Equal(STATUS_SUCCESS, _adapter.GetScatterGatherList(Device, _mdl, _va, _stage, ListControl, null, _writes));
            return;
        }

        _elements.Clear();
        for (uint mapped = 0; mapped < _stage;)
        {
            uint length = _stage - mapped;
            PhysicalAddress logical = _adapter.MapTransfer(_mdl, _registers, _va + mapped, ref length, _writes);
            _elements.Add((logical, length));
            mapped += length;
        }

        KernelCore.KeSynchronizeExecution(_interrupt!, Program, null);
    }

    private void ListControl(DeviceObject device, Irp? irp, ScatterGatherList list, object? context)
    {
        _list = list;
        _elements.Clear();
        foreach (ScatterGatherElement element in list.Elements)
            _elements.Add((element.Address, element.Length));
        KernelCore.KeSynchronizeExecution(_interrupt!, Program, null);
    }

    private bool Program(object? context)
    {
        for (int i = 0; i < _elements.Count; i++)
            disk.WriteDescriptor((uint)i, new(_elements[i].Address, _elements[i].Length));
        disk.WriteRegister(BlockDeviceRegister.DescriptorCount, (uint)_elements.Count);
        disk.WriteRegister(BlockDeviceRegister.AddressLow, _elements[0].Address.LowPart);
        disk.WriteRegister(BlockDeviceRegister.AddressHigh, (uint)_elements[0].Address.HighPart);
        disk.WriteRegister(BlockDeviceRegister.Length, _elements[0].Length);
        disk.WriteRegister(BlockDeviceRegister.MediumOffsetLow, (uint)_position);
        disk.WriteRegister(BlockDeviceRegister.MediumOffsetHigh, (uint)(_position >> 32));
        disk.WriteRegister(BlockDeviceRegister.Doorbell, (uint)(_writes ? BlockDeviceCommand.WriteMedium : BlockDeviceCommand.ReadMedium));
        return true;
    }

    private bool InterruptService(KInterrupt interrupt, object? context)
    {
        uint pending = disk.ReadRegister(BlockDeviceRegister.InterruptStatus);
        if (pending == 0)
            return false;

        disk.WriteRegister(BlockDeviceRegister.InterruptStatus, pending);
        (_error, _residual) = ((BlockDeviceError)disk.ReadRegister(BlockDeviceRegister.Error), disk.ReadRegister(BlockDeviceRegister.Residual));
        IoRequestDpc(Device, Device.CurrentIrp, null);
        return true;
    }

    private void DpcForIsr(KDpc dpc, DeviceObject device, Irp? irp, object? context)
    {
        // A failed stage counts as not moved at all: it is tried again from its start.
        uint moved = _error == BlockDeviceError.None ? _stage - _residual : 0;
        if (usesLists)
            _adapter.PutScatterGatherList(_list!, _writes);
        else
            Assert.True(_adapter.FlushAdapterBuffers(_mdl, _registers, _va, moved, _writes) || moved == 0);

        (_va, _rest, _position, _transferred) = (_va + moved, _rest - moved, _position + moved, _transferred + moved);
        _attempts = _error == BlockDeviceError.None ? 0 : _attempts + 1;
        if (_attempts < Attempts && _rest > 0 && (moved > 0 || _attempts > 0))
            GoOn();
        else
            Finish(irp!);
    }

    private void GoOn()
    {
        if (_attempts > 0)
        {
            bool begins = ReleasesBeforeRetry && !usesLists;
            if (begins)
                Release();
            BeforeRetry?.Invoke();
            if (begins)
            {
                Begin();
                return;
            }
        }

        StartStage();
    }

    private void Finish(Irp irp)
    {
        if (!usesLists)
            Release();
        NtStatus status = _error == BlockDeviceError.None ? STATUS_SUCCESS : STATUS_IO_DEVICE_ERROR;
        uint transferred = _transferred;
        IoStartNextPacket(Device, cancelable: false);
        Complete(irp, status, transferred);
    }

    private void Release()
    {
        if (_registers is not null)
            _adapter.FreeMapRegisters(_registers, _registerCount);
        _registers = null;
    }

    private static NtStatus Complete(Irp irp, NtStatus status, uint transferred)
    {
        (irp.IoStatus.Status, irp.IoStatus.Information) = (status, transferred);
        IoCompleteRequest(irp, IO_DISK_INCREMENT);
        return status;
    }
}
