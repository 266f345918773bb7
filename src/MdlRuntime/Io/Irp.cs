using System.Runtime.CompilerServices;
using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

internal enum IrpState : byte
{
    /// <summary>Some driver owns it.</summary>
    Active,

    /// <summary>Every location is unwound: it belongs to the I/O manager again.</summary>
    Completed,

    Freed,
}

/// <summary>Who made a request, which decides who may reuse and free it.</summary>
internal enum IrpOrigin : byte
{
    /// <summary>IoAllocateIrp, or the I/O manager for a call of user code.</summary>
    Allocated,

    /// <summary>A driver built it to wait for: the I/O manager ends it.</summary>
    BuiltThreaded,

    /// <summary>A driver built it with IoBuildAsynchronousFsdRequest: its completion routine ends it.</summary>
    BuiltAsynchronous,

    /// <summary>IoMakeAssociatedIrp: freed with its completion, which counts for the master.</summary>
    Associated,

    /// <summary>It lies in memory of a driver.</summary>
    DriverMemory,
}

/// <summary>An I/O request packet. WDK: IRP.</summary>
/// <remarks>A driver that touches a request after completing it is reported in survey and strict mode.</remarks>
[MdlEntity(MdlEntity.Irp)]
public sealed class Irp : ITracked
{
    internal const int HeaderSize = 0xD0;

    /// <summary>CurrentLocation counts 2 further.</summary>
    internal const sbyte LargestStackSize = sbyte.MaxValue - 2;

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
            _locations[i] = new(this, i);
        FinishApc = new(this);
    }

    /// <summary>The request in memory of the driver; IoInitializeIrp makes it usable. IRQL at most DISPATCH_LEVEL.</summary>
    /// <param name="nonPagedMemory">System address of at least IoSizeOfIrp bytes. An address without memory stops the machine.</param>
    /// <param name="stackSize">Number of stack locations, 1 to 125.</param>
    /// <returns>The request. The driver frees the memory itself.</returns>
    public static Irp At(nuint nonPagedMemory, sbyte stackSize)
    {
        Processor processor = Processor.Current;
        if (stackSize is < 1 or > LargestStackSize)
            throw new ArgumentOutOfRangeException(nameof(stackSize), stackSize, $"allowed: 1 to {LargestStackSize}");
        return IoSystem.Of(processor).Irps.At(nonPagedMemory, stackSize);
    }

    /// <summary>System address of the structure itself: what stops print as their IRP parameter.</summary>
    public nuint Address { get; }

    /// <summary>IO_TYPE_IRP: what tells a request from other objects.</summary>
    public short Type => IoManager.IO_TYPE_IRP;

    /// <summary>Size of the structure with its stack locations, in bytes.</summary>
    public ushort Size => IoManager.IoSizeOfIrp(StackCount);

    /// <summary>How the structure was allocated: IRP_QUOTA_CHARGED, IRP_ALLOCATED_FIXED_SIZE and others; 0 after IoInitializeIrp.</summary>
    public byte AllocationFlags { get; internal set; }

    ObjectHistory? ITracked.History { get; set; }

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
            if (value is not null && value.System != System)
                throw new ArgumentException($"{value} belongs to another machine", nameof(value));
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

    /// <summary>Who asked: user code or the kernel. With KernelMode, nothing in the request may be a user address.</summary>
    public KProcessorMode RequestorMode { get; set; }

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

    /// <summary>Where the result of a request that a driver built goes.</summary>
    internal IoStatusHolder? UserIosb { get; set; }

    internal KEvent? UserEvent { get; set; }

    internal IrpOrigin Origin { get; set; }

    /// <summary>Whether a driver that the request was sent to works on it.</summary>
    internal bool IsInUse => CurrentLocation <= StackCount && Current.DeviceObject is not null;

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

    /// <summary>What the verifier keeps of the request; made when it is needed.</summary>
    internal RequestWatch? Watch { get; set; }

    // The I/O manager's own view, legal in every state.
    internal ref Mdl? Mdls => ref _mdlAddress;

    internal ref uint FlagBits => ref _flags;

    internal ref AssociatedIrp AssociatedUnchecked => ref _associatedIrp;

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
        (UserIosb, UserEvent, Origin) = (null, null, IrpOrigin.Allocated);
        Watch?.Reset();
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
