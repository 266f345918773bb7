namespace MdlRuntime;

/// <summary>Requests that open and close handles, and Plug and Play requests: sent only to drivers that have an entry for them.</summary>
internal static class FileRequests
{
    private static readonly IoWorkItemRoutine s_delete = (_, file) => Delete(Processor.Current, (FileObject)file!);

    /// <summary>Opens a device; raises the status that the open fails with.</summary>
    public static FileObject Create(Processor processor, DeviceObject device, AccessMask access, CreateOptions? options)
    {
        var file = new FileObject(device, access, options);
        IrpChecks.RequireOneMethod(processor.System, device.Top);
        device.OpenHandles++;
        NtStatus status = Send(processor, device.Top, file, MajorFunction.IRP_MJ_CREATE, minor: 0, KProcessorMode.UserMode, IoManager.IRP_CREATE_OPERATION);
        if (NT_SUCCESS(status))
            return file;

        IoSystem.Of(processor).ReleaseDevice(device);
        throw new NtStatusException(status, $"opening {device} failed");
    }

    /// <summary>The last handle goes away.</summary>
    public static void Cleanup(Processor processor, FileObject file)
    {
        Send(processor, file.DeviceObject.Top, file, MajorFunction.IRP_MJ_CLEANUP, minor: 0, KProcessorMode.UserMode, flags: 0);
        Dereference(processor, file);
    }

    /// <summary>Gives up a reference; IRP_MJ_CLOSE follows the last, at PASSIVE_LEVEL: from a worker thread if need be.</summary>
    public static void Dereference(Processor processor, FileObject file)
    {
        if (--file.References > 0)
            return;

        if (processor.Irql == Kirql.PASSIVE_LEVEL)
            Delete(processor, file);
        else
            IoSystem.Of(processor).Workers.Queue(new(file.DeviceObject), s_delete, file);
    }

    /// <summary>Sends a Plug and Play request and waits for it; success when the top driver has no entry for it.</summary>
    public static NtStatus PlugAndPlay(Processor processor, DeviceObject device, byte minor) =>
        Send(processor, device.Top, file: null, MajorFunction.IRP_MJ_PNP, minor, KProcessorMode.KernelMode, flags: 0);

    private static void Delete(Processor processor, FileObject file)
    {
        Close(processor, file);
        IoSystem.Of(processor).ReleaseDevice(file.DeviceObject);
    }

    private static NtStatus Send(Processor processor, DeviceObject target, FileObject? file, MajorFunction function, byte minor, KProcessorMode mode, uint flags)
    {
        if (!target.DriverObject.MajorFunction.Handles(function))
            return NtStatus.STATUS_SUCCESS;

        UserRequests requests = IoSystem.Of(processor).Requests;
        UserRequest request = requests.Take();
        if (RequestSender.Allocate(processor, target, file, function, mode, request) is not { } irp)
        {
            requests.Return(request);
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        }

        irp.Next.MinorFunction = minor;
        irp.FlagBits = flags | IoManager.IRP_SYNCHRONOUS_API | IoManager.IRP_DEFER_IO_COMPLETION;
        if (function == MajorFunction.IRP_MJ_PNP)
            irp.Result.Status = NtStatus.STATUS_NOT_SUPPORTED;
        NtStatus status = RequestSender.Send(processor, target, irp);
        requests.Return(request);
        return status;
    }

    /// <summary>A close request is finished in the context of whoever completes it, so it is freed here.</summary>
    private static void Close(Processor processor, FileObject file)
    {
        DeviceObject target = file.DeviceObject.Top;
        if (!target.DriverObject.MajorFunction.Handles(MajorFunction.IRP_MJ_CLOSE))
            return;

        IoSystem io = IoSystem.Of(processor);
        UserRequest request = io.Requests.Take();
        if (RequestSender.Allocate(processor, target, file, MajorFunction.IRP_MJ_CLOSE, KProcessorMode.KernelMode, request) is not { } irp)
            return;

        irp.FlagBits = IoManager.IRP_CLOSE_OPERATION | IoManager.IRP_SYNCHRONOUS_API;
        if (Dispatcher.CallFromSystem(processor, target, irp) == NtStatus.STATUS_PENDING)
            processor.System.Scheduler.Wait(request.Event, timeout: null);
        io.Irps.Free(irp);
        io.Requests.Return(request);
    }
}
