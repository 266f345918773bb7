namespace MdlRuntime;

/// <summary>One request at a time on a device.</summary>
internal static class StartIo
{
    public static void StartPacket(Processor processor, DeviceObject device, Irp irp, uint? key, DriverCancel? cancelFunction)
    {
        IoSystem io = IoSystem.Of(processor);
        DeviceQueue queue = device.Queue;
        processor.RaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql oldIrql);
        Kirql cancelIrql = default;
        if (cancelFunction is not null)
        {
            SpinLocks.Acquire(io.CancelLock, Kirql.DISPATCH_LEVEL, out cancelIrql);
            irp.CancelRoutine = cancelFunction;
        }

        processor.System.Trace(nameof(IoManager.IoStartPacket), irp, device.Address, key ?? 0, queue.IsBusy ? 1u : 0u);
        if (queue.IsBusy)
        {
            queue.Insert(irp, key);
            if (cancelFunction is not null && irp.Cancel)
            {
                irp.CancelRoutine = null;
                Cancellation.CallRoutine(processor, irp, cancelFunction, cancelIrql);
            }
            else if (cancelFunction is not null)
            {
                SpinLocks.Release(io.CancelLock, cancelIrql);
            }
        }
        else
        {
            queue.IsBusy = true;
            device.CurrentIrp = irp;
            if (cancelFunction is not null)
            {
                if (queue.IsNonCancelable)
                    irp.CancelRoutine = null;
                SpinLocks.Release(io.CancelLock, cancelIrql);
            }

            Start(processor, device, irp);
        }

        processor.LowerIrql(oldIrql);
    }

    public static void StartNextPacket(Processor processor, DeviceObject device, bool cancelable)
    {
        if (processor.Irql != Kirql.DISPATCH_LEVEL)
        {
            processor.System.Verifier.Report(new(BugCheckCode.IRQL_NOT_GREATER_OR_EQUAL, (ulong)Kirql.DISPATCH_LEVEL, (ulong)processor.Irql, 0, 0,
                "MDL6004", $"IoStartNextPacket was called at {processor.Irql}; it needs DISPATCH_LEVEL."));
        }

        DeviceQueue queue = device.Queue;
        if (queue.DefersStartIo && queue.ActiveStarts > 0)
        {
            (queue.StartsNext, queue.StartsNextCancelable) = (true, cancelable);
            return;
        }

        StartNext(processor, device, cancelable);
    }

    private static void StartNext(Processor processor, DeviceObject device, bool cancelable)
    {
        IoSystem io = IoSystem.Of(processor);
        Kirql cancelIrql = default;
        if (cancelable)
            SpinLocks.Acquire(io.CancelLock, Kirql.DISPATCH_LEVEL, out cancelIrql);
        Irp? next = device.Queue.Remove();
        device.CurrentIrp = next;
        if (next is not null && cancelable && device.Queue.IsNonCancelable)
            next.CancelRoutine = null;
        if (cancelable)
            SpinLocks.Release(io.CancelLock, cancelIrql);

        processor.System.Trace(nameof(IoManager.IoStartNextPacket), next, device.Address);
        if (next is not null)
            Start(processor, device, next);
    }

    private static void Start(Processor processor, DeviceObject device, Irp irp)
    {
        if (device.DriverObject.DriverStartIo is not { } startIo)
        {
            processor.AccessFault(0, MemoryAccess.Execute, PageFault.NotMapped, ruleId: null,
                $"{device.DriverObject} has no StartIo routine.");
            return;
        }

        DeviceQueue queue = device.Queue;
        queue.ActiveStarts++;
        processor.System.Trace("StartIo", irp, device.Address);
        using (processor.RunAs(device.DriverObject.Owner))
            startIo(device, irp);
        queue.ActiveStarts--;
        if (queue.StartsNext && queue.ActiveStarts == 0)
        {
            queue.StartsNext = false;
            StartNext(processor, device, queue.StartsNextCancelable);
        }
    }
}
