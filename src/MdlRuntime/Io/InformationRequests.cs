namespace MdlRuntime;

/// <summary>Requests about an open file other than transfers and control codes. The major function decides how the buffer travels.</summary>
internal static class InformationRequests
{
    /// <summary>FilePositionInformation, which the I/O manager answers itself.</summary>
    private const uint FilePosition = 14;

    /// <summary>Checks, builds and sends a request of user code; returns what the system service returns.</summary>
    public static NtStatus Issue(Processor processor, FileObject file, MajorFunction function, uint what, nuint buffer, uint length, UserRequest request)
    {
        bool isQuery = IsQuery(function);
        processor.System.Trace(isQuery ? "NtQuery" : "NtSet", file, (ulong)function, what, length);
        NtStatus status = TransferRequests.Probe(buffer, length, isQuery);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        if (what == FilePosition && function is MajorFunction.IRP_MJ_QUERY_INFORMATION or MajorFunction.IRP_MJ_SET_INFORMATION && file.WaitsSynchronously)
            return Position(processor, file, isQuery, buffer, length, request);

        if (!request.IsSynchronous)
            return Send(processor, file, function, what, buffer, length, request);

        file.Lock(processor.System.Scheduler);
        try
        {
            return Send(processor, file, function, what, buffer, length, request);
        }
        finally
        {
            file.Unlock(processor.System.Scheduler);
        }
    }

    private static NtStatus Send(Processor processor, FileObject file, MajorFunction function, uint what, nuint buffer, uint length, UserRequest request)
    {
        DeviceObject target = file.DeviceObject.Top;
        if (RequestSender.Allocate(processor, target, file, function, KProcessorMode.UserMode, request) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ref StackParameters parameters = ref irp.Next.ParametersUnchecked;
        switch (function)
        {
            case MajorFunction.IRP_MJ_QUERY_SECURITY:
                (parameters.QuerySecurity.SecurityInformation, parameters.QuerySecurity.Length) = (what, length);
                break;
            case MajorFunction.IRP_MJ_SET_SECURITY:
                (parameters.SetSecurity.SecurityInformation, parameters.SetSecurity.SecurityDescriptor) = (what, buffer);
                break;
            case MajorFunction.IRP_MJ_DIRECTORY_CONTROL:
                irp.Next.MinorFunction = IoManager.IRP_MN_QUERY_DIRECTORY;
                (parameters.QueryDirectory.Length, parameters.QueryDirectory.FileInformationClass) = (length, what);
                break;
            default:
                (parameters.QueryFile.Length, parameters.QueryFile.FileInformationClass) = (length, what);
                break;
        }

        NtStatus status = Attach(processor, target, irp, function, buffer, length);
        if (status != NtStatus.STATUS_SUCCESS)
            return RequestSender.Abandon(processor, irp, status);

        irp.FlagBits |= IoManager.IRP_SYNCHRONOUS_API | IoManager.IRP_DEFER_IO_COMPLETION;
        return RequestSender.Send(processor, target, irp);
    }

    private static NtStatus Attach(Processor processor, DeviceObject target, Irp irp, MajorFunction function, nuint buffer, uint length)
    {
        bool isQuery = IsQuery(function);
        switch (function)
        {
            case MajorFunction.IRP_MJ_FLUSH_BUFFERS:
                return NtStatus.STATUS_SUCCESS;
            case MajorFunction.IRP_MJ_QUERY_SECURITY or MajorFunction.IRP_MJ_SET_SECURITY:
                irp.CallerBuffer = buffer;
                return NtStatus.STATUS_SUCCESS;
            case MajorFunction.IRP_MJ_QUERY_INFORMATION or MajorFunction.IRP_MJ_SET_INFORMATION
                or MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION or MajorFunction.IRP_MJ_SET_VOLUME_INFORMATION:
                return TransferRequests.AttachSystemBuffer(processor, irp, buffer, length, isQuery);
            default:
                return TransferRequests.AttachBuffer(processor, target, irp, buffer, length, isQuery, KProcessorMode.UserMode);
        }
    }

    private static NtStatus Position(Processor processor, FileObject file, bool isQuery, nuint buffer, uint length, UserRequest request)
    {
        if (length < sizeof(long))
            return NtStatus.STATUS_INFO_LENGTH_MISMATCH;

        Span<byte> position = stackalloc byte[sizeof(long)];
        try
        {
            if (isQuery)
            {
                BitConverter.TryWriteBytes(position, file.CurrentByteOffset);
                MemoryAccesses.CopyFrom(processor, buffer, position);
            }
            else
            {
                MemoryAccesses.CopyTo(processor, buffer, position);
                file.CurrentByteOffset = BitConverter.ToInt64(position);
            }
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }

        request.Report(processor, new() { Information = isQuery ? sizeof(long) : 0u });
        return NtStatus.STATUS_SUCCESS;
    }

    private static bool IsQuery(MajorFunction function) => function is MajorFunction.IRP_MJ_QUERY_INFORMATION or MajorFunction.IRP_MJ_QUERY_EA
        or MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION or MajorFunction.IRP_MJ_DIRECTORY_CONTROL or MajorFunction.IRP_MJ_QUERY_SECURITY
        or MajorFunction.IRP_MJ_QUERY_QUOTA;
}
