using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>Where the host finds the eight-byte words of an MDL header. None of them crosses the end of a page.</summary>
[InlineArray(Count)]
internal struct HeaderWords
{
    public const int Count = Mdl.HeaderSize / 8;

    private HostBlock _word;
}
