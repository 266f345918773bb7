using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Memory that processor and device share, until it is freed.</summary>
internal sealed class CommonBuffer : ITracked
{
    /// <summary>System address of the first byte.</summary>
    public required nuint Address { get; init; }

    /// <summary>The bytes that the driver asked for; the rest of the last page is not its own (DMA-219).</summary>
    public required uint Length { get; init; }

    public required PhysicalAddress Logical { get; init; }

    /// <summary>What lets the device use it.</summary>
    public required BusGrant Grant { get; init; }

    /// <summary>The domain whose address <see cref="Logical"/> is; null on a machine without IOMMU.</summary>
    public required IommuDmaDomain? Domain { get; init; }

    /// <summary>Physical address of the first byte; what follows is adjacent, except in a borrowed buffer behind an IOMMU.</summary>
    public required ulong Physical { get; init; }

    /// <summary>What FreeCommonBuffer has to repeat; null for a buffer whose allocation had no such argument.</summary>
    public bool? CacheEnabled { get; init; }

    /// <summary>Whether tags and padding surround the buffer (DMA-226).</summary>
    public bool IsGuarded { get; init; }

    /// <summary>Whether the buffer belongs to a vector, through which alone it is freed.</summary>
    public bool IsElement { get; init; }

    /// <summary>Whether the memory is a caller's, who keeps it when the buffer is freed.</summary>
    public bool IsBorrowed { get; init; }

    /// <summary>First map register that the buffer ties up (DMA-220), or -1.</summary>
    public int FirstRegister { get; init; } = -1;

    public uint Pages => (uint)BYTES_TO_PAGES(Length);

    ObjectHistory? ITracked.History { get; set; }

    /// <summary>Whether the pages of the buffer and a range of logical addresses share one.</summary>
    public bool Overlaps(PhysicalAddress logical, ulong length) =>
        (ulong)logical.QuadPart < (ulong)Logical.QuadPart + (ulong)Pages * PAGE_SIZE
        && (ulong)Logical.QuadPart < (ulong)logical.QuadPart + length;

    public override string ToString() => $"common buffer {Address:X16} ({Length} bytes at logical address 0x{(ulong)Logical.QuadPart:X})";
}
