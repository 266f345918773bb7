namespace MdlAnalyzers.Contracts;

/// <summary>Arithmetic of a routine without a visible body. Mirrors <c>MdlMacro</c> of the runtime by member name.</summary>
internal enum Macro
{
    None = 0,
    ByteOffset = 1,
    PageAlign = 2,
    BytesToPages = 3,
    RoundToPages = 4,
    SpanPages = 5,
    IsSuccess = 6,
    ControlCode = 7,
    SizeOfMdl = 8,
}
