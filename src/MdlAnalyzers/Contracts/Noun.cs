namespace MdlAnalyzers.Contracts;

/// <summary>What the head noun of a name says about the quantity it holds.</summary>
internal enum Noun
{
    Neutral,

    /// <summary>address, va, pointer: an address whatever the type.</summary>
    Address,

    /// <summary>base, buffer, start, a, p: an address if the type can hold one.</summary>
    Place,

    /// <summary>offset, index, displacement.</summary>
    Offset,

    /// <summary>length, size, count, n.</summary>
    Length,
}
