using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>The I/O manager's part of a read or write before the driver sees it.</summary>
internal static class TransferRequests
{
    private const uint SystemBufferTag = 0x42536F49;
    private const long UseFilePointer = -2;
    private const long WriteToEndOfFile = -1;

    /// <summary>Checks, builds and sends a request of user code; returns what the system service returns.</summary>
    public static NtStatus Issue(Processor processor, FileObject file, MajorFunction function, nuint buffer, uint length, long byteOffset, UserRequest request)
    {
        bool isRead = function == MajorFunction.IRP_MJ_READ;
        KernelSystem system = processor.System;
        system.Trace(isRead ? "NtReadFile" : "NtWriteFile", file, buffer, length, (ulong)byteOffset);
        NtStatus status = Probe(buffer, length, isRead);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        if (!TryResolveOffset(file, isRead, request, ref byteOffset))
            return NtStatus.STATUS_INVALID_PARAMETER;

        DeviceObject target = file.DeviceObject.Top;
        IrpChecks.RequireOneMethod(system, target);
        if (RequestSender.Allocate(processor, target, file, function, KProcessorMode.UserMode, request) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ref ReadParameters parameters = ref irp.Next.ParametersUnchecked.Read;
        (parameters.Length, parameters.Key, parameters.ByteOffset) = (length, 0, byteOffset);
        request.ByteOffset = byteOffset;
        status = AttachBuffer(processor, target, irp, buffer, length, isRead, KProcessorMode.UserMode);
        if (status != NtStatus.STATUS_SUCCESS)
            return RequestSender.Abandon(processor, irp, status);

        irp.FlagBits |= IoManager.IRP_DEFER_IO_COMPLETION | (isRead ? IoManager.IRP_READ_OPERATION : IoManager.IRP_WRITE_OPERATION);
        return RequestSender.Send(processor, target, irp);
    }

    /// <summary>An MDL over the caller's buffer, attached to the request and locked; what went wrong otherwise, with the MDL freed again.</summary>
    public static NtStatus LockBuffer(Irp irp, nuint buffer, uint length, LockOperation operation, KProcessorMode mode)
    {
        try
        {
            Mdl mdl = MdlAllocation.Allocate(buffer, length, secondaryBuffer: false, irp, IoManagerCalls.AllocateMdl)
                ?? throw new NtStatusException(NtStatus.STATUS_INSUFFICIENT_RESOURCES);
            MdlLocking.ProbeAndLock(mdl, mode, operation, IoManagerCalls.ProbeAndLockPages);
            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException failure)
        {
            if (irp.Mdls is { } mdl)
                IoManager.IoFreeMdl(mdl);
            irp.Mdls = null;
            return failure.Status;
        }
    }

    /// <summary>A system buffer for the request; false when pool is used up.</summary>
    public static bool TryAllocateSystemBuffer(Processor processor, Irp irp, uint length)
    {
        if (processor.System.Faults.Strikes(IoManagerCalls.AllocatePool, SystemBufferTag))
            return false;

        nuint address = processor.Memory.NonPagedPool.Allocate(length, SystemBufferTag, zero: false);
        if (address == 0)
            return false;

        irp.SystemBuffer = address;
        irp.FlagBits |= IoManager.IRP_DEALLOCATE_BUFFER;
        return true;
    }

    /// <summary>Copies between user and system memory; the status of a fault, or success.</summary>
    public static NtStatus Copy(nuint destination, nuint source, uint length)
    {
        try
        {
            MemoryAccesses.Copy(destination, source, length);
            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }
    }

    private static NtStatus Probe(nuint buffer, uint length, bool isRead)
    {
        try
        {
            if (isRead)
                MemoryAccesses.ProbeWritable(buffer, length, alignment: 1);
            else
                MemoryAccesses.ProbeRange(buffer, length, alignment: 1);
            return NtStatus.STATUS_SUCCESS;
        }
        catch (NtStatusException fault)
        {
            return fault.Status;
        }
    }

    private static bool TryResolveOffset(FileObject file, bool isRead, UserRequest request, ref long byteOffset)
    {
        if (byteOffset >= 0 || (byteOffset == WriteToEndOfFile && !isRead))
            return true;
        if (byteOffset != UseFilePointer || !request.IsSynchronous)
            return false;

        byteOffset = file.CurrentByteOffset;
        return true;
    }

    /// <summary>Gives the request its buffer as the flags of the target ask for.</summary>
    public static NtStatus AttachBuffer(Processor processor, DeviceObject target, Irp irp, nuint buffer, uint length, bool isRead, KProcessorMode mode)
    {
        // Buffered I/O is asked for first: a device with both flags gets it.
        if ((target.Flags & DeviceFlags.DO_BUFFERED_IO) != 0)
            return AttachSystemBuffer(processor, irp, buffer, length, isRead);
        if ((target.Flags & DeviceFlags.DO_DIRECT_IO) == 0)
        {
            irp.CallerBuffer = buffer;
            return NtStatus.STATUS_SUCCESS;
        }

        // An empty buffer has no pages to describe: the request goes out without an MDL.
        return length == 0
            ? NtStatus.STATUS_SUCCESS
            : LockBuffer(irp, buffer, length, isRead ? LockOperation.IoWriteAccess : LockOperation.IoReadAccess, mode);
    }

    private static NtStatus AttachSystemBuffer(Processor processor, Irp irp, nuint buffer, uint length, bool isRead)
    {
        irp.FlagBits |= IoManager.IRP_BUFFERED_IO | (isRead ? IoManager.IRP_INPUT_OPERATION : 0);
        if (isRead)
            (irp.CallerBuffer, irp.OutputLength) = (buffer, length);
        if (length == 0)
            return NtStatus.STATUS_SUCCESS;
        if (!TryAllocateSystemBuffer(processor, irp, length))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        return isRead ? NtStatus.STATUS_SUCCESS : Copy(irp.SystemBuffer, buffer, length);
    }
}
