namespace MdlRuntime;

/// <summary>
/// The table of routines that came back with an adapter: a later version is longer, and holds all that an earlier one holds.
/// The routines are the methods of <see cref="DmaAdapter"/>; calling one whose slot the table lacks calls what lies behind the table.
/// </summary>
/// <remarks>The table of the 64-bit Windows 10 profile (D1). WDK: DMA_OPERATIONS.</remarks>
public sealed class DmaOperations
{
    private const uint PointerSize = 8;

    private static readonly string[] s_names = Enum.GetNames<DmaSlot>();
    private static readonly DmaOperations s_version1 = new(DmaSlot.PutScatterGatherList);
    private static readonly DmaOperations s_version2 = new(DmaSlot.BuildMdlFromScatterGatherList);
    private static readonly DmaOperations s_version3 = new(DmaSlot.CreateCommonBufferFromMdl);

    private readonly DmaOperation[] _slots;

    private DmaOperations(DmaSlot last)
    {
        Last = last;
        _slots = new DmaOperation[(int)last];
        for (DmaSlot slot = DmaSlot.Size + 1; slot <= last; slot++)
            _slots[(int)slot - 1] = new(NameOf(slot), PointerSize * (uint)slot, VersionOf(slot));
    }

    /// <summary>Size of the table in bytes: 0x68 for version 1, 0x80 for version 2, 0x140 for version 3. WDK: DMA_OPERATIONS.Size.</summary>
    public uint Size => PointerSize * ((uint)Last + 1);

    /// <summary>The slots of the table, in order; the size lies before the first.</summary>
    public IReadOnlyList<DmaOperation> Slots => _slots;

    /// <summary>The last slot that the table has.</summary>
    internal DmaSlot Last { get; }

    /// <summary>Whether the table has a slot: what a driver that takes any version asks before it calls a later routine.</summary>
    /// <param name="routine">Name of the routine, as in <c>nameof(DmaAdapter.MapTransferEx)</c>.</param>
    /// <returns>True if the table is long enough. False for names that are no routine of any table, too.</returns>
    public bool Has(string routine)
    {
        ArgumentNullException.ThrowIfNull(routine);
        return Array.Exists(_slots, slot => slot.Name == routine);
    }

    internal static DmaOperations ForDescription(uint version) => version switch
    {
        0 or 1 => s_version1,
        2 => s_version2,
        _ => s_version3,
    };

    internal static string NameOf(DmaSlot slot) => s_names[(int)slot];

    internal static uint VersionOf(DmaSlot slot) =>
        slot <= DmaSlot.PutScatterGatherList ? 1u : slot <= DmaSlot.BuildMdlFromScatterGatherList ? 2u : 3u;
}
