namespace MdlRuntime;

/// <summary>
/// How a request ends: stage 0 unwinds the stack, stage 1 unlocks pages in the context of whoever completes,
/// stage 2 frees and reports in the context of the requester.
/// </summary>
internal static class RequestCompletion
{
    public static void Complete(Processor processor, Irp irp)
    {
        KernelSystem system = processor.System;
        IrpChecks.RequireHere(processor, irp);
        if (irp.CurrentLocation > irp.StackCount + 1)
        {
            system.BugCheck(BugCheckCode.MULTIPLE_IRP_COMPLETE_REQUESTS, irp.Address, 0, 0, 0,
                $"IoCompleteRequest was called for {irp}, which is already complete.", "MDL5005");
        }

        CheckBefore(processor, irp);
        system.Trace(nameof(IoManager.IoCompleteRequest), irp, (ulong)irp.Result.Status, irp.Result.Information);
        if (Unwind(system, irp))
            LeaveDriver(processor, irp);
    }

    /// <summary>Goes on with a request that was held back.</summary>
    public static void Resume(Processor processor, Irp irp)
    {
        if (Unwind(processor.System, irp))
            LeaveDriver(processor, irp);
    }

    /// <summary>Stage 2.</summary>
    public static void Finish(Processor processor, Irp irp)
    {
        KernelSystem system = processor.System;
        system.Trace("IoCompletionStage2", irp, (ulong)irp.Result.Status, irp.Result.Information);
        NtStatus copyStatus = CopyBack(processor, irp);
        if ((irp.FlagBits & IoManager.IRP_DEALLOCATE_BUFFER) != 0)
            PoolRoutines.Free(irp.SystemBuffer, tag: null);
        FreeMdls(irp);

        UserRequest? request = irp.Request;
        (IoStatusHolder? holder, KEvent? userEvent) = (irp.UserIosb, irp.UserEvent);
        FileObject? file = irp.OriginalFileObject;
        bool isPended = irp.PendingReturned;
        bool isSynchronousApi = (irp.FlagBits & IoManager.IRP_SYNCHRONOUS_API) != 0;
        IoStatusBlock result = irp.Result;
        IoSystem io = IoSystem.Of(processor);
        io.Irps.Free(irp);
        if (request is not null)
        {
            request.IsOutstanding = false;
            Report(io, request, file, result, copyStatus, isPended, isSynchronousApi);
        }
        else if (holder is not null)
        {
            if (copyStatus != NtStatus.STATUS_SUCCESS)
                result.Status = copyStatus;
            ReportToDriver(system, holder, userEvent!, result, isPended);
        }

        if (file is not null)
            FileRequests.Dereference(processor, file);
    }

    /// <summary>Stage 0; false when a completion routine keeps the request.</summary>
    private static bool Unwind(KernelSystem system, Irp irp)
    {
        do
        {
            IoStackLocation location = irp.Current;
            if (location.IsHeldBack)
            {
                HoldBack(system, irp, location);
                return false;
            }

            irp.CurrentLocation++;
            irp.PendingReturned = (location.Control & IoManager.SL_PENDING_RETURNED) != 0;
            NtStatus status = irp.Result.Status;
            if (!NT_SUCCESS(status))
                location.Control |= IoManager.SL_ERROR_RETURNED;
            for (DispatchFrame? frame = location.Frame; frame is not null; frame = frame.Outer)
                (frame.Completed, frame.CompletedStatus) = (true, status);

            if (location.CompletionRoutine is { } routine && IsInvoked(location.Control, status, irp.Cancel))
            {
                object? context = location.CompletionContext;
                (location.CompletionRoutine, location.CompletionContext) = (null, null);
                location.ClearForUpperDriver();
                if (!CallRoutine(system, irp, routine, context))
                    return false;
            }
            else
            {
                if (irp.PendingReturned && irp.CurrentLocation <= irp.StackCount)
                    irp.Current.Control |= IoManager.SL_PENDING_RETURNED;
                location.ClearForUpperDriver();
            }
        }
        while (irp.CurrentLocation <= irp.StackCount);

        irp.CurrentLocation = (sbyte)(irp.StackCount + 2);
        irp.State = IrpState.Completed;
        return true;
    }

    /// <summary>The driver below is done with the request; its sender is told later, as of a request that was pended (MDL-513).</summary>
    private static void HoldBack(KernelSystem system, Irp irp, IoStackLocation location)
    {
        location.IsHeldBack = false;
        location.Control |= IoManager.SL_PENDING_RETURNED;
        for (DispatchFrame? frame = location.Frame; frame is not null; frame = frame.Outer)
            (frame.Completed, frame.CompletedStatus) = (true, irp.Result.Status);
        location.Frame = null;
        system.Layer<IoSystem>().ForcedPending.Hold(irp);
    }

