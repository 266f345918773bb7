using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The memory that a call of the low-level IOMMU interface maps: whole pages. WDK: IOMMU_MAP_PHYSICAL_ADDRESS.</summary>
public sealed class IommuMapPhysicalAddress
{
    private readonly nuint[] _frames;

    private IommuMapPhysicalAddress(nuint[] frames, bool isWhole) => (_frames, IsWhole) = (frames, isWhole);

    internal ReadOnlySpan<nuint> Frames => _frames;

    internal bool IsWhole { get; }

    /// <summary>The pages of an MDL. WDK: MapTypeMdl.</summary>
    /// <param name="mdl">An MDL with locked pages whose buffer begins and ends on page boundaries.</param>
    /// <returns>The memory.</returns>
    public static IommuMapPhysicalAddress FromMdl([MdlEffect(MdlEffect.Reads)] Mdl mdl)
    {
        ArgumentNullException.ThrowIfNull(mdl);
        MdlChecks.Require(Processor.Current, mdl, Mdl.MdlFlagsOffset);
        return new(mdl.Pfns.ToArray(), mdl.Length > 0 && mdl.Length % PAGE_SIZE == 0 && BYTE_OFFSET(mdl.VirtualAddress) == 0);
    }

    /// <summary>Pages in a row. WDK: MapTypeContiguousRange.</summary>
    /// <param name="baseAddress">Physical address of the first byte.</param>
    /// <param name="size">Length in bytes, at most 1 GiB.</param>
    /// <returns>The memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More than 1 GiB.</exception>
    public static IommuMapPhysicalAddress FromContiguousRange(
        [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress baseAddress,
        [MdlValue(MdlValueKind.Length)] ulong size)
    {
        const ulong largest = 1 << 30;
        if (size > largest)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"allowed: 0 to {largest}");

        var frames = new nuint[size >> PAGE_SHIFT];
        for (int i = 0; i < frames.Length; i++)
            frames[i] = Pfn.Of(baseAddress).Number + (nuint)i;
        return new(frames, frames.Length > 0 && size % PAGE_SIZE == 0 && BYTE_OFFSET((nuint)baseAddress.QuadPart) == 0);
    }
}
