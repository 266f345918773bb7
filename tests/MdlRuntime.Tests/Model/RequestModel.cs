namespace MdlRuntime.Tests.Model;

/// <summary>What a driver of the stack does with a request.</summary>
internal enum LevelPlan
{
    Skip,
    Forward,
    WatchEverything,
    WatchSuccess,
    WatchFailure,
    Hold,
    CompleteHere,
    PendHere,
}

/// <summary>What user memory is for a request: its bytes as the process sees them, and whether it may be written and read.</summary>
internal sealed record BufferModel(nuint Address, byte[] Bytes, PageProtection Protection)
{
    public bool IsReadable => Protection != PageProtection.PAGE_NOACCESS;

    public bool IsWritable => Protection == PageProtection.PAGE_READWRITE;
}

/// <summary>A request on its way: what was asked for, what each driver does, and what has happened so far.</summary>
internal sealed class RequestModel
{
    public required int Number { get; init; }

    public required DeviceFlags Method { get; init; }

    public required bool IsRead { get; init; }

    public required bool IsSynchronous { get; init; }

    public required BufferModel Buffer { get; init; }

    public required uint Length { get; init; }

    /// <summary>From the top driver down to the one that completes or pends.</summary>
    public required LevelPlan[] Plans { get; init; }

    /// <summary>What the completing driver sets.</summary>
    public NtStatus Status { get; set; }

    public uint Information { get; set; }

    /// <summary>Whether the completing driver lets the request be cancelled while it pends.</summary>
    public required bool IsCancelable { get; init; }

    /// <summary>Bytes of a buffered write as they were when it was sent.</summary>
    public required byte[] Sent { get; init; }

    public Task<IoStatusBlock>? Task { get; set; }

    public Irp? Irp { get; set; }

    /// <summary>Levels whose completion routines still have to be asked, counted from the top.</summary>
    public int LevelsLeft { get; set; }

    public bool IsMarkedPending { get; set; }

    public bool IsCancelled { get; set; }

    /// <summary>Whether a cancel routine is set.</summary>
    public bool CanBeCancelled { get; set; }

    /// <summary>Levels whose routines must have run, lowest first, and those that have.</summary>
    public List<int> ExpectedRoutines { get; } = [];

    public List<int> Routines { get; } = [];

    public bool IsOver { get; set; }

    public bool IsDirect => Method == DeviceFlags.DO_DIRECT_IO;

    public bool IsBuffered => Method == DeviceFlags.DO_BUFFERED_IO;

    public bool IsError => (uint)Status >= 0xC000_0000;

    /// <summary>Pages that stay locked until the request is over.</summary>
    public int LockedPages => IsDirect && Length > 0 ? MdlModel.Span(Buffer.Address, Length) : 0;

    /// <summary>Whether the caller's own call must fail before any driver is asked.</summary>
    public bool IsRefused => Length > 0 && (IsRead ? !Buffer.IsWritable : !Buffer.IsReadable && Method != 0);

    /// <summary>A status block is written unless the request fails at once, or fails while its caller waits.</summary>
    public bool IsReported => !IsError || IsMarkedPending && !IsSynchronous;
}
