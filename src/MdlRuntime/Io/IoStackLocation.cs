using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>One driver's part of a request. WDK: IO_STACK_LOCATION.</summary>
[MdlEntity(MdlEntity.StackLocation)]
public sealed class IoStackLocation
{
    private readonly Irp _irp;
    private readonly int _number;
    private StackParameters _parameters;

    internal IoStackLocation(Irp irp, int number) => (_irp, _number) = (irp, number);

    /// <summary>What is asked for.</summary>
    public MajorFunction MajorFunction { get; set; }

    /// <summary>Details of it.</summary>
    public byte MinorFunction { get; set; }

    /// <summary>SL_ flags of the major function.</summary>
    public byte Flags { get; set; }

    /// <summary>SL_PENDING_RETURNED, SL_ERROR_RETURNED and the SL_INVOKE_ON_ bits.</summary>
    public byte Control { get; set; }

    /// <summary>Parameters of the major function.</summary>
    public ref StackParameters Parameters
    {
        get
        {
            _irp.RequireOwned(OffsetInIrp + ParametersOffset);
            return ref _parameters;
        }
    }

    /// <summary>The device that the request was sent to at this level.</summary>
    public DeviceObject DeviceObject { get; internal set; } = null!;

    /// <summary>The open instance; null for requests that do not come through a handle.</summary>
    public FileObject? FileObject { get; internal set; }

    internal IoCompletionRoutine? CompletionRoutine { get; set; }

    internal object? CompletionContext { get; set; }

    /// <summary>The dispatch call that works on this location now; verifier only.</summary>
    internal DispatchFrame? Frame { get; set; }

    /// <summary>Whether the request is to come back from here later than the driver completes it.</summary>
    internal bool IsHeldBack { get; set; }

    internal const uint Size = 0x48, ParametersOffset = 0x08;

    /// <summary>Locations follow the header of the request, number 1 first.</summary>
    private uint OffsetInIrp => Irp.HeaderSize + Size * (uint)(_number - 1);

    internal ref StackParameters ParametersUnchecked => ref _parameters;

    /// <summary>What the driver above must not see any more.</summary>
    internal void ClearForUpperDriver()
    {
        (MinorFunction, Flags, FileObject) = (0, 0, null);
        Control &= IoManager.SL_ERROR_RETURNED;
        _parameters = default;
    }

    internal void CopyTo(IoStackLocation lower)
    {
        (lower.MajorFunction, lower.MinorFunction, lower.Flags, lower.Control) = (MajorFunction, MinorFunction, Flags, 0);
        lower._parameters = _parameters;
        (lower.DeviceObject, lower.FileObject) = (DeviceObject, FileObject);
    }

    internal void Reset()
    {
        (MajorFunction, MinorFunction, Flags, Control) = (default, 0, 0, 0);
        _parameters = default;
        (DeviceObject, FileObject, CompletionRoutine, CompletionContext, Frame) = (null!, null, null, null, null);
        IsHeldBack = false;
    }
}
