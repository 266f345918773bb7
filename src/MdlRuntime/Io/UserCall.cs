namespace MdlRuntime;

/// <summary>A system service that user code calls on a handle.</summary>
/// <param name="Function">What the request will ask for.</param>
/// <param name="Code">Control code, information class or parts of a security descriptor.</param>
/// <param name="Buffers">The caller's buffers; the second one if there is one only.</param>
/// <param name="ByteOffset">Position of a transfer in bytes.</param>
/// <param name="IoStatusBlock">User address of the status block, or 0.</param>
internal readonly record struct UserCall(MajorFunction Function, uint Code, ControlBuffers Buffers, long ByteOffset = 0, nuint IoStatusBlock = 0)
{
    /// <summary>Makes the call; returns what the service returns.</summary>
    public NtStatus Issue(Processor processor, FileObject file, UserRequest request)
    {
        request.UserStatusBlock = IoStatusBlock;
        return Function switch
        {
            MajorFunction.IRP_MJ_READ or MajorFunction.IRP_MJ_WRITE =>
                TransferRequests.Issue(processor, file, Function, Buffers.Output, Buffers.OutputLength, ByteOffset, request),
            MajorFunction.IRP_MJ_DEVICE_CONTROL or MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL =>
                ControlRequests.Issue(processor, file, Function, Code, Buffers, request),
            _ => InformationRequests.Issue(processor, file, Function, Code, Buffers.Output, Buffers.OutputLength, request),
        };
    }
}
