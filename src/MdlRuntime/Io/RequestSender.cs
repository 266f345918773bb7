using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>The part that all requests of handles share: hand the request to the driver and take its result.</summary>
internal static class RequestSender
{
    /// <summary>A request to the top of a stack on behalf of the current thread; null when pool is used up.</summary>
    public static Irp? Allocate(Processor processor, DeviceObject target, FileObject? file, MajorFunction function, KProcessorMode mode, UserRequest request)
    {
        // What closes and removes must succeed.
        bool canFail = function is not (MajorFunction.IRP_MJ_CLEANUP or MajorFunction.IRP_MJ_CLOSE or MajorFunction.IRP_MJ_PNP);
        IoSystem io = IoSystem.Of(processor);
        if ((canFail && processor.System.Faults.Strikes(IoManagerCalls.AllocateIrp)) || io.Irps.Allocate(target.StackSize, chargeQuota: true) is not { } irp)
            return null;

        irp.RequestorMode = mode;
        irp.Thread = processor.Thread;
        irp.OriginalFileObject = file;
        irp.Request = request;
        irp.Next.MajorFunction = function;
        irp.Next.FileObject = file;
        return irp;
    }

    /// <summary>Undoes <see cref="Allocate"/> for a request that no driver has seen.</summary>
    public static NtStatus Abandon(Processor processor, Irp irp, NtStatus status)
    {
        if ((irp.FlagBits & IoManager.IRP_DEALLOCATE_BUFFER) != 0)
            PoolRoutines.Free(irp.SystemBuffer, tag: null);
        IoSystem.Of(processor).Irps.Free(irp);
        return status;
    }

    /// <summary>Calls the driver, runs stage 2 if it did not pend, and waits if it did and the request is synchronous.</summary>
    public static NtStatus Send(Processor processor, DeviceObject target, Irp irp)
    {
        IoSystem io = IoSystem.Of(processor);
        UserRequest request = irp.Request!;
        bool isDeferred = (irp.FlagBits & IoManager.IRP_DEFER_IO_COMPLETION) != 0;
        nuint address = irp.Address;
        if (irp.OriginalFileObject is { } file)
            file.References++;
        request.IsOutstanding = true;
        io.Irps.AddOutstanding(irp);

        NtStatus status = Dispatcher.CallFromSystem(processor, target, irp);
        if (status == NtStatus.STATUS_PENDING)
            return request.IsSynchronous ? Wait(processor, request) : status;
        if (isDeferred)
            FinishAtOnce(processor, irp, request, address);
        return status;
    }

    private static NtStatus Wait(Processor processor, UserRequest request)
    {
        processor.System.Scheduler.Wait(request.Event, timeout: null);
        return request.FinalStatus;
    }

    private static void FinishAtOnce(Processor processor, Irp irp, UserRequest request, nuint address)
    {
        if (!request.IsOutstanding)
        {
            // The driver marked the request pending, so that the APC has already finished it, and returned something else.
            processor.System.BugCheck(BugCheckCode.MULTIPLE_IRP_COMPLETE_REQUESTS, address, 0, 0, 0,
                $"IRP {address:X16} was completed as a pending request although its dispatch routine did not return STATUS_PENDING.", "MDL5004");
        }

        processor.RaiseIrql(Kirql.APC_LEVEL, out Kirql oldIrql);
        RequestCompletion.Finish(processor, irp);
        processor.LowerIrql(oldIrql);
    }
}
