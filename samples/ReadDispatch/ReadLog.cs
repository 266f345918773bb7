/// <summary>What the read routine found out about one request.</summary>
internal readonly record struct ReadLogEntry(
    uint ReadLength, uint MdlLength, uint MdlOffset, nuint MdlAddress, nuint KernelAddress, uint PageCount);

/// <summary>Where the driver leaves what it found out, for the program to compare with what it asked for.</summary>
internal static class ReadLog
{
    private static readonly List<ReadLogEntry> s_entries = [];

    public static IReadOnlyList<ReadLogEntry> Entries => s_entries;

    public static void Add(ReadLogEntry entry) => s_entries.Add(entry);

    public static void Clear() => s_entries.Clear();
}