    private static bool IsInvoked(byte control, NtStatus status, bool cancelled) =>
        (NT_SUCCESS(status) && (control & IoManager.SL_INVOKE_ON_SUCCESS) != 0)
        || (!NT_SUCCESS(status) && (control & IoManager.SL_INVOKE_ON_ERROR) != 0)
        || (cancelled && (control & IoManager.SL_INVOKE_ON_CANCEL) != 0);

    private static bool CallRoutine(KernelSystem system, Irp irp, IoCompletionRoutine routine, object? context)
    {
        bool isOriginator = irp.CurrentLocation > irp.StackCount;
        bool mustPropagate = irp.PendingReturned && !isOriginator;
        DeviceObject? device = isOriginator ? null : irp.Current.DeviceObject;
        system.Trace("CompletionRoutine", irp, (ulong)irp.Result.Status);
        // The originator has no location of its own: its routine is taken for code of whoever completes.
        using OwnerScope code = system.Processor.RunAs(device is null ? system.Processor.Thread.Owner : device.DriverObject.Owner);
        Kirql irql = system.Processor.Irql;
        NtStatus returned = routine(device, irp, context);
        IrpWatch.CheckIrqlOfCompletionRoutine(system.Processor, irql, routine);
        if (returned == NtStatus.STATUS_MORE_PROCESSING_REQUIRED)
            return false;

        if (mustPropagate && (irp.Current.Control & IoManager.SL_PENDING_RETURNED) == 0)
        {
            IrpChecks.Report(system, IrpChecks.PendingNotPropagated, 0, irp.Address, 0, "MDL5004",
                $"A completion routine of {device!.DriverObject} saw PendingReturned for {irp} but did not call IoMarkIrpPending.");
        }

        return true;
    }

    private static void CheckBefore(Processor processor, Irp irp)
    {
        KernelSystem system = processor.System;
        if (!system.Verifier.IsOn)
            return;

        IoSystem.Of(processor).Completing?.Invoke(irp);
        IrpWatch.OnCompletion(processor, irp);
        NtStatus status = irp.Result.Status;
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
        {
            IrpChecks.Report(system, 0x0E, (ulong)processor.Irql, irp.Address, 0, "MDL6004",
                $"IoCompleteRequest was called at IRQL {(int)processor.Irql}, above DISPATCH_LEVEL.");
        }

        if (status == NtStatus.STATUS_PENDING || (uint)status == uint.MaxValue)
        {
            IrpChecks.Report(system, IrpChecks.CompletedWithPendingStatus, (ulong)status, irp.Address, 0, "MDL5004",
                $"{irp} was completed with {status}, which is no final status.");
        }

        if (irp.CancelRoutine is not null)
        {
            IrpChecks.Report(system, IrpChecks.CompletedWithCancelRoutine, 0, irp.Address, 0, null,
                $"{irp} was completed while its cancel routine was still set.");
        }

        if (irp.CurrentLocation > irp.StackCount)
        {
            IrpChecks.Report(system, IrpChecks.CompletedWithoutForwarding, 0, irp.Address, 0, "MDL5005",
                $"{irp} was completed, but never sent to a driver with IoCallDriver.");
        }

        const uint copied = IoManager.IRP_BUFFERED_IO | IoManager.IRP_INPUT_OPERATION;
        if ((irp.FlagBits & copied) == copied && !IsError(status) && irp.Result.Information > irp.OutputLength)
        {
            IrpChecks.Report(system, IrpChecks.InformationTooLarge, irp.Result.Information, irp.Address, irp.OutputLength, "MDL5003",
                $"{irp} was completed with Information {irp.Result.Information}, but its output buffer has {irp.OutputLength} bytes.");
        }
    }

    /// <summary>Stage 1, and the way to stage 2.</summary>
    private static void LeaveDriver(Processor processor, Irp irp)
    {
        KernelSystem system = processor.System;
        const uint apart = IoManager.IRP_ASSOCIATED_IRP | IoManager.IRP_PAGING_IO | IoManager.IRP_CLOSE_OPERATION;
        if ((irp.FlagBits & apart) != 0)
        {
            LeaveAtOnce(processor, irp);
            return;
        }

        system.Trace("IoCompletionStage1", irp);
        if (irp.Mdls is { Next: not null } head)
            ChainWalk.RequireEnd(head);
        for (Mdl? mdl = irp.Mdls; mdl is not null; mdl = mdl.Next)
            MemoryManager.MmUnlockPages(mdl);

        if ((irp.FlagBits & IoManager.IRP_DEFER_IO_COMPLETION) != 0 && !irp.PendingReturned)
            return;
        if (irp.IsOrphaned)
        {
            Drop(processor, irp);
            return;
        }

        if (irp.Thread is null)
        {
            // The kernel would queue the APC to a null thread here.
            system.BugCheck(BugCheckCode.INCONSISTENT_IRP, irp.Address, 0, 0, 0,
                $"{irp} has no thread to report to: the completion routine of a driver-allocated request must return STATUS_MORE_PROCESSING_REQUIRED.",
                "MDL5008");
        }

        system.Scheduler.QueueApc(irp.Thread, irp.FinishApc);
    }

