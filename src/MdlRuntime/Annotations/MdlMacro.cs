namespace MdlRuntime.Annotations;

/// <summary>Arithmetic that a routine performs on its arguments, in the order of its parameters.</summary>
public enum MdlMacro
{
    /// <summary>None of the operations below.</summary>
    None = 0,

    /// <summary>Low bits of an address: its position inside the page.</summary>
    ByteOffset = 1,

    /// <summary>The address of the page that holds an address.</summary>
    PageAlign = 2,

    /// <summary>Bytes to pages, rounded up.</summary>
    BytesToPages = 3,

    /// <summary>Bytes rounded up to whole pages.</summary>
    RoundToPages = 4,

    /// <summary>Pages that an address and a length span; only the low bits of the address count.</summary>
    SpanPages = 5,

    /// <summary>Whether a status is a success.</summary>
    IsSuccess = 6,

    /// <summary>Builds a control code from device type, function, method and access.</summary>
    ControlCode = 7,

    /// <summary>Size of an MDL structure for an address and a length.</summary>
    SizeOfMdl = 8,
}
