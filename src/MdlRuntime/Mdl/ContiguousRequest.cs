namespace MdlRuntime;

/// <summary>What a caller of the routines for contiguous memory asks for.</summary>
/// <param name="Routine">WDK name of the routine.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Lowest">Lowest acceptable physical address.</param>
/// <param name="Highest">Highest acceptable physical address.</param>
/// <param name="Boundary">Power of two that the memory must not cross a multiple of, or 0.</param>
/// <param name="Protection">Page-table flags.</param>
/// <param name="CacheType">Caching attribute.</param>
/// <param name="Node">Preferred node.</param>
internal readonly record struct ContiguousRequest(
    string Routine, nuint Bytes, ulong Lowest, ulong Highest, ulong Boundary, PteFlags Protection, MemoryCachingType CacheType, uint Node = PageAllocation.AnyNode)
{
    /// <summary>Whether memory of this kind can exist on a machine with one node.</summary>
    public bool IsPossible => Bytes != 0 && (Boundary == 0 || Bytes <= Boundary) && Node is 0 or PageAllocation.AnyNode
        && CacheType is >= MemoryCachingType.MmNonCached and < MemoryCachingType.MmMaximumCacheType;
}
