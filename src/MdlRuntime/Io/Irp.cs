using System.Runtime.CompilerServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

internal enum IrpState : byte
{
    /// <summary>Some driver owns it.</summary>
    Active,

    /// <summary>Every location is unwound: it belongs to the I/O manager again.</summary>
    Completed,

    Freed,
}

/// <summary>An I/O request packet. WDK: IRP.</summary>
/// <remarks>A driver that touches a request after completing it is reported in survey and strict mode.</remarks>
[MdlEntity(MdlEntity.Irp)]
public sealed class Irp
{
    internal const int HeaderSize = 0xD0;

    /// <summary>Location 0 lies before the first, two more behind the last: a miscount stays inside the array.</summary>
    private readonly IoStackLocation[] _locations;
    private Mdl? _mdlAddress;
    private uint _flags;
    private AssociatedIrp _associatedIrp;
    private IoStatusBlock _ioStatus;
    private nuint _userBuffer;
    private IrpTail _tail;

    internal Irp(KernelSystem system, sbyte stackCount, nuint address)
    {
        System = system;
        Address = address;
        StackCount = stackCount;
        _locations = new IoStackLocation[stackCount + 3];
        for (int i = 0; i < _locations.Length; i++)
            _locations[i] = new(this);
        FinishApc = new(this);
    }

    /// <summary>System address of the structure itself: what stops print as their IRP parameter.</summary>
    public nuint Address { get; }

    /// <summary>MDL of the caller's buffer; null for an empty buffer and for requests without direct I/O.</summary>
    [PresentWhenLengthNonZero]
    public Mdl? MdlAddress
    {
        get
        {
            RequireOwned(0x08);
            return _mdlAddress;
        }
        set
        {
            RequireOwned(0x08);
            _mdlAddress = value;
        }
    }

    /// <summary>IRP_ flags.</summary>
    public uint Flags
    {
        get
        {
            RequireOwned(0x10);
            return _flags;
        }
        set
        {
            RequireOwned(0x10);
            _flags = value;
        }
    }

    /// <summary>System buffer or master request.</summary>
    public ref AssociatedIrp AssociatedIrp
    {
        get
        {
            RequireOwned(0x18);
            return ref _associatedIrp;
        }
    }

    /// <summary>The result: set before IoCompleteRequest.</summary>
    public ref IoStatusBlock IoStatus
    {
        get
        {
            RequireOwned(0x30);
            return ref _ioStatus;
        }
    }

    /// <summary>Who asked: user code or the kernel.</summary>
    public KProcessorMode RequestorMode { get; internal set; }

    /// <summary>In a completion routine: whether the driver below marked the request pending.</summary>
    public bool PendingReturned { get; internal set; }

    /// <summary>Whether the request was cancelled.</summary>
    public bool Cancel { get; internal set; }

    /// <summary>In a cancel routine: the IRQL to give to IoReleaseCancelSpinLock.</summary>
    public Kirql CancelIrql { get; set; }

    /// <summary>The caller's pointer for buffered reads, neither I/O and METHOD_NEITHER output; unchecked.</summary>
    [MdlValue(MdlValueKind.UserAddress)]
    public nuint UserBuffer
    {
        get
        {
            RequireOwned(0x70);
            return _userBuffer;
        }
        set
        {
            RequireOwned(0x70);
            _userBuffer = value;
        }
    }

    /// <summary>Scratch of the driver that owns the request.</summary>
    public ref IrpTail Tail
    {
        get
        {
            RequireOwned(0x78);
            return ref _tail;
        }
    }

    /// <summary>Number of stack locations.</summary>
    public sbyte StackCount { get; }

    /// <summary>Number of the current location: StackCount + 1 before the first IoCallDriver, StackCount + 2 when unwound.</summary>
    public sbyte CurrentLocation { get; internal set; }

    internal KernelSystem System { get; }

    internal IrpState State { get; set; }

    /// <summary>The thread that waits for the result; null for requests that drivers allocate.</summary>
    internal EThread? Thread { get; set; }

    /// <summary>Whether the requester is gone: the result is dropped.</summary>
    internal bool IsOrphaned { get; set; }

    internal DriverCancel? CancelRoutine { get; set; }

    /// <summary>Where the result goes.</summary>
    internal UserRequest? Request { get; set; }

    internal FileObject? OriginalFileObject { get; set; }

    /// <summary>Bytes of the system buffer that completion may copy out.</summary>
    internal uint OutputLength { get; set; }

    internal FinishRequestApc FinishApc { get; }

    /// <summary>Links of the requests that threads wait for.</summary>
    internal Irp? PreviousOutstanding { get; set; }

    internal Irp? NextOutstanding { get; set; }

    /// <summary>Link and key in a device queue.</summary>
    internal Irp? NextQueued { get; set; }

    internal uint QueueKey { get; set; }

    // The I/O manager's own view, legal in every state.
    internal ref Mdl? Mdls => ref _mdlAddress;

    internal ref uint FlagBits => ref _flags;

    internal ref nuint SystemBuffer => ref _associatedIrp.SystemBuffer;

    internal ref IoStatusBlock Result => ref _ioStatus;

    internal ref nuint CallerBuffer => ref _userBuffer;

    internal IoStackLocation Location(int number) => _locations[Math.Clamp(number, 0, StackCount + 2)];

    internal IoStackLocation Current => Location(CurrentLocation);

    internal IoStackLocation Next => Location(CurrentLocation - 1);

    /// <summary>The state of a new request.</summary>
    internal void Initialize()
    {
        foreach (IoStackLocation location in _locations)
            location.Reset();
        (_mdlAddress, _flags, _associatedIrp, _ioStatus, _userBuffer, _tail) = (null, 0, default, default, 0, default);
        (RequestorMode, PendingReturned, Cancel, CancelIrql) = (KProcessorMode.KernelMode, false, false, default);
        (Thread, IsOrphaned, CancelRoutine, Request, OriginalFileObject, OutputLength) = (null, false, null, null, null, 0);
        CurrentLocation = (sbyte)(StackCount + 1);
        State = IrpState.Active;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void RequireOwned(uint fieldOffset)
    {
        if (State != IrpState.Active)
            IrpChecks.ReportLateUse(this, fieldOffset);
    }

    /// <summary>Returns the address of the request.</summary>
    public override string ToString() => $"IRP {Address:X16}";
}
