namespace MdlRuntime;

/// <summary>System addresses that a driver reserved with MmAllocateMappingAddress, and what is mapped there now.</summary>
internal sealed class MappingReservation(nuint baseAddress, int pages, uint tag)
{
    /// <summary>Page-aligned address of the first page.</summary>
    public nuint Base => baseAddress;

    public int Pages => pages;

    /// <summary>The owner's tag.</summary>
    public uint Tag => tag;

    /// <summary>The MDL that is mapped here, or null.</summary>
    public Mdl? Mapped { get; set; }

    /// <summary>Pages at the start of the mapping that MmAdvanceMdl has passed.</summary>
    public int Passed { get; set; }

    /// <summary>Whether a caller with this tag owns the range; the lowest bit does not count (MDL-251).</summary>
    public bool IsOwnedBy(uint callersTag) => (tag ^ callersTag) <= 1;
}
