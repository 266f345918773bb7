using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Replaces the cancel routine of a request. IRQL at most DISPATCH_LEVEL. WDK: IoSetCancelRoutine.</summary>
    /// <param name="irp">A request that the driver owns.</param>
    /// <param name="cancelRoutine">The routine, or null for none.</param>
    /// <returns>The routine before; null also when cancelling has started.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static DriverCancel? IoSetCancelRoutine(
        [MdlEffect(MdlEffect.SetsCancelRoutine)] Irp irp,
        DriverCancel? cancelRoutine)
    {
        DriverCancel? previous = IrpChecks.Require(irp).CancelRoutine;
        if (cancelRoutine is not null)
            IrpWatch.OnSetCancelRoutine(Processor.Current, irp);
        irp.CancelRoutine = cancelRoutine;
        return previous;
    }

    /// <summary>Asks the owner of a request to end it. IRQL at most DISPATCH_LEVEL. WDK: IoCancelIrp.</summary>
    /// <param name="irp">A request that is not completed yet.</param>
    /// <returns>Whether a cancel routine was called.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool IoCancelIrp(
        [MdlEffect(MdlEffect.Cancels)] Irp irp) => Cancellation.Cancel(Processor.Current, irp);

    /// <summary>Takes the system's cancel spin lock. IRQL at most DISPATCH_LEVEL. WDK: IoAcquireCancelSpinLock.</summary>
    /// <param name="irql">The level to give to <see cref="IoReleaseCancelSpinLock"/>.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Raises = true)]
    [MdlEffect(MdlEffect.AcquiresLock)]
    public static void IoAcquireCancelSpinLock(out Kirql irql) =>
        SpinLocks.Acquire(IoSystem.Of(Processor.Current).CancelLock, Kirql.DISPATCH_LEVEL, out irql);

    /// <summary>Releases the system's cancel spin lock. IRQL DISPATCH_LEVEL. WDK: IoReleaseCancelSpinLock.</summary>
    /// <param name="irql">The level to go back to; in a cancel routine, CancelIrql of the request.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL, Restores = true)]
    [MdlEffect(MdlEffect.ReleasesLock)]
    public static void IoReleaseCancelSpinLock(Kirql irql) =>
        SpinLocks.Release(IoSystem.Of(Processor.Current).CancelLock, irql);
}
