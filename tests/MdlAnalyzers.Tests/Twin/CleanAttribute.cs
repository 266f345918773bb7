namespace MdlAnalyzers.Tests.Twin;

/// <summary>Marks a routine of the corpus that looks like a defect and is none: no rule reports anything, and no run goes wrong.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CleanAttribute : Attribute
{
    /// <summary>
    /// Whether it is made for targets that lack the routine which it should call today. It runs on a machine that is not verified then, because a
    /// verified one reports every call of an obsolete routine (MDL-227), whether or not it can harm.
    /// </summary>
    public bool IsForOldTargets { get; init; }
}
