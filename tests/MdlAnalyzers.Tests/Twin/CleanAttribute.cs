namespace MdlAnalyzers.Tests.Twin;

/// <summary>Marks a routine of the corpus that looks like a defect and is none: no rule reports anything, and no run goes wrong.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CleanAttribute : Attribute;
