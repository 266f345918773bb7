namespace MdlRuntime;

/// <summary>What the verifier remembers of one dispatch call, to judge it when it returns.</summary>
internal sealed class DispatchFrame
{
    /// <summary>The call that handed the same stack location down with IoSkipCurrentIrpStackLocation.</summary>
    public DispatchFrame? Outer { get; set; }

    public bool MarkedPending { get; set; }

    public bool Forwarded { get; set; }

    public NtStatus ForwardStatus { get; set; }

    /// <summary>Whether the request went back up past this location.</summary>
    public bool Completed { get; set; }

    public NtStatus CompletedStatus { get; set; }

    public void Reset(DispatchFrame? outer) =>
        (Outer, MarkedPending, Forwarded, ForwardStatus, Completed, CompletedStatus) = (outer, false, false, default, false, default);
}
