namespace MdlRuntime;

/// <summary>A stop: the machine is halted.</summary>
public sealed class BugCheckException : Exception
{
    public uint Code => throw null!;
    public string Name => throw null!;
    public ulong Parameter1 => throw null!;
    public ulong Parameter2 => throw null!;
    public ulong Parameter3 => throw null!;
    public ulong Parameter4 => throw null!;
    public string? RuleId => throw null!;
}
