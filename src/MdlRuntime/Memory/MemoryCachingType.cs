namespace MdlRuntime;

/// <summary>How a mapping uses the processor's caches. WDK: MEMORY_CACHING_TYPE.</summary>
public enum MemoryCachingType
{
    /// <summary>No mapping yet.</summary>
    MmNotMapped = -1,

    /// <summary>Not cached.</summary>
    MmNonCached = 0,

    /// <summary>Cached: the type of ordinary memory.</summary>
    MmCached = 1,

    /// <summary>Not cached for reading, writes combined.</summary>
    MmWriteCombined = 2,

    /// <summary>Cached, kept coherent by hardware.</summary>
    MmHardwareCoherentCached = 3,

    /// <summary>Not cached, accesses may be reordered.</summary>
    MmNonCachedUnordered = 4,

    /// <summary>Speculative write combining.</summary>
    MmUSWCCached = 5,

    /// <summary>One above the largest caching type.</summary>
    MmMaximumCacheType = 6,
}
