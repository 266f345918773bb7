namespace MdlAnalyzers.Tests.Twin;

/// <summary>Says what the rules report in a routine of the corpus; the machine must show that they are right.</summary>
/// <param name="ids">Each rule that reports something, once.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DefectAttribute(params string[] ids) : Attribute
{
    public string[] Ids { get; } = ids;

    /// <summary>Why no run shows it, by the rule's own account; null where a run must show it.</summary>
    public string? Explained { get; init; }

    /// <summary>Which knob shows it, where a rule has more than one.</summary>
    public string? Knob { get; init; }

    /// <summary>What stays reported after all fixes have been applied; null if nothing does.</summary>
    public string? NotFixed { get; init; }

    /// <summary>Why the repaired routine still goes wrong in some runs; null if it must not.</summary>
    public string? NotHealed { get; init; }
}
