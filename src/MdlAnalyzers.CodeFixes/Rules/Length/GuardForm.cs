namespace MdlAnalyzers.CodeFixes;

/// <summary>What a guard in front of the use of a request's MDL tests.</summary>
internal enum GuardForm
{
    MdlIsNull,
    LengthIsZero,
}
