namespace MdlRuntime;

/// <summary>A logical address space of an IOMMU: what the devices in it can reach, page by page. Opaque to drivers. WDK: IOMMU_DMA_DOMAIN.</summary>
public sealed class IommuDmaDomain
{
    private readonly Dictionary<ulong, DomainPage> _pages = [];
    private ulong _next;

    internal IommuDmaDomain(KernelSystem system) => System = system;

    internal KernelSystem System { get; }

    internal bool IsEmpty => _pages.Count == 0;

    /// <summary>
    /// The first of some unmapped pages in a row; null when there are none between the two page numbers (inclusive). Goes on where the last
    /// search ended, so that an address that was unmapped stays invalid for as long as possible.
    /// </summary>
    internal ulong? FindFree(ulong count, ulong lowest, ulong highest)
    {
        ulong from = _next >= lowest && _next <= highest ? _next : lowest;
        return FindFrom(from, count, highest) ?? (from > lowest ? FindFrom(lowest, count, highest) : null);
    }

    internal void Map(ulong page, Pfn pfn, IommuPermissions permissions)
    {
        _pages[page] = new(pfn, permissions);
        _next = page + 1;
    }

    /// <summary>Ends the translation of a page; false when it had none.</summary>
    internal bool Unmap(ulong page) => _pages.Remove(page);

    internal bool Holds(ulong page) => _pages.ContainsKey(page);

    /// <summary>The frame that a device accesses; false where it may not.</summary>
    internal bool TryTranslate(ulong page, IommuPermissions access, out Pfn pfn)
    {
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
