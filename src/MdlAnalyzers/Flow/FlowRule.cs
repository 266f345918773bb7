namespace MdlAnalyzers.Flow;

/// <summary>A rule: a small predicate over the events of one analyzed body. One instance serves one body.</summary>
internal abstract class FlowRule
{
    /// <summary>The body as it is written, before its paths are followed.</summary>
    public virtual void OnBody(Body body)
    {
    }

    /// <summary>A value arrives at a place that expects something of it.</summary>
    public virtual void OnUse(in ValueUse use, FlowReporter reporter)
    {
    }

    /// <summary>Arithmetic was done.</summary>
    public virtual void OnCompute(in Computation computation, FlowReporter reporter)
    {
    }

    /// <summary>An object is used that has to exist.</summary>
    public virtual void OnObjectUse(in ObjectUse use, FlowReporter reporter)
    {
    }

    /// <summary>A call is about to be made.</summary>
    public virtual void OnCall(CallEvent call, FlowReporter reporter)
    {
    }

    /// <summary>A path leaves the body; paths that are alike are told once.</summary>
    public virtual void OnExit(FlowState state, Frame frame)
    {
    }

    /// <summary>All paths of the body have been followed.</summary>
    public virtual void OnEnd(FlowReporter reporter)
    {
    }
}
