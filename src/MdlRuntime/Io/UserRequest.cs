namespace MdlRuntime;

/// <summary>The requester's side of a request: its status block and event, and the task of an asynchronous one.</summary>
internal sealed class UserRequest : TimedEvent
{
    /// <summary>Size of an IO_STATUS_BLOCK in bytes.</summary>
    public const int StatusBlockSize = 16;

    /// <summary>What the requester's status block holds.</summary>
    public IoStatusBlock StatusBlock;

    public UserRequest() => (Event.IsNotification, Event.IsSet) = (true, false);

    /// <summary>Where in the memory of its process the requester keeps the status block; 0 if only the host sees it.</summary>
    public nuint UserStatusBlock { get; set; }

    public bool IsSynchronous { get; private set; }

    /// <summary>Whether completion wrote the status block; it stays untouched when a request fails at once.</summary>
    public bool IsStatusBlockWritten { get; set; }

    /// <summary>Whether completion signalled the requester's event.</summary>
    public bool IsEventSignalled { get; set; }

    /// <summary>Status of a synchronous request that pended. Windows keeps it in the file object.</summary>
    public NtStatus FinalStatus { get; set; }

    /// <summary>Wakes the thread that waits for a synchronous request. Windows keeps it in the file object.</summary>
    public KEvent Event { get; } = new();

    /// <summary>Whether an IRP still refers to this.</summary>
    public bool IsOutstanding { get; set; }

    public bool IsPosted { get; set; }

    /// <summary>Where a synchronous transfer starts, in bytes; the file position follows it.</summary>
    public long ByteOffset { get; set; }

    public TaskCompletionSource<IoStatusBlock>? Completion { get; private set; }

    public Action<UserRequest>? Completed { get; private set; }

    public void Prepare(bool synchronous)
    {
        StatusBlock = default;
        (IsSynchronous, IsStatusBlockWritten, IsEventSignalled, FinalStatus) = (synchronous, false, false, default);
        (IsOutstanding, IsPosted, ByteOffset, UserStatusBlock) = (false, false, 0, 0);
        Event.IsSet = false;
    }

    /// <summary>Writes the status block and signals the event.</summary>
    public void Report(Processor processor, in IoStatusBlock result)
    {
        IsStatusBlockWritten = UserStatusBlock == 0 || TryWriteStatusBlock(processor, result);
        if (IsStatusBlockWritten)
            StatusBlock = result;
        FinalStatus = result.Status;
        IsEventSignalled = true;
    }

    public Task<IoStatusBlock> StartTask(Action<UserRequest> completed)
    {
        // The host's continuation must not run inside the machine.
        Completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Completed = completed;
        return Completion.Task;
    }

    internal override void Fire()
    {
        Completed!(this);
        Completion!.TrySetResult(StatusBlock);
    }

    /// <summary>A status block that has become invalid is nobody's concern but the requester's.</summary>
    private bool TryWriteStatusBlock(Processor processor, in IoStatusBlock result)
    {
        Span<byte> bytes = stackalloc byte[StatusBlockSize];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, (uint)result.Status);
        BitConverter.TryWriteBytes(bytes[8..], (ulong)result.Information);
        try
        {
            MemoryAccesses.CopyFrom(processor, UserStatusBlock, bytes);
            return true;
        }
        catch (NtStatusException)
        {
            return false;
        }
    }
}
