using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Makes a request that is a part of another one. WDK: IoMakeAssociatedIrp.</summary>
    /// <param name="irp">The master request.</param>
    /// <param name="stackSize">Number of stack locations.</param>
    /// <returns>Never returns.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoMakeAssociatedIrp(
        [MdlEffect(MdlEffect.Reads)] Irp irp,
        sbyte stackSize) => throw new NotModelledException(nameof(IoMakeAssociatedIrp));

    /// <summary>Builds a read or write request that the caller waits for. WDK: IoBuildSynchronousFsdRequest.</summary>
    /// <param name="majorFunction">IRP_MJ_READ, IRP_MJ_WRITE and others.</param>
    /// <param name="device">The target.</param>
    /// <param name="buffer">System address of the data.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="startingOffset">Position on the device in bytes.</param>
    /// <param name="event">Set when the request completes.</param>
    /// <param name="ioStatus">Receives the result.</param>
    /// <returns>Never returns.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildSynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)][GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset,
        KEvent @event,
        out IoStatusHolder ioStatus) => throw new NotModelledException(nameof(IoBuildSynchronousFsdRequest));

    /// <summary>Builds a read or write request that the caller's completion routine ends. WDK: IoBuildAsynchronousFsdRequest.</summary>
    /// <param name="majorFunction">IRP_MJ_READ, IRP_MJ_WRITE and others.</param>
    /// <param name="device">The target.</param>
    /// <param name="buffer">System address of the data.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="startingOffset">Position on the device in bytes.</param>
    /// <returns>Never returns.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
    [Irql(Kirql.APC_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoBuildAsynchronousFsdRequest(
        MajorFunction majorFunction,
        DeviceObject device,
        [MdlValue(MdlValueKind.BufferAddress)] nuint buffer,
        [MdlValue(MdlValueKind.Length)][GovernsMdl(MdlTransfer.Read | MdlTransfer.Write)] uint length,
        long? startingOffset) => throw new NotModelledException(nameof(IoBuildAsynchronousFsdRequest));

    /// <summary>Builds a device control request that the caller waits for. WDK: IoBuildDeviceIoControlRequest.</summary>
    /// <param name="ioControlCode">The control code.</param>
    /// <param name="device">The target.</param>
    /// <param name="inputBuffer">System address of the first buffer.</param>
    /// <param name="inputBufferLength">Its length in bytes.</param>
    /// <param name="outputBuffer">System address of the second buffer.</param>
    /// <param name="outputBufferLength">Its length in bytes.</param>
    /// <param name="internalDeviceIoControl">Whether the major function is IRP_MJ_INTERNAL_DEVICE_CONTROL.</param>
    /// <param name="event">Set when the request completes.</param>
    /// <param name="ioStatus">Receives the result.</param>
    /// <returns>Never returns.</returns>
    /// <exception cref="NotModelledException">Always.</exception>
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
        out IoStatusHolder ioStatus) => throw new NotModelledException(nameof(IoBuildDeviceIoControlRequest));
}
