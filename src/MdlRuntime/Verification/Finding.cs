namespace MdlRuntime.Verification;

/// <summary>One misuse the machine saw.</summary>
public sealed class Finding
{
    public string? RuleId => throw null!;
    public uint BugCheckCode => throw null!;
    public ulong Parameter1 => throw null!;
    public ulong Parameter2 => throw null!;
    public ulong Parameter3 => throw null!;
    public ulong Parameter4 => throw null!;
    public string Explanation => throw null!;
    public IReadOnlyList<string> History => throw null!;
}
