using MdlRuntime.Devices;

namespace DmaDisk;

/// <summary>
/// Moves one request by DMA. A request that needs more map registers than there are goes in stages:
/// map, program the device, interrupt, flush, and again, until it is done.
/// </summary>
internal static class DiskTransfer
{
    /// <summary>Asks for the map registers of a request. <see cref="AdapterControl"/> may run before this returns, so everything is ready before the call.</summary>
    public static NtStatus Begin(DiskExtension disk, Mdl mdl, long mediumOffset, bool writeToDevice)
    {
        uint length = MmGetMdlByteCount(mdl);
        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), length);
        disk.Mdl = mdl;
        disk.WriteToDevice = writeToDevice;
        disk.MediumOffset = mediumOffset;
        disk.Remaining = length;
        disk.Transferred = 0;
        disk.MapRegisterCount = Math.Min(pages, disk.MapRegisterLimit);

        KeFlushIoBuffers(mdl, readOperation: !writeToDevice, dmaOperation: true);
        return disk.Adapter.AllocateAdapterChannel(disk.Device, disk.MapRegisterCount, AdapterControl, disk);
    }

    /// <summary>The service routine of the interrupt: finds out whether this device interrupts, silences it, and leaves the rest to the DPC.</summary>
    public static bool InterruptService(KInterrupt interrupt, object? context)
    {
        var disk = (DiskExtension)context!;
        uint pending = disk.Hardware.ReadRegister(BlockDeviceRegister.InterruptStatus);
        if (pending == 0)
            return false;

        disk.Hardware.WriteRegister(BlockDeviceRegister.InterruptStatus, pending);
        disk.Error = (BlockDeviceError)disk.Hardware.ReadRegister(BlockDeviceRegister.Error);
        disk.Residual = disk.Hardware.ReadRegister(BlockDeviceRegister.Residual);
        IoRequestDpc(disk.Device, disk.Device.CurrentIrp, disk);
        return true;
    }

    /// <summary>Ends a stage: makes its bytes visible, then starts the next one or finishes the request.</summary>
    public static void DpcForIsr(KDpc dpc, DeviceObject device, Irp? irp, object? context)
    {
        var disk = (DiskExtension)context!;
        uint moved = disk.StageLength - disk.Residual;
        // Only what the device delivered: bytes that it did not write must not reach the caller's buffer.
        bool flushed = disk.Adapter.FlushAdapterBuffers(disk.Mdl, disk.MapRegisterBase, disk.StageVa, moved, disk.WriteToDevice);

        disk.MediumOffset += moved;
        disk.Transferred += moved;
        disk.Remaining -= moved;
        bool isWhole = flushed && disk.Error == BlockDeviceError.None && disk.Residual == 0;
        if (isWhole && disk.Remaining > 0)
        {
            disk.StageVa += moved;
            StartStage(disk);
            return;
        }

        NtStatus status = flushed ? StatusOf(disk) : STATUS_IO_DEVICE_ERROR;
        uint transferred = disk.Transferred;
        if (disk.MapRegisterBase is not null)
            disk.Adapter.FreeMapRegisters(disk.MapRegisterBase, disk.MapRegisterCount);
        DiskRequests.Finish(device, irp!, status, transferred);
    }

    /// <summary>Runs once per request, when its map registers are granted.</summary>
    private static IoAllocationAction AdapterControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context)
    {
        var disk = (DiskExtension)context!;
        disk.MapRegisterBase = mapRegisterBase;
        // The place in the MDL where the transfer starts: the user's address, but used as an index into the MDL only.
        disk.StageVa = MmGetMdlVirtualAddress(disk.Mdl);
        StartStage(disk);
        // A bus master needs no channel of a shared controller, only its registers.
        return DeallocateObjectKeepRegisters;
    }

    /// <summary>Maps as much as the registers and the descriptor table can hold, and starts the device.</summary>
    private static void StartStage(DiskExtension disk)
    {
        // The first page of a stage counts whole, wherever in it the stage starts.
        uint limit = disk.MapRegisterCount * PAGE_SIZE - BYTE_OFFSET(disk.StageVa);
        uint length = Math.Min(disk.Remaining, limit);
        uint mapped = 0;
        disk.ElementCount = 0;
        while (mapped < length && disk.ElementCount < (uint)disk.Elements.Length)
        {
            uint piece = length - mapped;
            PhysicalAddress logical = disk.Adapter.MapTransfer(
                disk.Mdl, disk.MapRegisterBase, disk.StageVa + mapped, ref piece, disk.WriteToDevice);
            disk.Elements[disk.ElementCount++] = new(logical, piece);
            mapped += piece;
        }

        disk.StageLength = mapped;
        // The service routine reads the same registers and must not come in between.
        KeSynchronizeExecution(disk.Interrupt, ProgramDevice, disk);
    }

    private static bool ProgramDevice(object? context)
    {
        var disk = (DiskExtension)context!;
        BlockDevice hardware = disk.Hardware;
        if (hardware.Options.ScatterGather)
        {
            for (uint i = 0; i < disk.ElementCount; i++)
                hardware.WriteDescriptor(i, disk.Elements[i]);
            hardware.WriteRegister(BlockDeviceRegister.DescriptorCount, disk.ElementCount);
        }
        else
        {
            hardware.WriteRegister(BlockDeviceRegister.AddressLow, disk.Elements[0].Address.LowPart);
            hardware.WriteRegister(BlockDeviceRegister.AddressHigh, (uint)disk.Elements[0].Address.HighPart);
            hardware.WriteRegister(BlockDeviceRegister.Length, disk.Elements[0].Length);
        }

        hardware.WriteRegister(BlockDeviceRegister.MediumOffsetLow, (uint)disk.MediumOffset);
        hardware.WriteRegister(BlockDeviceRegister.MediumOffsetHigh, (uint)(disk.MediumOffset >> 32));
        hardware.WriteRegister(BlockDeviceRegister.Doorbell,
            (uint)(disk.WriteToDevice ? BlockDeviceCommand.WriteMedium : BlockDeviceCommand.ReadMedium));
        return true;
    }

    private static NtStatus StatusOf(DiskExtension disk) => disk.Error switch
    {
        // A medium may end inside a request, but not before it.
        BlockDeviceError.None => disk.Transferred > 0 ? STATUS_SUCCESS : STATUS_END_OF_FILE,
        BlockDeviceError.NotReady => STATUS_DEVICE_NOT_READY,
        BlockDeviceError.AccessDenied or BlockDeviceError.WriteProtected => STATUS_ACCESS_DENIED,
        _ => STATUS_IO_DEVICE_ERROR,
    };
}
