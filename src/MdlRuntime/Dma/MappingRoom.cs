namespace MdlRuntime;

/// <summary>What one mapping may use up.</summary>
internal struct MappingRoom
{
    /// <summary>Elements of the list.</summary>
    public uint Elements;

    /// <summary>Pages of one transfer, bounced or not.</summary>
    public uint Pages;

    /// <summary>Map registers.</summary>
    public uint Registers;

    /// <summary>Whether only bounced pages take registers.</summary>
    public bool IsExact;

    public readonly bool HasAny => Elements > 0 && Pages > 0;

    /// <summary>Takes an element and the pages of a run.</summary>
    /// <returns>The bytes of the run that fit; 0 when none do.</returns>
    public uint Take(nuint va, uint length, bool isBounced)
    {
        uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, length);
        uint most = isBounced && IsExact ? Math.Min(Pages, Registers) : Pages;
        if (pages > most)
        {
            if (most == 0)
                return 0;
            length = most * PAGE_SIZE - BYTE_OFFSET(va);
            pages = most;
        }

        Elements--;
        Pages -= pages;
        if (isBounced && IsExact)
            Registers -= pages;
        return length;
    }
}
