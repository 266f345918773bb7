using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Sends requests to drivers and judges what the dispatch routines return.</summary>
internal static class Dispatcher
{
    /// <summary>A call by the I/O manager: what the driver does not catch stops the machine.</summary>
    public static NtStatus CallFromSystem(Processor processor, DeviceObject device, Irp irp)
    {
        // Read before the call: afterwards the request may be gone.
        Kirql irql = processor.Irql;
        bool lacksMdl = irp.Mdls is null && (irp.FlagBits & (IoManager.IRP_READ_OPERATION | IoManager.IRP_WRITE_OPERATION)) != 0;
        try
        {
            NtStatus status = Call(processor, device, irp);
            processor.RequireIrql(irql, "a dispatch routine");
            return status;
        }
        catch (NullReferenceException exception) when (processor.Irql >= Kirql.DISPATCH_LEVEL)
        {
            processor.System.BugCheck(BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, 0, (ulong)processor.Irql, 0, 0,
                $"A driver used a null reference at {processor.Irql}.", lacksMdl ? "MDL2001" : null, exception);
            throw;
        }
        catch (NullReferenceException exception)
        {
            processor.System.BugCheck(BugCheckCode.SYSTEM_SERVICE_EXCEPTION, (ulong)NtStatus.STATUS_ACCESS_VIOLATION, 0, 0, 0,
                "A dispatch routine used a null reference.", lacksMdl ? "MDL2001" : null, exception);
            throw;
        }
        catch (NtStatusException exception)
        {
            processor.StopUnhandled(BugCheckCode.SYSTEM_SERVICE_EXCEPTION, "a dispatch routine", exception);
            throw;
        }
    }

    public static NtStatus Call(Processor processor, DeviceObject device, Irp irp)
    {
        KernelSystem system = processor.System;
        IrpChecks.RequireHere(processor, irp);
        if (device is null)
        {
            IrpChecks.Report(system, 0x04, 0, irp.Address, 0, null, "IoCallDriver was called with a null device.");
            processor.AccessFault(0x08, MemoryAccess.Read, PageFault.NotMapped, ruleId: null, "IoCallDriver was called with a null device.");
        }

        irp.RequireOwned(fieldOffset: 0x43);
        Kirql irql = processor.Irql;
        if (irql > Kirql.DISPATCH_LEVEL)
        {
            IrpChecks.Report(system, 0x10, device.Address, (ulong)irql, irp.Address, "MDL6004",
                $"IoCallDriver was called at IRQL {(int)irql}, above DISPATCH_LEVEL.");
        }

        if (irp.CancelRoutine is not null)
        {
            IrpChecks.Report(system, IrpChecks.ForwardedWithCancelRoutine, device.Address, irp.Address, 0, null,
                $"{irp} was passed on while the sender's cancel routine was still set.");
        }

        if (system.Verifier.IsOn)
        {
            IrpChecks.CheckSent(processor, device, irp);
            IrpWatch.OnCall(processor, device, irp);
        }

        if (irp.CurrentLocation <= 1)
        {
            system.BugCheck(BugCheckCode.NO_MORE_IRP_STACK_LOCATIONS, irp.Address, 0, 0, 0,
                $"IoCallDriver found no stack location left in {irp}, which has {irp.StackCount}.");
        }

        irp.CurrentLocation--;
        IoStackLocation location = irp.Current;
        location.DeviceObject = device;
        MajorFunction function = location.MajorFunction;
        system.Trace(nameof(IoManager.IoCallDriver), irp, (ulong)function, device.Address);
        DriverDispatch routine = device.DriverObject.MajorFunction[function];
        bool isForced = system.Options.ForcePendingProbability > 0 && IoSystem.Of(processor).ForcedPending.Chooses(processor, function);
        // A location that was skipped may be held back on behalf of a sender further up already.
        location.IsHeldBack |= isForced;
        using OwnerScope code = processor.RunAs(device.DriverObject.Owner);
        NtStatus status = system.Verifier.IsOn
            ? CallWatched(processor, routine, device, irp, location, isForced)
            : routine(device, irp);
        return isForced ? NtStatus.STATUS_PENDING : status;
    }

    private static NtStatus CallWatched(Processor processor, DriverDispatch routine, DeviceObject device, Irp irp, IoStackLocation location, bool isForced)
    {
        IoSystem io = IoSystem.Of(processor);
        Kirql irql = processor.Irql;
        nuint address = irp.Address;
        DispatchFrame? sender = location.Frame ?? irp.Location(irp.CurrentLocation + 1).Frame;
        DispatchFrame frame = io.FreeFrames.TryPop(out DispatchFrame? free) ? free : new();
        frame.Reset(location.Frame);
        location.Frame = frame;
        if (sender is not null)
            sender.Forwarded = true;

        NtStatus status = routine(device, irp);

        if (sender is not null)
            sender.ForwardStatus = isForced ? NtStatus.STATUS_PENDING : status;
        if (location.Frame == frame)
            location.Frame = frame.Outer;
        if (processor.Irql != irql)
        {
            IrpChecks.Report(processor.System, 0x05, device.Address, (ulong)irql, (ulong)processor.Irql, "MDL6004",
                $"A dispatch routine of {device.DriverObject} was entered at {irql} and returned at {processor.Irql}.");
        }

        Judge(processor.System, frame, device, address, status);
        io.FreeFrames.Push(frame);
        return status;
    }

    private static void Judge(KernelSystem system, DispatchFrame frame, DeviceObject device, nuint irp, NtStatus status)
    {
        DriverObject driver = device.DriverObject;
        if (status == NtStatus.STATUS_PENDING)
        {
            if (!frame.MarkedPending && !(frame.Forwarded && frame.ForwardStatus == status))
            {
                IrpChecks.Report(system, IrpChecks.PendingReturnedUnmarked, 0, irp, 0, "MDL5004",
                    $"{driver} returned STATUS_PENDING for IRP {irp:X16} without IoMarkIrpPending.");
            }
        }
        else if (frame.MarkedPending)
        {
            IrpChecks.Report(system, IrpChecks.MarkedButNotReturned, 0, irp, (ulong)status, "MDL5004",
                $"{driver} marked IRP {irp:X16} pending but returned {status}.");
        }
        else if (!frame.Completed && !frame.Forwarded)
        {
            IrpChecks.Report(system, IrpChecks.NeitherCompletedNorPended, 0, irp, (ulong)status, "MDL5005",
                $"{driver} returned {status} for IRP {irp:X16} without completing it, passing it on or pending it.");
        }
        else if (!(frame.Completed && status == frame.CompletedStatus) && !(frame.Forwarded && status == frame.ForwardStatus))
        {
            NtStatus expected = frame.Completed ? frame.CompletedStatus : frame.ForwardStatus;
            IrpChecks.Report(system, IrpChecks.ReturnedOtherStatus, 0, irp, (ulong)expected, "MDL5004",
                $"{driver} returned {status} for IRP {irp:X16}, whose status is {expected}.");
        }
    }
}
