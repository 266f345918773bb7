namespace MdlRuntime;

/// <summary>The cancel spin lock protocol.</summary>
internal static class Cancellation
{
    public static bool Cancel(Processor processor, Irp irp)
    {
        IrpChecks.RequireHere(processor, irp);

        IoSystem io = IoSystem.Of(processor);
        SpinLocks.Acquire(io.CancelLock, Kirql.DISPATCH_LEVEL, out Kirql oldIrql);
        irp.Cancel = true;
        DriverCancel? routine = irp.CancelRoutine;
        irp.CancelRoutine = null;
        processor.System.Trace(nameof(IoManager.IoCancelIrp), irp, routine is null ? 0u : 1u);
        IrpWatch.OnCancel(processor, irp);
        if (routine is null)
        {
            SpinLocks.Release(io.CancelLock, oldIrql);
            return false;
        }

        if (irp.CurrentLocation > irp.StackCount + 1)
        {
            processor.System.BugCheck(BugCheckCode.CANCEL_STATE_IN_COMPLETED_IRP, irp.Address, 0, 0, 0,
                $"{irp} was cancelled after its completion, and still had the cancel routine {routine.Method.Name}.");
        }

        CallRoutine(processor, irp, routine, oldIrql);
        return true;
    }

    /// <summary>Calls a cancel routine with the cancel lock held; it must come back without it.</summary>
    public static void CallRoutine(Processor processor, Irp irp, DriverCancel routine, Kirql cancelIrql)
    {
        KSpinLock cancelLock = IoSystem.Of(processor).CancelLock;
        nuint address = irp.Address;
        irp.CancelIrql = cancelIrql;
        DeviceObject? device = irp.Current.DeviceObject;
        processor.System.Trace("CancelRoutine", irp);
        using (processor.RunAs(device?.DriverObject.Owner))
            routine(device!, irp);
        if (cancelLock.IsHeld)
        {
            processor.System.BugCheck(BugCheckCode.DRIVER_RETURNED_HOLDING_CANCEL_LOCK, address, 0, 0, 0,
                $"The cancel routine {routine.Method.Name} of {device?.DriverObject} returned without IoReleaseCancelSpinLock.");
        }
    }
}
