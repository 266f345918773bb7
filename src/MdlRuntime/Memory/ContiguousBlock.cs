namespace MdlRuntime;

/// <summary>A live allocation of contiguous or uncached memory.</summary>
internal readonly record struct ContiguousBlock(nuint Bytes, MemoryCachingType CacheType)
{
    public int Pages => (int)BYTES_TO_PAGES(Bytes);
}
