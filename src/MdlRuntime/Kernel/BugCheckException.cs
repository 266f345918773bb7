using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>A stop: the machine is halted, and every later call on it throws this again. WDK: KeBugCheckEx.</summary>
public sealed class BugCheckException : Exception
{
    private readonly FindingHistory _history;

    internal BugCheckException(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4,
        string explanation, string? ruleId, Exception? innerException = null, FindingHistory? history = null)
        : base(Describe(code, parameter1, parameter2, parameter3, parameter4, explanation, ruleId), innerException)
    {
        Code = code;
        Parameter1 = parameter1;
        Parameter2 = parameter2;
        Parameter3 = parameter3;
        Parameter4 = parameter4;
        Explanation = explanation;
        RuleId = ruleId;
        _history = history ?? FindingHistory.Empty;
    }

    /// <summary>Bug check code, such as 0xC4.</summary>
    public uint Code { get; }

    /// <summary>Symbolic name of the code, such as DRIVER_VERIFIER_DETECTED_VIOLATION.</summary>
    public string Name => BugCheckNames.Of(Code);

    /// <summary>First bug check parameter; its meaning depends on the code.</summary>
    public ulong Parameter1 { get; }

    /// <summary>Second bug check parameter.</summary>
    public ulong Parameter2 { get; }

    /// <summary>Third bug check parameter.</summary>
    public ulong Parameter3 { get; }

    /// <summary>Fourth bug check parameter.</summary>
    public ulong Parameter4 { get; }

    /// <summary>One sentence on what the driver did wrong.</summary>
    public string Explanation { get; }

    /// <summary>The analyzer rule that finds the same misuse at build time, if there is one.</summary>
    public string? RuleId { get; }

    /// <summary>What happened before to the objects that the parameters name, as <see cref="Finding.History"/> tells it; empty when the verifier is off.</summary>
    public IReadOnlyList<string> History => _history.Lines;

    /// <summary>For something that was not freed: when, where in the system and on which line it was allocated; null otherwise.</summary>
    public string? AllocationSite => _history.Made;

    /// <summary>Code, name, parameters, explanation and rule, and below them the object and its history.</summary>
    public override string Message => _history.Append(base.Message);

    /// <summary>The same stop again, for a call on the halted machine.</summary>
    internal BugCheckException Repeat() =>
        new(Code, Parameter1, Parameter2, Parameter3, Parameter4, Explanation, RuleId, this, _history);

    private static string Describe(uint code, ulong p1, ulong p2, ulong p3, ulong p4, string explanation, string? ruleId)
    {
        string rule = ruleId is null ? "" : $" [{ruleId}]";
        return $"*** STOP: 0x{code:X8} {BugCheckNames.Of(code)} (0x{p1:X}, 0x{p2:X}, 0x{p3:X}, 0x{p4:X}): {explanation}{rule}";
    }
}
