namespace MdlRuntime;

/// <summary>The I/O manager's part of a device control request before the driver sees it.</summary>
internal static class ControlRequests
{
    /// <summary>Checks, builds and sends a request of user code; returns what the system service returns.</summary>
    public static NtStatus Issue(Processor processor, FileObject file, MajorFunction function, uint code, ControlBuffers buffers, UserRequest request)
    {
        bool isDevice = function == MajorFunction.IRP_MJ_DEVICE_CONTROL;
        processor.System.Trace(isDevice ? "NtDeviceIoControlFile" : "NtFsControlFile", file, code, buffers.InputLength, buffers.OutputLength);
        NtStatus status = Probe(code & 3, ref buffers);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;

        // The code asks for FILE_READ_DATA and FILE_WRITE_DATA in these two bits.
        var access = (AccessMask)((code >> 14) & 3);
        if ((access & ~file.Access) != 0)
            return NtStatus.STATUS_ACCESS_DENIED;
        if (!request.IsSynchronous)
            return Send(processor, file, function, code, buffers, request);

        file.Lock(processor.System.Scheduler);
        try
        {
            return Send(processor, file, function, code, buffers, request);
        }
        finally
        {
            file.Unlock(processor.System.Scheduler);
        }
    }

    private static NtStatus Send(Processor processor, FileObject file, MajorFunction function, uint code, in ControlBuffers buffers, UserRequest request)
    {
        DeviceObject target = file.DeviceObject.Top;
        if (function == MajorFunction.IRP_MJ_DEVICE_CONTROL && FastIo.TryControl(processor, target, file, code, buffers, request))
            return request.FinalStatus;
        if (RequestSender.Allocate(processor, target, file, function, KProcessorMode.UserMode, request) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        NtStatus status = Attach(processor, irp, code, buffers, KProcessorMode.UserMode);
        // Without deferred completion stage 2 of a device control request always comes by APC.
        if (function == MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL)
            irp.FlagBits |= IoManager.IRP_DEFER_IO_COMPLETION;
        return status == NtStatus.STATUS_SUCCESS
            ? RequestSender.Send(processor, target, irp)
            : RequestSender.Abandon(processor, irp, status);
    }

    /// <summary>Fills in the parameters and attaches the buffers as the transfer type of the code asks for.</summary>
    public static NtStatus Attach(Processor processor, Irp irp, uint code, in ControlBuffers buffers, KProcessorMode mode)
    {
        ref DeviceIoControlParameters parameters = ref irp.Next.ParametersUnchecked.DeviceIoControl;
        (parameters.IoControlCode, parameters.InputBufferLength, parameters.OutputBufferLength) = (code, buffers.InputLength, buffers.OutputLength);
        uint method = code & 3;
        return method switch
        {
            METHOD_BUFFERED => AttachSystemBuffer(processor, irp, buffers),
            METHOD_NEITHER => AttachPointers(irp, buffers),
            _ => AttachMdl(processor, irp, method, buffers, mode),
        };
    }

    private static NtStatus Probe(uint method, ref ControlBuffers buffers)
    {
        try
        {
            if (method == METHOD_BUFFERED)
            {
                if (buffers.Output == 0)
                    buffers.OutputLength = 0;
                MemoryAccesses.ProbeWritable(buffers.Output, buffers.OutputLength, alignment: 1);
            }

            if (method != METHOD_NEITHER)
            {
                if (buffers.Input == 0)
                    buffers.InputLength = 0;
                MemoryAccesses.ProbeRange(buffers.Input, buffers.InputLength, alignment: 1);
            }

            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }
    }

    private static NtStatus AttachSystemBuffer(Processor processor, Irp irp, in ControlBuffers buffers)
    {
        uint length = Math.Max(buffers.InputLength, buffers.OutputLength);
        irp.CallerBuffer = buffers.Output;
        if (length == 0)
            return NtStatus.STATUS_SUCCESS;
        if (!TransferRequests.TryAllocateSystemBuffer(processor, irp, length))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        irp.FlagBits |= IoManager.IRP_BUFFERED_IO | (buffers.Output != 0 ? IoManager.IRP_INPUT_OPERATION : 0);
        irp.OutputLength = buffers.OutputLength;
        return CopyInput(irp, buffers);
    }

    private static NtStatus AttachPointers(Irp irp, in ControlBuffers buffers)
    {
        irp.CallerBuffer = buffers.Output;
        irp.Next.ParametersUnchecked.DeviceIoControl.Type3InputBuffer = buffers.Input;
        return NtStatus.STATUS_SUCCESS;
    }

    private static NtStatus AttachMdl(Processor processor, Irp irp, uint method, in ControlBuffers buffers, KProcessorMode mode)
    {
        if (buffers.InputLength > 0 && buffers.Input != 0)
        {
            if (!TransferRequests.TryAllocateSystemBuffer(processor, irp, buffers.InputLength))
                return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
            irp.FlagBits |= IoManager.IRP_BUFFERED_IO;
            NtStatus status = CopyInput(irp, buffers);
            if (status != NtStatus.STATUS_SUCCESS)
                return status;
        }

        // A null pointer of user code with a length fails in the lock; a driver's means that there is no buffer.
        bool hasBuffer = buffers.OutputLength > 0 && (buffers.Output != 0 || mode == KProcessorMode.UserMode);
        LockOperation operation = method == METHOD_IN_DIRECT ? LockOperation.IoReadAccess : LockOperation.IoWriteAccess;
        return hasBuffer ? TransferRequests.LockBuffer(irp, buffers.Output, buffers.OutputLength, operation, mode) : NtStatus.STATUS_SUCCESS;
    }

    private static NtStatus CopyInput(Irp irp, in ControlBuffers buffers) =>
        buffers.Input == 0 ? NtStatus.STATUS_SUCCESS : TransferRequests.Copy(irp.SystemBuffer, buffers.Input, buffers.InputLength);
}
