using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;

namespace MdlAnalyzers.Rules.Address;

/// <summary>The places that need the first byte of a buffer, not the page it lies in.</summary>
internal static class BufferStart
{
    private static readonly string[] _buffers = ["data", "buffer", "payload", "source", "src", "destination", "dest", "dst"];
    private static readonly string[] _pages = ["base", "page"];

    public static bool IsNeededBy(in ValueUse use) =>
        use.Expected is ValueKind.MdlVirtualAddress or ValueKind.BufferAddress or ValueKind.MemoryAddress
        || use.Kind == UseKind.PointerConversion
        || (use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member
            && Nouns.HasWord(use.Name, _buffers)
            && Nouns.HeadOf(use.Name) == Noun.Place && !Nouns.HasWord(use.Name, _pages));
}
