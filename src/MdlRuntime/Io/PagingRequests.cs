namespace MdlRuntime;

/// <summary>Paging I/O: transfers for the memory manager, with MDLs of its own.</summary>
internal static class PagingRequests
{
    public static NtStatus Send(FileObject file, Mdl mdl, long startingOffset, KEvent @event, out IoStatusHolder ioStatus, MajorFunction function, string routine)
    {
        Processor processor = Processor.Current;
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(@event);
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        IrpChecks.RequireIrql(processor, routine, Kirql.APC_LEVEL);
        ioStatus = new();
        DeviceObject target = file.DeviceObject.Top;
        if (IoSystem.Of(processor).Irps.Allocate(target.StackSize) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        irp.FlagBits = IoManager.IRP_PAGING_IO | IoManager.IRP_NOCACHE | IoManager.IRP_SYNCHRONOUS_PAGING_IO;
        irp.Mdls = mdl;
        irp.CallerBuffer = mdl.VirtualAddress;
        (irp.UserIosb, irp.UserEvent, irp.Thread) = (ioStatus, @event, processor.Thread);
        IoStackLocation next = irp.Next;
        (next.MajorFunction, next.FileObject) = (function, file);
        ref ReadParameters parameters = ref next.ParametersUnchecked.Read;
        (parameters.Length, parameters.ByteOffset) = (mdl.Length, startingOffset);
        processor.System.Trace(routine, irp, mdl.Address, (ulong)startingOffset);
        return Dispatcher.Call(processor, target, irp);
    }
}
