namespace MdlRuntime.Verification;

/// <summary>One misuse the machine saw.</summary>
public sealed class Finding
{
    private readonly FindingHistory _history;

    internal Finding(in Violation violation, FindingHistory history)
    {
        RuleId = violation.RuleId;
        BugCheckCode = violation.Code;
        Parameter1 = violation.Parameter1;
        Parameter2 = violation.Parameter2;
        Parameter3 = violation.Parameter3;
        Parameter4 = violation.Parameter4;
        Explanation = violation.Explanation;
        _history = history;
    }

    /// <summary>The analyzer rule that finds the same misuse at build time, if there is one.</summary>
    public string? RuleId { get; }

    /// <summary>The code that strict mode stops with, such as 0xC4.</summary>
    public uint BugCheckCode { get; }

    /// <summary>Symbolic name of the code, such as DRIVER_VERIFIER_DETECTED_VIOLATION.</summary>
    public string Name => BugCheckNames.Of(BugCheckCode);

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

    /// <summary>The object that was misused, with its kind, address and state at that time; null if it is none that the machine keeps track of.</summary>
    public string? Object => _history.Subject;

    /// <summary>For something that was not freed: when, where in the system and on which line it was allocated; null otherwise.</summary>
    public string? AllocationSite => _history.Made;

    /// <summary>
    /// What happened to the object before, oldest first: how it came into being, and the last transitions with virtual time (100 ns units),
    /// IRQL, thread, routine, its numbers and the calling line. Empty where nothing was kept. With several objects each line names its own.
    /// </summary>
    public IReadOnlyList<string> History => _history.Lines;

    /// <summary>Returns code, name, parameters, rule and explanation, and below them the object and its history.</summary>
    public override string ToString()
    {
        string rule = RuleId is null ? "" : $" [{RuleId}]";
        return _history.Append(
            $"0x{BugCheckCode:X} {Name} (0x{Parameter1:X}, 0x{Parameter2:X}, 0x{Parameter3:X}, 0x{Parameter4:X}){rule}: {Explanation}");
    }
}
