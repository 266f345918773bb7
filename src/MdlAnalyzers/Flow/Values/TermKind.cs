namespace MdlAnalyzers.Flow.Values;

/// <summary>The quantities a sum is made of.</summary>
internal enum TermKind
{
    /// <summary>Page-aligned virtual address of the first page of an MDL.</summary>
    Base,

    /// <summary>Byte offset of an MDL.</summary>
    Offset,

    /// <summary>Byte count of an MDL.</summary>
    Length,

    /// <summary>Page-aligned system address of the first mapped page of an MDL.</summary>
    SystemBase,

    /// <summary>The MappedSystemVa field of an MDL, with or without its offset.</summary>
    MappedField,

    /// <summary>Number of a page of an MDL; the left operand is its index.</summary>
    PageFrame,

    /// <summary>Length of a request, which governs whether it has an MDL.</summary>
    RequestLength,

    /// <summary>A number that was read through the system address of an MDL (its owner) or from a device (no owner).</summary>
    Loaded,

    /// <summary>A page-aligned address of no MDL.</summary>
    AlignedAddress,

    /// <summary>Any other quantity.</summary>
    Symbol,

    Divide,
    RealDivide,
    Modulo,
    PageAlign,
    Mask,
    Minimum,
    Maximum,
    Multiply,
}
