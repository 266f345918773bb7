namespace MdlRuntime;

/// <summary>What a caller of the common-buffer routines asks for.</summary>
/// <param name="Slot">The routine.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Lowest">Lowest acceptable logical address.</param>
/// <param name="Highest">Highest acceptable logical address.</param>
/// <param name="CacheType">Caching of the memory.</param>
/// <param name="Node">Preferred node.</param>
/// <param name="CacheEnabled">What the free has to repeat, if anything.</param>
internal readonly record struct CommonBufferRequest(
    DmaSlot Slot, uint Length, ulong Lowest, ulong Highest, MemoryCachingType CacheType, uint Node, bool? CacheEnabled)
{
    public string Routine => DmaOperations.NameOf(Slot);

    /// <summary>Pages that memory is allocated in groups of, each group aligned to its size.</summary>
    public uint Granularity { get; init; } = 1;

    /// <summary>The domain that the buffer is for; null for that of the device.</summary>
    public IommuDmaDomain? Domain { get; init; }

    /// <summary>Whether the buffer is part of a vector.</summary>
    public bool IsElement { get; init; }
}
