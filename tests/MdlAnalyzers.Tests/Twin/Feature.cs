namespace MdlAnalyzers.Tests.Twin;

/// <summary>What only some drivers ask the board for, so that only they need the settings about it.</summary>
[Flags]
internal enum Feature
{
    None = 0,

    /// <summary>A buffer that is described by a chain of MDLs.</summary>
    Chains = 1,

    /// <summary>Lengths that the device gives.</summary>
    Records = 2,
}
