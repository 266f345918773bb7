using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Requests that drivers have the I/O manager build: for a target's device flags or a control code, over system memory.</summary>
internal static class BuiltRequests
{
    /// <summary>A request without owner yet; null when pool is used up or the buffer cannot be used.</summary>
    public static Irp? Transfer(Processor processor, MajorFunction function, DeviceObject device, nuint buffer, uint length, long startingOffset)
    {
        if (Allocate(processor, device, function) is not { } irp)
            return null;

        // These carry no data.
        if (function is MajorFunction.IRP_MJ_FLUSH_BUFFERS or MajorFunction.IRP_MJ_SHUTDOWN or MajorFunction.IRP_MJ_PNP or MajorFunction.IRP_MJ_POWER)
            return irp;

        ref ReadParameters parameters = ref irp.Next.ParametersUnchecked.Read;
        (parameters.Length, parameters.ByteOffset) = (length, startingOffset);
        bool isRead = function == MajorFunction.IRP_MJ_READ;
        NtStatus status = TransferRequests.AttachBuffer(processor, device, irp, buffer, length, isRead, KProcessorMode.KernelMode);
        if (status == NtStatus.STATUS_SUCCESS)
            return irp;

        RequestSender.Abandon(processor, irp, status);
        if (status != NtStatus.STATUS_INSUFFICIENT_RESOURCES)
        {
            IrpChecks.Report(processor.System, IrpChecks.BuiltOverInvalidBuffer, device.Address, (ulong)function, (ulong)status, "MDL3002",
                $"A {function} request for {device} was built over {length} bytes at {buffer:X16}, which cannot be used: {status}.");
        }

        return null;
    }

    public static Irp? Control(Processor processor, uint code, DeviceObject device, in ControlBuffers buffers, bool isInternal)
    {
        if (Allocate(processor, device, isInternal ? MajorFunction.IRP_MJ_INTERNAL_DEVICE_CONTROL : MajorFunction.IRP_MJ_DEVICE_CONTROL) is not { } irp)
            return null;

        NtStatus status = ControlRequests.Attach(processor, irp, code, buffers, KProcessorMode.KernelMode);
        if (status == NtStatus.STATUS_SUCCESS)
            return irp;

        RequestSender.Abandon(processor, irp, status);
        if (status != NtStatus.STATUS_INSUFFICIENT_RESOURCES)
        {
            IrpChecks.Report(processor.System, IrpChecks.ControlOverInvalidBuffer, device.Address, code, (ulong)status, "MDL3002",
                $"A request with control code 0x{code:X8} for {device} was built over buffers that cannot be used: {status}.");
        }

        return null;
    }

    /// <summary>Makes the current thread wait for the request: the I/O manager will end it.</summary>
    public static Irp QueueToThread(Processor processor, Irp irp, KEvent @event, IoStatusHolder ioStatus)
    {
        irp.Origin = IrpOrigin.BuiltThreaded;
        irp.Thread = processor.Thread;
        (irp.UserEvent, irp.UserIosb) = (@event, ioStatus);
        IoSystem.Of(processor).Irps.AddOutstanding(irp);
        return irp;
    }

    public static Irp? Associate(Processor processor, Irp master, sbyte stackSize)
    {
        if (IoSystem.Of(processor).Irps.Allocate(stackSize) is not { } irp)
            return null;

        irp.Origin = IrpOrigin.Associated;
        irp.FlagBits = IoManager.IRP_ASSOCIATED_IRP;
        irp.AssociatedUnchecked.MasterIrp = master;
        processor.System.Trace(nameof(IoManager.IoMakeAssociatedIrp), irp, master.Address);
        return irp;
    }

    private static Irp? Allocate(Processor processor, DeviceObject device, MajorFunction function)
    {
        IrpChecks.RequireOneMethod(processor.System, device);
        if (IoSystem.Of(processor).Irps.Allocate(device.StackSize) is not { } irp)
            return null;

        irp.Origin = IrpOrigin.BuiltAsynchronous;
        irp.Next.MajorFunction = function;
        return irp;
    }
}
