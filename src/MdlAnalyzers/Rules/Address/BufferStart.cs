using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;

namespace MdlAnalyzers.Rules.Address;

/// <summary>The places that need the first byte of a buffer, not the page it lies in.</summary>
internal static class BufferStart
{
    public static bool IsNeededBy(in ValueUse use) =>
        use.Expected is ValueKind.MdlVirtualAddress or ValueKind.BufferAddress or ValueKind.MemoryAddress
        || use.Kind == UseKind.PointerConversion
        || (use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member
            && Nouns.HasWord(use.Name, "data", "buffer", "payload", "source", "src", "destination", "dest", "dst")
            && Nouns.HeadOf(use.Name) == Noun.Place && !Nouns.HasWord(use.Name, "base", "page"));
}
