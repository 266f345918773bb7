namespace MdlRuntime;

/// <summary>Calls of a driver that need no request.</summary>
internal static class FastIo
{
    /// <summary>Tries a transfer of a cached file; false when a request must be made.</summary>
    public static bool TryTransfer(Processor processor, DeviceObject target, FileObject file, bool isRead, nuint buffer, uint length, UserRequest request)
    {
        FastIoDispatch? dispatch = target.DriverObject.FastIoDispatch;
        if ((isRead ? dispatch?.FastIoRead : dispatch?.FastIoWrite) is not { } routine)
            return false;

        IoStatusBlock result = default;
        processor.System.Trace(isRead ? nameof(FastIoDispatch.FastIoRead) : nameof(FastIoDispatch.FastIoWrite), file, buffer, length);
        bool isDone;
        try
        {
            using OwnerScope code = processor.RunAs(target.DriverObject.Owner);
            isDone = routine(file, request.ByteOffset, length, buffer, ref result, target);
        }
        catch (Exception exception) when (Processor.IsUnhandledFault(exception))
        {
            processor.StopUnhandled(BugCheckCode.SYSTEM_SERVICE_EXCEPTION, "a fast I/O routine", exception);
            throw;
        }

        // Any other end is left to a request.
        if (!isDone || result.Status is not (NtStatus.STATUS_SUCCESS or NtStatus.STATUS_BUFFER_OVERFLOW or NtStatus.STATUS_END_OF_FILE))
            return false;
        if (NT_SUCCESS(result.Status))
            file.CurrentByteOffset = request.ByteOffset + (long)result.Information;
        request.Report(processor, result);
        return true;
    }

    /// <summary>Tries a control code; false when a request must be made.</summary>
    public static bool TryControl(Processor processor, DeviceObject target, FileObject file, uint code, in ControlBuffers buffers, UserRequest request)
    {
        if (target.DriverObject.FastIoDispatch?.FastIoDeviceControl is not { } routine)
            return false;

        IoStatusBlock result = default;
        processor.System.Trace(nameof(FastIoDispatch.FastIoDeviceControl), file, code);
        bool isDone;
        try
        {
            using OwnerScope owner = processor.RunAs(target.DriverObject.Owner);
            isDone = routine(file, buffers.Input, buffers.InputLength, buffers.Output, buffers.OutputLength, code, ref result, target);
        }
        catch (Exception exception) when (Processor.IsUnhandledFault(exception))
        {
            processor.StopUnhandled(BugCheckCode.SYSTEM_SERVICE_EXCEPTION, "a fast I/O routine", exception);
            throw;
        }

        if (isDone)
            request.Report(processor, result);
        return isDone;
    }
}
