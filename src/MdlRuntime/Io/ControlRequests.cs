namespace MdlRuntime;

/// <summary>The I/O manager's part of a device control request before the driver sees it.</summary>
internal static class ControlRequests
{
    /// <summary>Checks, builds and sends a request of user code; returns what the system service returns.</summary>
    public static NtStatus Issue(Processor processor, FileObject file, uint code, nuint input, uint inputLength, nuint output, uint outputLength, UserRequest request)
    {
        uint method = code & 3;
        processor.System.Trace("NtDeviceIoControlFile", file, code, inputLength, outputLength);
        NtStatus status = Probe(method, input, ref inputLength, output, ref outputLength);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;

        DeviceObject target = file.DeviceObject.Top;
        if (RequestSender.Allocate(processor, target, file, MajorFunction.IRP_MJ_DEVICE_CONTROL, KProcessorMode.UserMode, request) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ref DeviceIoControlParameters parameters = ref irp.Next.ParametersUnchecked.DeviceIoControl;
        (parameters.IoControlCode, parameters.InputBufferLength, parameters.OutputBufferLength) = (code, inputLength, outputLength);
        status = method switch
        {
            METHOD_BUFFERED => AttachSystemBuffer(processor, irp, input, inputLength, output, outputLength),
            METHOD_NEITHER => AttachPointers(irp, input, output),
            _ => AttachMdl(processor, irp, method, input, inputLength, output, outputLength),
        };
        // Without deferred completion stage 2 always comes by APC.
        return status == NtStatus.STATUS_SUCCESS
            ? RequestSender.Send(processor, target, irp)
            : RequestSender.Abandon(processor, irp, status);
    }

    private static NtStatus Probe(uint method, nuint input, ref uint inputLength, nuint output, ref uint outputLength)
    {
        try
        {
            if (method == METHOD_BUFFERED)
            {
                if (output == 0)
                    outputLength = 0;
                MemoryAccesses.ProbeWritable(output, outputLength, alignment: 1);
            }

            if (method != METHOD_NEITHER)
            {
                if (input == 0)
                    inputLength = 0;
                MemoryAccesses.ProbeRange(input, inputLength, alignment: 1);
            }

            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }
    }

    private static NtStatus AttachSystemBuffer(Processor processor, Irp irp, nuint input, uint inputLength, nuint output, uint outputLength)
    {
        uint length = Math.Max(inputLength, outputLength);
        irp.CallerBuffer = output;
        if (length == 0)
            return NtStatus.STATUS_SUCCESS;
        if (!TransferRequests.TryAllocateSystemBuffer(processor, irp, length))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        irp.FlagBits |= IoManager.IRP_BUFFERED_IO | (output != 0 ? IoManager.IRP_INPUT_OPERATION : 0);
        irp.OutputLength = outputLength;
        return TransferRequests.Copy(irp.SystemBuffer, input, inputLength);
    }

    private static NtStatus AttachPointers(Irp irp, nuint input, nuint output)
    {
        irp.CallerBuffer = output;
        irp.Next.ParametersUnchecked.DeviceIoControl.Type3InputBuffer = input;
        return NtStatus.STATUS_SUCCESS;
    }

    private static NtStatus AttachMdl(Processor processor, Irp irp, uint method, nuint input, uint inputLength, nuint output, uint outputLength)
    {
        if (inputLength > 0)
        {
            if (!TransferRequests.TryAllocateSystemBuffer(processor, irp, inputLength))
                return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
            irp.FlagBits |= IoManager.IRP_BUFFERED_IO;
            NtStatus status = TransferRequests.Copy(irp.SystemBuffer, input, inputLength);
            if (status != NtStatus.STATUS_SUCCESS)
                return status;
        }

        LockOperation operation = method == METHOD_IN_DIRECT ? LockOperation.IoReadAccess : LockOperation.IoWriteAccess;
        return outputLength == 0
            ? NtStatus.STATUS_SUCCESS
            : TransferRequests.LockBuffer(irp, output, outputLength, operation);
    }
}
