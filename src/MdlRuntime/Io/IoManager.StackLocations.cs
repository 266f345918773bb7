using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Size of a request with its stack locations. Any IRQL. WDK: IoSizeOfIrp.</summary>
    /// <param name="stackSize">Number of stack locations.</param>
    /// <returns>208 + 72 per location, in bytes.</returns>
    public static ushort IoSizeOfIrp(sbyte stackSize) => (ushort)(Irp.HeaderSize + (int)IoStackLocation.Size * stackSize);

    /// <summary>Returns the calling driver's own stack location. Any IRQL. WDK: IoGetCurrentIrpStackLocation.</summary>
    /// <param name="irp">A request that the driver owns.</param>
    /// <returns>The location, valid until the request is completed or passed on.</returns>
    [return: BelongsTo("irp")]
    public static IoStackLocation IoGetCurrentIrpStackLocation(
        [MdlEffect(MdlEffect.Reads)] Irp irp) => IrpChecks.Require(irp).Current;

    /// <summary>Returns the stack location of the driver below. IRQL at most DISPATCH_LEVEL. WDK: IoGetNextIrpStackLocation.</summary>
    /// <param name="irp">A request that the driver owns.</param>
    /// <returns>The location to fill in before IoCallDriver.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static IoStackLocation IoGetNextIrpStackLocation(
        [MdlEffect(MdlEffect.Reads)] Irp irp) => IrpChecks.Require(irp).Next;

    /// <summary>Lets the driver below use this driver's location. IRQL at most DISPATCH_LEVEL. WDK: IoSkipCurrentIrpStackLocation.</summary>
    /// <param name="irp">A request to pass on without a completion routine.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSkipCurrentIrpStackLocation(
        [MdlEffect(MdlEffect.SkipsStack)] Irp irp) => IrpChecks.Require(irp).CurrentLocation++;

    /// <summary>Makes the next location current, for the originator of a request. IRQL at most DISPATCH_LEVEL. WDK: IoSetNextIrpStackLocation.</summary>
    /// <param name="irp">A request that the driver allocated.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSetNextIrpStackLocation(Irp irp) => IrpChecks.Require(irp).CurrentLocation--;

    /// <summary>Copies this driver's location for the driver below, without the completion routine. IRQL at most DISPATCH_LEVEL. WDK: IoCopyCurrentIrpStackLocationToNext.</summary>
    /// <param name="irp">A request to pass on.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoCopyCurrentIrpStackLocationToNext(
        [MdlEffect(MdlEffect.CopiesStack)] Irp irp)
    {
        IrpChecks.Require(irp);
        irp.Current.CopyTo(irp.Next);
    }

    /// <summary>Asks to see the request on its way back up. IRQL at most DISPATCH_LEVEL. WDK: IoSetCompletionRoutine.</summary>
    /// <param name="irp">A request whose next location is prepared.</param>
    /// <param name="routine">The routine, or null for none.</param>
    /// <param name="context">Handed to the routine.</param>
    /// <param name="invokeOnSuccess">Call it if the status is a success.</param>
    /// <param name="invokeOnError">Call it if the status is a warning or an error.</param>
    /// <param name="invokeOnCancel">Call it if the request was cancelled.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoSetCompletionRoutine(
        [MdlEffect(MdlEffect.SetsCompletionRoutine)] Irp irp,
        IoCompletionRoutine? routine,
        object? context,
        bool invokeOnSuccess,
        bool invokeOnError,
        bool invokeOnCancel)
    {
        IoStackLocation next = IrpChecks.Require(irp).Next;
        (next.CompletionRoutine, next.CompletionContext) = (routine, context);
        next.Control = (byte)((invokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) | (invokeOnError ? SL_INVOKE_ON_ERROR : 0)
            | (invokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
    }

    /// <summary>Says that the request will be completed later. IRQL at most DISPATCH_LEVEL. WDK: IoMarkIrpPending.</summary>
    /// <param name="irp">A request that nobody else can complete yet.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoMarkIrpPending(
        [MdlEffect(MdlEffect.MarksPending)] Irp irp)
    {
        IoStackLocation current = IrpChecks.Require(irp).Current;
        current.Control |= SL_PENDING_RETURNED;
        for (DispatchFrame? frame = current.Frame; frame is not null; frame = frame.Outer)
            frame.MarkedPending = true;
        irp.System.Trace(nameof(IoMarkIrpPending), irp);
    }
}
