namespace MdlRuntime;

/// <summary>What the verifier looks at each time that a request changes hands.</summary>
internal static class IrpWatch
{
    /// <summary>How long a driver may take to complete a request that was cancelled.</summary>
    private const long LongestCancellation = 300_000;
    private const long TicksPerMillisecond = 10_000;

    public const uint AboutToRunOutOfLocations = 0x208;
    public const uint LocationNotPrepared = 0x206;
    public const uint CancelRoutineOfOther = 0x229;
    public const uint IrqlIllegalForFunction = 0x23A;

    /// <summary>A request is about to be handed to a driver.</summary>
    public static void OnCall(Processor processor, DeviceObject device, Irp irp)
    {
        KernelSystem system = processor.System;
        RequireNoSpinLock(processor, irp, "IoCallDriver");
        // The I/O manager still closes what was open before.
        if (device is { IsDeleted: true, OpenHandles: 0 } && processor.Thread.Owner is not null)
        {
            IrpChecks.Report(system, 0x04, device.Address, irp.Address, 0, null,
                $"{irp} was sent to {device}, which was deleted.");
        }

        int left = irp.CurrentLocation - 1;
        if (left < 1)
            return;

        if (left < device.StackSize)
        {
            IrpChecks.Report(system, AboutToRunOutOfLocations, irp.Address, device.Address, (ulong)left, null,
                $"{irp} was sent to {device}, whose stack takes {device.StackSize} locations; it has {left} left.");
        }

        MajorFunction function = irp.Next.MajorFunction;
        if (function == MajorFunction.IRP_MJ_CREATE && irp.CurrentLocation <= irp.StackCount && irp.Current.MajorFunction != MajorFunction.IRP_MJ_CREATE)
        {
            IrpChecks.Report(system, LocationNotPrepared, irp.Address, device.Address, 0, "MDL5005",
                $"{irp} was passed on without IoCopyCurrentIrpStackLocationToNext or IoSkipCurrentIrpStackLocation: the next location is empty.");
        }

        bool isPassive = function is MajorFunction.IRP_MJ_CREATE or MajorFunction.IRP_MJ_CLEANUP or MajorFunction.IRP_MJ_CLOSE or MajorFunction.IRP_MJ_PNP;
        if (isPassive && processor.Irql > Kirql.PASSIVE_LEVEL)
        {
            IrpChecks.Report(system, IrqlIllegalForFunction, device.Address, irp.Address, (ulong)processor.Irql, "MDL6004",
                $"{irp} was sent at {processor.Irql}; {function} needs PASSIVE_LEVEL.");
        }

        InvariantBuffers.OnCall(device, irp);
    }

    /// <summary>A driver completes a request.</summary>
    public static void OnCompletion(Processor processor, Irp irp)
    {
        RequireNoSpinLock(processor, irp, "IoCompleteRequest");
        InvariantBuffers.OnCompletion(irp);
        if (irp.Watch is not { } watch)
            return;

        if ((processor.System.Scheduler.Now - watch.Cancelled) / TicksPerMillisecond is { } milliseconds and > LongestCancellation)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0x135, irp.Address, (ulong)milliseconds, 0, null,
                $"{irp} was completed {milliseconds} milliseconds after it had been cancelled."));
        }

        watch.Reset();
    }

    /// <summary>A request was cancelled; somebody must complete it now.</summary>
    public static void OnCancel(Processor processor, Irp irp)
    {
        if (processor.System.Verifier.IsOn && irp.State == IrpState.Active && irp.CurrentLocation <= irp.StackCount)
            (irp.Watch ??= new()).Cancelled = processor.System.Scheduler.Now;
    }

    /// <summary>Only the driver that holds a request may make it cancelable.</summary>
    public static void OnSetCancelRoutine(Processor processor, Irp irp)
    {
        if (!processor.System.Verifier.IsOn || irp.CurrentLocation > irp.StackCount)
            return;

        DriverObject? holder = irp.Current.DeviceObject?.DriverObject;
        if (processor.Thread.Owner is { } caller && holder is not null && holder.Owner != caller)
        {
            IrpChecks.Report(processor.System, CancelRoutineOfOther, irp.Address, 0, 0, null,
                $"{caller.Name} set a cancel routine on {irp}, which {holder} holds now.");
        }
    }

    public static void CheckIrqlOfCompletionRoutine(Processor processor, Kirql before, IoCompletionRoutine routine)
    {
        if (processor.Irql != before)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0xFA, 0, (ulong)before, (ulong)processor.Irql,
                "MDL6004", $"The completion routine {routine.Method.Name} was called at {before} and returned at {processor.Irql}."));
        }
    }

    private static void RequireNoSpinLock(Processor processor, Irp irp, string routine)
    {
        if (processor.HeldSpinLocks > 0)
        {
            processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, MdlChecks.CalledUnderLock, irp.Address, (ulong)processor.Irql, 0,
                "MDL6003", $"{routine} was called for {irp} while a spin lock was held: whatever driver runs next may want the same lock."));
        }
    }
}
