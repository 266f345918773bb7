namespace MdlAnalyzers.Flow.Values;

/// <summary>What is known about a reference.</summary>
internal enum Nullness
{
    Unknown,
    Null,
    NotNull,

    /// <summary>Tested in a way, or on a part of the paths, that cannot be followed: nothing may be claimed about it.</summary>
    Tested,
}
