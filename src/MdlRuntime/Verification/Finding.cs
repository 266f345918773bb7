namespace MdlRuntime.Verification;

/// <summary>One misuse the machine saw.</summary>
public sealed class Finding
{
    internal Finding(in Violation violation, IReadOnlyList<string> history)
    {
        RuleId = violation.RuleId;
        BugCheckCode = violation.Code;
        Parameter1 = violation.Parameter1;
        Parameter2 = violation.Parameter2;
        Parameter3 = violation.Parameter3;
        Parameter4 = violation.Parameter4;
        Explanation = violation.Explanation;
        History = history;
    }

    /// <summary>The analyzer rule that finds the same misuse at build time, if there is one.</summary>
    public string? RuleId { get; }

    /// <summary>The code that strict mode stops with, such as 0xC4.</summary>
    public uint BugCheckCode { get; }

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

    /// <summary>What happened to the object before, oldest first; empty where nothing was kept.</summary>
    public IReadOnlyList<string> History { get; }

    /// <summary>Returns code, parameters and explanation on one line.</summary>
    public override string ToString() =>
        $"0x{BugCheckCode:X} (0x{Parameter1:X}, 0x{Parameter2:X}, 0x{Parameter3:X}, 0x{Parameter4:X}) {RuleId}: {Explanation}";
}
