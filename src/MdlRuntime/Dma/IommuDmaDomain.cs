using System.Numerics;

namespace MdlRuntime;

/// <summary>A logical address space of an IOMMU: what the devices in it can reach, page by page. Opaque to drivers. WDK: IOMMU_DMA_DOMAIN.</summary>
public sealed class IommuDmaDomain
{
    private readonly Dictionary<ulong, DomainPage> _pages = [];

    /// <summary>Blocks of the built-in allocator by their first page, with their pages.</summary>
    private readonly Dictionary<ulong, ulong> _blocks = [];
    private ulong _next;

    internal IommuDmaDomain(KernelSystem system, IommuDmaDomainType type = IommuDmaDomainType.DomainTypeTranslate, IommuDmaLogicalAllocatorConfig? allocator = null) =>
        (System, Type, Allocator) = (system, type, allocator);

    internal KernelSystem System { get; }

    internal IommuDmaDomainType Type { get; }

    internal IommuDmaLogicalAllocatorConfig? Allocator { get; }

    internal bool IsTranslated => Type == IommuDmaDomainType.DomainTypeTranslate;

    /// <summary>Devices that have joined, or were attached.</summary>
    internal int Devices { get; set; }

    internal bool IsDeleted { get; set; }

    /// <summary>
    /// The first of some unmapped pages in a row; null when there are none between the two page numbers (inclusive). Goes on where the last
    /// search ended, so that an address that was unmapped stays invalid for as long as possible.
    /// </summary>
    internal ulong? FindFree(ulong count, ulong lowest, ulong highest)
    {
        if (!IsTranslated)
            return null;
        ulong from = _next >= lowest && _next <= highest ? _next : lowest;
        return FindFrom(from, count, highest) ?? (from > lowest ? FindFrom(lowest, count, highest) : null);
    }

    /// <summary>A block of the built-in allocator between two page numbers (inclusive): the lowest; page 0 is never one. Null when there is none.</summary>
    internal ulong? TakeBlock(ulong count, ulong lowest, ulong highest)
    {
        ulong size = BitOperations.RoundUpToPowerOf2(count);
        for (ulong page = (Math.Max(lowest, 1) + size - 1) / size * size; page <= highest && highest - page >= size - 1; page += size)
        {
            if (!IsFree(page, size))
                continue;
            _blocks[page] = size;
            return page;
        }

        return null;
    }

    internal bool IsFree(ulong page, ulong count)
    {
        foreach ((ulong start, ulong size) in _blocks)
        {
            if (start < page + count && page < start + size)
                return false;
        }

        for (ulong at = page; at < page + count; at++)
        {
            if (Holds(at))
                return false;
        }

        return true;
    }

    internal void Map(ulong page, Pfn pfn, IommuPermissions permissions)
    {
        _pages[page] = new(pfn, permissions);
        _next = page + 1;
    }

    /// <summary>Ends the translation of a page; false when it had none. A block is free again when its first page goes.</summary>
    internal bool Unmap(ulong page)
    {
        _blocks.Remove(page);
        return _pages.Remove(page);
    }

    internal bool Holds(ulong page) => _pages.ContainsKey(page);

    /// <summary>The frame that a device accesses; false where it may not.</summary>
    internal bool TryTranslate(ulong page, IommuPermissions access, out Pfn pfn)
    {
        if (Type == IommuDmaDomainType.DomainTypePassThrough)
        {
            pfn = new((nuint)page);
            return System.Memory.Frames.Contains(pfn);
        }

        bool isMapped = _pages.TryGetValue(page, out DomainPage entry) && (entry.Permissions & access) == access;
        pfn = isMapped ? entry.Pfn : Pfn.None;
        return isMapped;
    }

    private ulong? FindFrom(ulong page, ulong count, ulong highest)
    {
        for (ulong free = 0; page <= highest; page++)
        {
            free = Holds(page) ? 0 : free + 1;
            if (free == count)
                return page - count + 1;
        }

        return null;
    }
}
