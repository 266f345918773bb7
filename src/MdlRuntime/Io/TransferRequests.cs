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
        if ((file.Access & (isRead ? AccessMask.FILE_READ_DATA : AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) == 0)
            return NtStatus.STATUS_ACCESS_DENIED;

        NtStatus status = request.UserStatusBlock == 0 ? NtStatus.STATUS_SUCCESS : Probe(request.UserStatusBlock, UserRequest.StatusBlockSize, isRead: true);
        if (status == NtStatus.STATUS_SUCCESS)
            status = Probe(buffer, length, isRead);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        if (file.IsUnbuffered && !IsAligned(file.DeviceObject.Top, buffer, length, byteOffset))
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (byteOffset < 0 && !IsSpecialOffset(byteOffset, isRead, request.IsSynchronous))
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (!request.IsSynchronous)
            return Send(processor, file, function, buffer, length, byteOffset, request);

        // Its synchronous requests keep the file object for themselves, one after the other.
        file.Lock(system.Scheduler);
        try
        {
            return Send(processor, file, function, buffer, length, byteOffset, request);
        }
        finally
        {
            file.Unlock(system.Scheduler);
        }
    }

    private static NtStatus Send(Processor processor, FileObject file, MajorFunction function, nuint buffer, uint length, long byteOffset, UserRequest request)
    {
        bool isRead = function == MajorFunction.IRP_MJ_READ;
        DeviceObject target = file.DeviceObject.Top;
        IrpChecks.RequireOneMethod(processor.System, target);
        request.ByteOffset = byteOffset == UseFilePointer ? file.CurrentByteOffset : byteOffset;
        if (file.PrivateCacheMap is not null && request.IsSynchronous && FastIo.TryTransfer(processor, target, file, isRead, buffer, length, request))
            return request.FinalStatus;
        if (RequestSender.Allocate(processor, target, file, function, KProcessorMode.UserMode, request) is not { } irp)
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ref ReadParameters parameters = ref irp.Next.ParametersUnchecked.Read;
        (parameters.Length, parameters.Key, parameters.ByteOffset) = (length, 0, request.ByteOffset);
        NtStatus status = AttachBuffer(processor, target, irp, buffer, length, isRead, KProcessorMode.UserMode);
        if (status != NtStatus.STATUS_SUCCESS)
            return RequestSender.Abandon(processor, irp, status);

        irp.FlagBits |= IoManager.IRP_DEFER_IO_COMPLETION | (file.IsUnbuffered ? IoManager.IRP_NOCACHE : 0)
            | (isRead ? IoManager.IRP_READ_OPERATION : IoManager.IRP_WRITE_OPERATION);
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

        processor.System.PoolWatch?.OnAllocate(IoManagerCalls.AllocatePool, address, length, SystemBufferTag);
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

    /// <summary>Whether a buffer of user code could be used; the status of the fault otherwise.</summary>
    public static NtStatus Probe(nuint buffer, uint length, bool isRead)
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

    /// <summary>Only a synchronous file has a position to use; only writes have an end to go to.</summary>
    private static bool IsSpecialOffset(long byteOffset, bool isRead, bool isSynchronous) =>
        byteOffset == UseFilePointer ? isSynchronous : byteOffset == WriteToEndOfFile && !isRead;

    private static bool IsAligned(DeviceObject target, nuint buffer, uint length, long byteOffset)
    {
        uint sector = target.SectorSize;
        bool isWhole = sector == 0 || (length % sector == 0 && (byteOffset < 0 || byteOffset % sector == 0));
        return isWhole && (buffer & target.AlignmentRequirement) == 0;
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

    public static NtStatus AttachSystemBuffer(Processor processor, Irp irp, nuint buffer, uint length, bool isRead)
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
