namespace MdlAnalyzers.Tests.Twin;

/// <summary>One setting of the knobs: where the buffer starts in its page, its length, how many MDLs describe it, what the device says, which call fails, and in which process the driver runs.</summary>
internal sealed record Cell(uint Offset, uint Length)
{
    private const uint Page = 0x1000;

    private static readonly uint[] s_offsets = [0, 1, 2, 0x7FF, 0xFFE, 0xFFF];

    private static readonly (string Routine, int Call)[] s_faults =
    [
        ("MmGetSystemAddressForMdlSafe", 1),
        ("MmGetSystemAddressForMdlSafe", 2),
        ("MmGetSystemAddressForMdlSafe", 3),
        ("MmMapLockedPagesSpecifyCache", 1),
        ("IoAllocateMdl", 1),
        ("IoAllocateMdl", 2),
        ("ExAllocatePool2", 1),
        ("MmAllocatePagesForMdlEx", 1),
        ("GetScatterGatherList", 1),
    ];

    /// <summary>Every setting, the ordinary ones first.</summary>
    public static IReadOnlyList<Cell> All { get; } = [.. Ordinary, .. Long, .. Contexts, .. Faults, .. Short, .. High, .. Chains, .. Records];

    /// <summary>The routine of which a call fails, or null.</summary>
    public string? Fault { get; private init; }

    /// <summary>Which call of it, 1-based.</summary>
    public int FaultyCall { get; private init; }

    /// <summary>Whether the request reaches the driver in the system process, as it does below a driver that queues.</summary>
    public bool IsDeferred { get; private init; }

    /// <summary>Whether the machine has hardly any system page table entries, so that no buffer of several pages can be mapped.</summary>
    public bool IsShort { get; private init; }

    /// <summary>Whether the request may fail, if it fails in order.</summary>
    public bool MayFail => IsShort || Fault is not null || Said is not null;

    /// <summary>Whether the buffer's pages lie above 4 GiB. Such machines take time to make, so there are few of them.</summary>
    public bool IsHigh { get; private init; }

    /// <summary>Where a driver that asks for a chain gets the buffer cut into MDLs, in ascending order.</summary>
    public IReadOnlyList<uint> Cuts { get; private init; } = [];

    /// <summary>How many bytes, or records of how many bytes, the device says that it has; null if they fill the buffer.</summary>
    public (uint First, uint Second)? Said { get; private init; }

    /// <summary>What a driver asks the board for if this setting is about it.</summary>
    public Feature Feature => IsChain ? Feature.Chains : Said is not null ? Feature.Records : Feature.None;

    /// <summary>Whether the buffer comes as several MDLs to a driver that asks for a chain.</summary>
    public bool IsChain => Cuts.Count > 0;

    private static IEnumerable<Cell> Ordinary =>
        from offset in s_offsets
        from length in new uint[] { 0u, 1, Page - offset - 1, Page - offset, Page - offset + 1, Page, Page + 1, 3 * Page, 3 * Page + 1 }.Distinct()
        select new Cell(offset, length);

    private static IEnumerable<Cell> Long => [new(0, 16 * Page), new(0x7FF, 16 * Page + 1)];

    private static IEnumerable<Cell> Contexts =>
        from at in new (uint Offset, uint Length)[] { (0, 0), (0, Page), (0x7FF, Page + 1), (0xFFF, 2) }
        select new Cell(at.Offset, at.Length) { IsDeferred = true };

    private static IEnumerable<Cell> Faults =>
        from fault in s_faults
        from offset in new uint[] { 0, 0x7FF }
        select new Cell(offset, 2 * Page + 1) { Fault = fault.Routine, FaultyCall = fault.Call };

    private static IEnumerable<Cell> Short =>
        from offset in new uint[] { 0, 0x7FF }
        select new Cell(offset, 3 * Page + 1) { IsShort = true };

    private static IEnumerable<Cell> Chains =>
    [
        Cut(0, Page, 0x800),
        Cut(0, 3 * Page + 1, Page),
        Cut(0, 3 * Page + 1, 1),
        Cut(0, 3 * Page + 1, Page, 2 * Page),
        Cut(0, 3 * Page + 1, 1, 2 * Page + 1),
        Cut(0x7FF, 3 * Page + 1, 0x801),
        Cut(0x7FF, 3 * Page + 1, Page),
        Cut(0x7FF, 3 * Page + 1, 0x400, Page + 0x801),
        Cut(0xFFF, 2, 1),
        Cut(0xFFF, 2 * Page, 1, Page + 1),
        Cut(0x7FF, 2 * Page + 1, Page) with { IsDeferred = true },
        Cut(0x7FF, 2 * Page + 1, Page) with { Fault = "MmGetSystemAddressForMdlSafe", FaultyCall = 2 },
    ];

    private static IEnumerable<Cell> Records =>
        from at in new (uint Offset, uint Length)[] { (0, Page), (0x7FF, Page + 1) }
        from said in new (uint, uint)[] { (16, 0xFFFFFFF8), (0xFFFFFFF8, 16), (0x80000000, 0x80000000), (0x10000, 0x10000), (0x20, 0x08000000), (0xFFFFFFF0, at.Length + 16), (at.Length, 1) }
        select new Cell(at.Offset, at.Length) { Said = said };

    private static IEnumerable<Cell> High => [new Cell(0x7FF, 3 * Page + 1) { IsHigh = true }];

    private static Cell Cut(uint offset, uint length, params uint[] cuts) => new(offset, length) { Cuts = cuts };

    public override string ToString() =>
        $"offset 0x{Offset:X3}, {Length} bytes"
        + (IsChain ? $", {Cuts.Count + 1} MDLs cut at {string.Join(" and ", Cuts)}" : "")
        + (Said is var (first, second) ? $", the device says 0x{first:X} and 0x{second:X}" : "")
        + (Fault is null ? "" : $", call {FaultyCall} of {Fault} fails")
        + (IsShort ? ", page table entries are short" : "")
        + (IsHigh ? ", above 4 GiB" : "")
        + (IsDeferred ? ", in the system process" : "");
}
