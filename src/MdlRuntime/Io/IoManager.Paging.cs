using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Reads pages for the memory manager; the MDL stays locked and belongs to the caller. IRQL at most APC_LEVEL. WDK: IoPageRead.</summary>
    /// <param name="fileObject">The open file.</param>
    /// <param name="mdl">A locked MDL that is filled.</param>
    /// <param name="startingOffset">Position in the file in bytes.</param>
    /// <param name="event">Set when the read is over.</param>
    /// <param name="ioStatus">Receives the result then, whatever it is.</param>
    /// <returns>What the driver returned; STATUS_INSUFFICIENT_RESOURCES when memory is used up, and then the event is not set.</returns>
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus IoPageRead(FileObject fileObject, [MdlEffect(MdlEffect.Reads)] Mdl mdl, long startingOffset, KEvent @event, out IoStatusHolder ioStatus) =>
        PagingRequests.Send(fileObject, mdl, startingOffset, @event, out ioStatus, MajorFunction.IRP_MJ_READ, nameof(IoPageRead));

    /// <summary>Writes pages for the memory manager; the MDL stays locked and belongs to the caller. IRQL at most APC_LEVEL. WDK: IoSynchronousPageWrite.</summary>
    /// <param name="fileObject">The open file.</param>
    /// <param name="mdl">A locked MDL of the data.</param>
    /// <param name="startingOffset">Position in the file in bytes.</param>
    /// <param name="event">Set when the write is over.</param>
    /// <param name="ioStatus">Receives the result then, whatever it is.</param>
    /// <returns>What the driver returned; STATUS_INSUFFICIENT_RESOURCES when memory is used up, and then the event is not set.</returns>
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus IoSynchronousPageWrite(FileObject fileObject, [MdlEffect(MdlEffect.Reads)] Mdl mdl, long startingOffset, KEvent @event, out IoStatusHolder ioStatus) =>
        PagingRequests.Send(fileObject, mdl, startingOffset, @event, out ioStatus, MajorFunction.IRP_MJ_WRITE, nameof(IoSynchronousPageWrite));
}
