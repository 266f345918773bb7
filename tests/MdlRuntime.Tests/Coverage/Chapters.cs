namespace MdlRuntime.Tests.Coverage;

/// <summary>Which chapters the promised share of proven facts is counted over.</summary>
internal static class Chapters
{
    /// <summary>All but DMA (12), comparison and hints (15), vectors (16, proven with the facts they come from) and open questions (17).</summary>
    public static bool IsCounted(FactSection section) => section.Chapter is <= 11 or 13 or 14;
}
