namespace MdlRuntime.Verification;

/// <summary>One call fails, after so many others.</summary>
internal sealed class NthCallRule(FaultFilter filter, int n) : FaultRule(filter)
{
    private int _left = n;

    public override bool Strikes(string routine) => _left > 0 && --_left == 0;
}
