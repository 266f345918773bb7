namespace MdlRuntime;

/// <summary>What is done to the caches about a range of an MDL on a machine whose DMA is not coherent.</summary>
internal static class CacheMaintenance
{
    /// <summary>Writes the range back and, before a device writes there, takes it out of the cache.</summary>
    public static void BeforeTransfer(ProcessorCache cache, FrameDatabase frames, Mdl mdl, nuint va, nuint length, bool invalidates)
    {
        for (nuint end = va + length; va < end; va = PAGE_ALIGN(va) + PAGE_SIZE)
        {
            uint part = (uint)MemoryAccesses.PartOfPage(va, end - va);
            if (!TryFind(frames, mdl, va, out Pfn pfn))
                continue;
            if (invalidates)
                cache.CleanAndInvalidate(pfn, BYTE_OFFSET(va), part);
            else
                cache.Clean(pfn, BYTE_OFFSET(va), part);
        }
    }

    /// <summary>Ends a transfer from a device: what it wrote is the processor's now.</summary>
    public static void AfterRead(ProcessorCache cache, FrameDatabase frames, Mdl mdl, nuint va, nuint length, bool invalidates)
    {
        nuint end = va + length;
        if (!invalidates)
        {
            // At its ends the buffer has its lines to itself, as far as transfers are concerned.
            const nuint inLine = ProcessorCache.LineSize - 1;
            va = va == mdl.VirtualAddress ? va & ~inLine : va;
            end = end == mdl.VirtualAddress + mdl.Length ? (end + inLine) & ~inLine : end;
        }

        for (; va < end; va = PAGE_ALIGN(va) + PAGE_SIZE)
        {
            if (TryFind(frames, mdl, va, out Pfn pfn))
                cache.EndTransfer(pfn, BYTE_OFFSET(va), (uint)MemoryAccesses.PartOfPage(va, end - va), invalidates);
        }
    }

    private static bool TryFind(FrameDatabase frames, Mdl mdl, nuint va, out Pfn pfn)
    {
        nuint index = (va - mdl.StartVa) >> PAGE_SHIFT;
        pfn = index < (nuint)mdl.Pfns.Length ? new(mdl.Pfns[(int)index]) : Pfn.None;
        return frames.Contains(pfn);
    }
}
