namespace MdlRuntime;

/// <summary>A live allocation of contiguous or uncached memory.</summary>
/// <param name="Bytes">Length in bytes, guard pages not counted.</param>
/// <param name="CacheType">Caching attribute of the frames.</param>
/// <param name="GuardPages">Pages before and after it that belong to the verifier.</param>
internal readonly record struct ContiguousBlock(nuint Bytes, MemoryCachingType CacheType, int GuardPages = 0)
{
    public int Pages => (int)BYTES_TO_PAGES(Bytes);
}
