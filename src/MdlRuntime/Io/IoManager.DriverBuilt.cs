using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Makes a request that is a part of another one: its completion counts down IrpCount of the master, which completes at 0. IRQL at most DISPATCH_LEVEL. WDK: IoMakeAssociatedIrp.</summary>
    /// <param name="irp">The master request, which must not be a buffered one: its IrpCount lies where SystemBuffer does.</param>
    /// <param name="stackSize">Number of stack locations: StackSize of the target, or 1 more.</param>
    /// <returns>The request, without MDL; its completion frees it and its MDLs. Null when memory is used up.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoMakeAssociatedIrp(
        [MdlEffect(MdlEffect.Reads)] Irp irp,
        sbyte stackSize)
    {
        IrpChecks.Require(irp);
        RequireStackSize(stackSize);
        Processor processor = Processor.Current;
        return processor.System.Faults.Strikes(nameof(IoMakeAssociatedIrp)) ? null : BuiltRequests.Associate(processor, irp, stackSize);
    }

    /// <summary>Builds a request that the caller sends and waits for; its completion unlocks, frees and reports everything, the request included. IRQL PASSIVE_LEVEL. WDK: IoBuildSynchronousFsdRequest.</summary>
    /// <param name="majorFunction">IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_SHUTDOWN or IRP_MJ_PNP.</param>
    /// <param name="device">The target; its flags say how the buffer travels.</param>
    /// <param name="buffer">System address of the data.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="startingOffset">Position on the device in bytes; null for 0.</param>
    /// <param name="event">Set when the request completes, unless it fails at once: wait only after STATUS_PENDING.</param>
    /// <param name="ioStatus">Receives the result when the event is set.</param>
    /// <returns>The request; null when memory is used up or the buffer cannot be locked.</returns>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildSynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)][GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset,
        KEvent @event,
        out IoStatusHolder ioStatus)
    {
        Processor processor = RequireBuildable(nameof(IoBuildSynchronousFsdRequest), device, Kirql.PASSIVE_LEVEL);
        RequireMajorFunction(majorFunction);
        ArgumentNullException.ThrowIfNull(@event);
        ioStatus = new();
        if (processor.System.Faults.Strikes(nameof(IoBuildSynchronousFsdRequest))
            || BuiltRequests.Transfer(processor, majorFunction, device, buffer, length, startingOffset ?? 0) is not { } irp)
            return null;

        processor.System.Trace(nameof(IoBuildSynchronousFsdRequest), irp, (ulong)majorFunction, buffer, length);
        return BuiltRequests.QueueToThread(processor, irp, @event, ioStatus);
    }

    /// <summary>Builds a request that the caller's completion routine ends: it unlocks and frees the MDL, frees the request and returns STATUS_MORE_PROCESSING_REQUIRED. IRQL at most APC_LEVEL. WDK: IoBuildAsynchronousFsdRequest.</summary>
    /// <param name="majorFunction">IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_SHUTDOWN, IRP_MJ_PNP or IRP_MJ_POWER.</param>
    /// <param name="device">The target; its flags say how the buffer travels.</param>
    /// <param name="buffer">System address of the data.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="startingOffset">Position on the device in bytes; null for 0.</param>
    /// <returns>The request; null when memory is used up or the buffer cannot be locked.</returns>
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildAsynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)][GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset)
    {
        Processor processor = RequireBuildable(nameof(IoBuildAsynchronousFsdRequest), device, Kirql.APC_LEVEL);
        RequireMajorFunction(majorFunction);
        if (processor.System.Faults.Strikes(nameof(IoBuildAsynchronousFsdRequest)))
            return null;

        Irp? irp = BuiltRequests.Transfer(processor, majorFunction, device, buffer, length, startingOffset ?? 0);
        processor.System.Trace(nameof(IoBuildAsynchronousFsdRequest), irp, (ulong)majorFunction, buffer, length);
        return irp;
    }

    /// <summary>Builds a device control request that the caller sends and waits for; its completion ends everything, the request included. IRQL PASSIVE_LEVEL. WDK: IoBuildDeviceIoControlRequest.</summary>
    /// <param name="ioControlCode">The control code; its low two bits are the transfer type.</param>
    /// <param name="device">The target.</param>
    /// <param name="inputBuffer">System address of the first buffer, or 0.</param>
    /// <param name="inputBufferLength">Its length in bytes.</param>
    /// <param name="outputBuffer">System address of the second buffer, or 0: then there is no MDL, whatever the length.</param>
    /// <param name="outputBufferLength">Its length in bytes.</param>
    /// <param name="internalDeviceIoControl">Whether the major function is IRP_MJ_INTERNAL_DEVICE_CONTROL.</param>
    /// <param name="event">Set when the request completes, unless it fails at once: wait only after STATUS_PENDING.</param>
    /// <param name="ioStatus">Receives the result when the event is set.</param>
    /// <returns>The request; null when memory is used up or a buffer cannot be used.</returns>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildDeviceIoControlRequest(
        [MdlValue(MdlValueKind.ControlCode)] uint ioControlCode,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint inputBuffer,
        [MdlValue(MdlValueKind.InputLength)] uint inputBufferLength,
        [MdlValue(MdlValueKind.BufferAddress)] nuint outputBuffer,
        [MdlValue(MdlValueKind.Length)][GovernsMdl(MdlTransfer.DeviceControl)] uint outputBufferLength,
        bool internalDeviceIoControl,
        KEvent @event,
        out IoStatusHolder ioStatus)
    {
        Processor processor = RequireBuildable(nameof(IoBuildDeviceIoControlRequest), device, Kirql.PASSIVE_LEVEL);
        ArgumentNullException.ThrowIfNull(@event);
        ioStatus = new();
        var buffers = new ControlBuffers(inputBuffer, inputBufferLength, outputBuffer, outputBufferLength);
        if (processor.System.Faults.Strikes(nameof(IoBuildDeviceIoControlRequest))
            || BuiltRequests.Control(processor, ioControlCode, device, buffers, internalDeviceIoControl) is not { } irp)
            return null;

        processor.System.Trace(nameof(IoBuildDeviceIoControlRequest), irp, ioControlCode, inputBufferLength, outputBufferLength);
        return BuiltRequests.QueueToThread(processor, irp, @event, ioStatus);
    }

    private static Processor RequireBuildable(string routine, DeviceObject device, Kirql highest)
    {
        Processor processor = Processor.Current;
        ArgumentNullException.ThrowIfNull(device);
        IrpChecks.RequireIrql(processor, routine, highest);
        return processor;
    }

    private static void RequireMajorFunction(MajorFunction majorFunction)
    {
        if (majorFunction > MajorFunction.IRP_MJ_PNP)
            throw new ArgumentOutOfRangeException(nameof(majorFunction), majorFunction, "allowed: 0x00 to 0x1B");
    }

    private static void RequireStackSize(sbyte stackSize)
    {
        if (stackSize is < 1 or > Irp.LargestStackSize)
            throw new ArgumentOutOfRangeException(nameof(stackSize), stackSize, $"allowed: 1 to {Irp.LargestStackSize}");
    }
}
