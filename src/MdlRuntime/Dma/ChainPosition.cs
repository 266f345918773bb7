namespace MdlRuntime;

/// <summary>A place in a chain of MDLs, in the virtual range of the MDL that it lies in; may lie outside, as a driver named it.</summary>
/// <param name="mdl">The MDL.</param>
/// <param name="va">The position, as in CurrentVa.</param>
internal struct ChainPosition(Mdl mdl, nuint va)
{
    public Mdl Mdl { get; private set; } = mdl;

    public nuint Va { get; private set; } = va;

    /// <summary>Bytes of the MDL from here on; meaningless outside it.</summary>
    public readonly ulong BytesInMdl => unchecked(Mdl.Length - (ulong)(Va - Mdl.VirtualAddress));

    /// <summary>Bytes of the chain from here on.</summary>
    public readonly ulong BytesInChain
    {
        get
        {
            ulong bytes = BytesInMdl;
            if (Mdl.Next is null)
                return bytes;
            foreach (Mdl at in new ChainWalk(Mdl.Next))
                bytes += at.Length;
            return bytes;
        }
    }

    /// <summary>The place at an offset from the first byte of a chain (DMA-266); false at its end and behind it.</summary>
    public static bool TryFind(Mdl chain, ulong offset, out ChainPosition position, out ulong available)
    {
        position = default;
        available = 0;
        foreach (Mdl at in new ChainWalk(chain))
        {
            if (available > 0)
            {
                available += at.Length;
            }
            else if (offset < at.Length)
            {
                position = new(at, at.VirtualAddress + (nuint)offset);
                available = at.Length - offset;
            }
            else
            {
                offset -= at.Length;
            }
        }

        return available > 0;
    }

    /// <summary>How much of a range lies in this MDL; outside any, a byte at least.</summary>
    public readonly uint PartOf(uint length) => Mdl.Next is null ? length : (uint)Math.Min(length, Math.Max(BytesInMdl, 1));

    /// <summary>Moves on, to the next MDL of the chain behind the last byte of this one.</summary>
    public void Advance(uint bytes)
    {
        Va = unchecked(Va + bytes);
        while (Va == Mdl.VirtualAddress + Mdl.Length && Mdl.Next is { } next)
            (Mdl, Va) = (next, next.VirtualAddress);
    }

    /// <summary>Pages that a range touches, counted MDL by MDL (DMA-090).</summary>
    public readonly uint CountPages(uint length)
    {
        if (Mdl.Next is null)
            return ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, length);
        uint pages = 0;
        ChainPosition at = this;
        while (length > 0)
        {
            uint part = at.PartOf(length);
            pages += ADDRESS_AND_SIZE_TO_SPAN_PAGES(at.Va, part);
            at.Advance(part);
            length -= part;
        }

        return pages;
    }
}