    /// <summary>Requests without stage 2: parts of another request, paging I/O and close.</summary>
    private static void LeaveAtOnce(Processor processor, Irp irp)
    {
        IoSystem io = IoSystem.Of(processor);
        if ((irp.FlagBits & IoManager.IRP_ASSOCIATED_IRP) != 0)
        {
            Irp master = irp.AssociatedUnchecked.MasterIrp!;
            FreeMdls(irp);
            io.Irps.Free(irp);
            if (--master.AssociatedUnchecked.IrpCount == 0)
                Complete(processor, master);
        }
        else if ((irp.FlagBits & IoManager.IRP_PAGING_IO) != 0)
        {
            // The pages of paging I/O belong to the memory manager, and so does the MDL.
            irp.UserIosb!.Value = irp.Result;
            KEvent @event = irp.UserEvent!;
            io.Irps.Free(irp);
            processor.System.Scheduler.Signal(@event);
        }
        else
        {
            // The requester frees the request.
            UserRequest request = irp.Request!;
            (request.StatusBlock, request.FinalStatus, request.IsStatusBlockWritten) = (irp.Result, irp.Result.Status, true);
            processor.System.Scheduler.Signal(request.Event);
        }
    }

    /// <summary>The requester is gone: resources are freed, nothing is reported.</summary>
    private static void Drop(Processor processor, Irp irp)
    {
        if ((irp.FlagBits & IoManager.IRP_DEALLOCATE_BUFFER) != 0)
            PoolRoutines.Free(irp.SystemBuffer, tag: null);
        FreeMdls(irp);
        FileObject? file = irp.OriginalFileObject;
        IoSystem.Of(processor).Irps.Free(irp);
        if (file is not null)
            FileRequests.Dereference(processor, file);
    }

    private static bool IsError(NtStatus status) => (uint)status >= 0xC000_0000;

    private static void FreeMdls(Irp irp)
    {
        while (irp.Mdls is { } mdl)
        {
            irp.Mdls = mdl.Next;
            IoManager.IoFreeMdl(mdl);
        }
    }

    /// <summary>Gives the caller of a buffered request its bytes; the status of a fault while doing so, or success.</summary>
    private static NtStatus CopyBack(Processor processor, Irp irp)
    {
        const uint copied = IoManager.IRP_BUFFERED_IO | IoManager.IRP_INPUT_OPERATION;
        NtStatus status = irp.Result.Status;
        if ((irp.FlagBits & copied) != copied || IsError(status) || status == NtStatus.STATUS_VERIFY_REQUIRED || irp.Result.Information == 0)
            return NtStatus.STATUS_SUCCESS;

        try
        {
            MemoryAccesses.Copy(irp.CallerBuffer, irp.SystemBuffer, irp.Result.Information);
            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }
    }

    /// <summary>A driver that built the request and saw it fail at once has the status from IoCallDriver only.</summary>
    private static void ReportToDriver(KernelSystem system, IoStatusHolder holder, KEvent @event, in IoStatusBlock result, bool isPended)
    {
        if (IsError(result.Status) && !isPended)
            return;

        holder.Value = result;
        system.Scheduler.Signal(@event);
    }

    private static void Report(IoSystem io, UserRequest request, FileObject? file, in IoStatusBlock result, NtStatus copyStatus, bool isPended, bool isSynchronousApi)
    {
        bool isFault = copyStatus != NtStatus.STATUS_SUCCESS;
        request.FinalStatus = isFault ? copyStatus : result.Status;
        bool reports = !isFault && (!IsError(result.Status) || (isPended && (!request.IsSynchronous || isSynchronousApi)));
        if (reports)
        {
            request.Report(io.System.Processor, result);
            if (request.IsSynchronous && file is not null && NT_SUCCESS(result.Status))
                file.CurrentByteOffset = request.ByteOffset + (long)result.Information;
        }
        else
        {
            // Only what the call returns tells of the failure.
            request.StatusBlock.Status = request.FinalStatus;
        }

        if (!reports && !isPended)
            return;
        io.System.Scheduler.Signal(request.Event);
        io.Requests.Post(request);
    }
}
