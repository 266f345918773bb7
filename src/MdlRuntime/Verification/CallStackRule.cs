namespace MdlRuntime.Verification;

/// <summary>The first call from each call stack fails.</summary>
internal sealed class CallStackRule(FaultFilter filter, CallStackLog log) : FaultRule(filter)
{
    public override bool Strikes(string routine) => log.Add(CallStack.Describe(routine));
}
