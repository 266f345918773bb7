namespace MdlRuntime.Tests.Coverage;

/// <summary>One of the two described models: where its facts are listed, and over which chapters the promised share of proven ones is counted.</summary>
internal sealed record FactModel(string Title, string FileName, string Prefix, int LastFact, string CountedChapters, Func<int, bool> IsCountedChapter)
{
    /// <summary>All but comparison and hints (15), vectors (16, proven with the facts they come from) and open questions (17) are counted.</summary>
    public static readonly FactModel Mdl = new(
        "The MDL and direct-I/O model", "facts-mdl.txt", "MDL", 619, "1-14", chapter => chapter is <= 14);

    /// <summary>All but words and numbers (1, 2), worked examples (20), choices and open questions (21, 22) are counted.</summary>
    public static readonly FactModel Dma = new("The DMA model", "facts-dma.txt", "DMA", 410, "3-19", chapter => chapter is >= 3 and <= 19);

    public static readonly FactModel[] All = [Mdl, Dma];

    public bool IsCounted(FactSection section) => IsCountedChapter(section.Chapter);
}
