using MdlRuntime.Devices;

namespace Streamer;

/// <summary>
/// Moves one request through the system DMA controller. A request that is longer than the controller can count goes in stages: map (which
/// programs the controller), program the device, interrupt, flush (which stops the controller), and again, until it is done.
/// </summary>
internal static class StreamTransfer
{
    /// <summary>Asks for the channel of the controller. <see cref="AdapterControl"/> may run before this returns, so everything is ready before the call.</summary>
    public static NtStatus Begin(StreamExtension streamer, Mdl mdl, bool writeToDevice)
    {
        uint length = MmGetMdlByteCount(mdl);
        // A channel of words cannot start or end inside one.
        if (((MmGetMdlByteOffset(mdl) | length) & (streamer.Alignment - 1)) != 0)
            return STATUS_INVALID_PARAMETER;

        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), length);
        streamer.Mdl = mdl;
        streamer.WriteToDevice = writeToDevice;
        streamer.Remaining = length;
        streamer.Transferred = 0;
        streamer.MapRegisterCount = Math.Min(pages, streamer.MapRegisterLimit);

        KeFlushIoBuffers(mdl, readOperation: !writeToDevice, dmaOperation: true);
        return streamer.Adapter.AllocateAdapterChannel(streamer.Device, streamer.MapRegisterCount, AdapterControl, streamer);
    }

    /// <summary>The service routine of the interrupt: finds out whether this device interrupts, silences it, and leaves the rest to the DPC.</summary>
    public static bool InterruptService(KInterrupt interrupt, object? context)
    {
        var streamer = (StreamExtension)context!;
        uint pending = streamer.Hardware.ReadRegister(StreamDeviceRegister.InterruptStatus);
        if (pending == 0)
            return false;

        streamer.Hardware.WriteRegister(StreamDeviceRegister.InterruptStatus, pending);
        streamer.Error = (StreamDeviceError)streamer.Hardware.ReadRegister(StreamDeviceRegister.Error);
        streamer.Residual = streamer.Hardware.ReadRegister(StreamDeviceRegister.Residual);
        IoRequestDpc(streamer.Device, streamer.Device.CurrentIrp, streamer);
        return true;
    }

    /// <summary>Ends a stage: stops the controller and makes the bytes visible, then starts the next stage or finishes the request.</summary>
    public static void DpcForIsr(KDpc dpc, DeviceObject device, Irp? irp, object? context)
    {
        var streamer = (StreamExtension)context!;
        uint moved = streamer.StageLength - streamer.Residual;
        // One flush for every MapTransfer, whatever became of it.
        bool flushed = streamer.Adapter.FlushAdapterBuffers(
            streamer.Mdl, streamer.MapRegisterBase, streamer.StageVa, moved, streamer.WriteToDevice);

        streamer.Transferred += moved;
        streamer.Remaining -= moved;
        bool isWhole = flushed && streamer.Error == StreamDeviceError.None && streamer.Residual == 0;
        if (isWhole && streamer.Remaining > 0)
        {
            streamer.StageVa += moved;
            StartStage(streamer);
            return;
        }

        NtStatus status = flushed ? StatusOf(streamer) : STATUS_IO_DEVICE_ERROR;
        uint transferred = streamer.Transferred;
        // Channel and registers go back together; the next driver of the channel may start inside this call.
        streamer.Adapter.FreeAdapterChannel();
        StreamRequests.Finish(device, irp!, status, transferred);
    }

    /// <summary>Runs once per request, when the channel and its map registers are granted.</summary>
    private static IoAllocationAction AdapterControl(DeviceObject device, Irp? irp, MapRegisters? mapRegisterBase, object? context)
    {
        var streamer = (StreamExtension)context!;
        streamer.MapRegisterBase = mapRegisterBase;
        // The place in the MDL where the transfer starts: the user's address, but used as an index into the MDL only.
        streamer.StageVa = MmGetMdlVirtualAddress(streamer.Mdl);
        StartStage(streamer);
        // The channel stays ours until FreeAdapterChannel: another driver would program it for its own transfer.
        return KeepObject;
    }

    /// <summary>Programs the controller for as much as the registers can hold, and then starts the device.</summary>
    private static void StartStage(StreamExtension streamer)
    {
        // The first page of a stage counts whole, wherever in it the stage starts.
        uint limit = streamer.MapRegisterCount * PAGE_SIZE - BYTE_OFFSET(streamer.StageVa);
        uint length = Math.Min(streamer.Remaining, limit);
        // The controller has the address now; the one that comes back is for bus masters.
        _ = streamer.Adapter.MapTransfer(streamer.Mdl, streamer.MapRegisterBase, streamer.StageVa, ref length, streamer.WriteToDevice);
        streamer.StageLength = length;
        // The service routine reads the same registers and must not come in between.
        KeSynchronizeExecution(streamer.Interrupt, ProgramDevice, streamer);
    }

    private static bool ProgramDevice(object? context)
    {
        var streamer = (StreamExtension)context!;
        streamer.Hardware.WriteRegister(StreamDeviceRegister.BlockLength, 0);
        streamer.Hardware.WriteRegister(StreamDeviceRegister.Length, streamer.StageLength);
        streamer.Hardware.WriteRegister(StreamDeviceRegister.Doorbell,
            (uint)(streamer.WriteToDevice ? StreamDeviceCommand.WriteMedium : StreamDeviceCommand.ReadMedium));
        return true;
    }

    private static NtStatus StatusOf(StreamExtension streamer) => streamer.Error switch
    {
        // A medium may end inside a request, but not before it.
        StreamDeviceError.None => streamer.Transferred > 0 ? STATUS_SUCCESS : STATUS_END_OF_FILE,
        StreamDeviceError.NotReady => STATUS_DEVICE_NOT_READY,
        StreamDeviceError.AccessDenied or StreamDeviceError.WriteProtected => STATUS_ACCESS_DENIED,
        // Overrun and underrun are here too: the medium did not wait, and the bytes cannot be asked for again.
        _ => STATUS_IO_DEVICE_ERROR,
    };
}
