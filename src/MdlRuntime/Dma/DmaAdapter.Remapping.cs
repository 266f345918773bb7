using System.Diagnostics.CodeAnalysis;

namespace MdlRuntime;

/// <summary>Behind an IOMMU: logical addresses are those of a domain, page by page, and have nothing to do with physical ones (DMA-301).</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Null on a machine without IOMMU.</summary>
    private readonly DeviceRemapping? _remapping;

    internal bool IsTranslated => _remapping is not null;

    /// <summary>Ends the translations of a run that is no longer mapped.</summary>
    private void Unmap(in MappedRun run)
    {
        if (run.Domain is not { } domain)
            return;

        ulong first = (ulong)run.Logical.QuadPart >> PAGE_SHIFT;
        uint count = ADDRESS_AND_SIZE_TO_SPAN_PAGES((nuint)run.Logical.QuadPart, run.Length);
        for (ulong page = first; page < first + count; page++)
        {
            // Runs in bounce pages may share one.
            if (!domain.Unmap(page) && !run.IsBounced)
            {
                System.BugCheck(BugCheckCode.HAL_IOMMU_INTERNAL_ERROR, 1, (ulong)NtStatus.STATUS_UNSUCCESSFUL, 0, page << PAGE_SHIFT,
                    $"Logical address 0x{page << PAGE_SHIFT:X}, which this adapter had mapped, was unmapped by somebody else.", "MDL4003");
            }
        }
    }

    /// <summary>Through translation every piece of an MDL is one range, as far as the MDL has frames.</summary>
    private static PhysicalRun FindTranslatedRun(in MdlPages pages, nuint va, uint length)
    {
        Pfn first = pages.At(va);
        ulong run = PAGE_SIZE - BYTE_OFFSET(va);
        while (first != Pfn.None && run < length && pages.At(unchecked(va + (nuint)run)) != Pfn.None)
            run += PAGE_SIZE;
        return new(first, (uint)Math.Min(run, length), IsReachable: true);
    }

    private void Translate(ref MappedRun run, in MdlPages pages)
    {
        nuint va = PAGE_ALIGN(run.Va);
        uint count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(run.Va, run.Length);
        if (!TryBeginTranslation(ref run, count, BYTE_OFFSET(run.Va), out ulong page))
            return;
        for (uint i = 0; i < count; i++)
            run.Domain!.Map(page + i, pages.At(unchecked(va + i * PAGE_SIZE)), PermissionsOf(run));
    }

    private void TranslateBounced(ref MappedRun run, uint rangeLength)
    {
        var first = (nuint)(run.Bounce >> PAGE_SHIFT);
        uint offset = BYTE_OFFSET((nuint)run.Bounce), count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(offset, rangeLength);
        if (!TryBeginTranslation(ref run, count, offset, out ulong page))
            return;
        for (uint i = 0; i < count; i++)
            run.Domain!.Map(page + i, new(first + i), PermissionsOf(run));
    }

    /// <summary>Finds logical addresses for a run; without any left the device is pointed at nothing.</summary>
    private bool TryBeginTranslation(ref MappedRun run, uint count, uint offset, out ulong page)
    {
        IommuDmaDomain domain = _remapping!.Domain;
        ulong? found = count == 0 ? null : domain.FindFree(count, _window.LowestTranslated >> PAGE_SHIFT, _window.HighestAddress >> PAGE_SHIFT);
        page = found ?? PhysicalRun.Nowhere.Number;
        run.Domain = found is null ? null : domain;
        run.Logical = new((long)(page << PAGE_SHIFT) + offset);
        return found is not null;
    }

    /// <summary>The physical address behind a logical one, and how many bytes from there on are adjacent. Stops where the device may not go.</summary>
    private ulong Translate(PhysicalAddress logical, int length, bool writesMemory, out int piece)
    {
        DeviceRemapping remapping = _remapping!;
        IommuPermissions access = writesMemory ? IommuPermissions.Write : IommuPermissions.Read;
        ulong page = (ulong)logical.QuadPart >> PAGE_SHIFT;
        uint offset = BYTE_OFFSET((nuint)logical.QuadPart);
        Pfn first = Pfn.None;
        if (!remapping.HasDomain || !remapping.Domain.TryTranslate(page, access, out first))
            IommuFault(logical, length, writesMemory);

        uint run = PAGE_SIZE - offset;
        for (nuint next = 1; run < (uint)length && remapping.Domain.TryTranslate(page + next, access, out Pfn pfn) && pfn.Number == first.Number + next; next++)
            run += PAGE_SIZE;
        piece = (int)Math.Min(run, (uint)length);
        return (ulong)first.Address.QuadPart + offset;
    }

    /// <summary>What the machine makes of an access that the IOMMU has refused, verified or not (DMA-301, DMA-309, DMA-320).</summary>
    [DoesNotReturn]
    private void IommuFault(PhysicalAddress logical, int length, bool writesMemory)
    {
        ulong at = (ulong)logical.QuadPart, type = writesMemory ? WriteFault : ReadFault;
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, at, (ulong)length, ulong.MaxValue);
        string what = $"A device {(writesMemory ? "wrote" : "read")} {length} bytes at logical address 0x{at:X}";
        if (!_remapping!.HasDomain)
        {
            System.BugCheck(BugCheckCode.ILLEGAL_IOMMU_PAGE_FAULT, PhysicalDevice.Address, at, type, 0,
                $"{what}; it has no domain any more, because its adapters are released.", "MDL4010");
        }

        if (_remapping.Left?.Holds(at >> PAGE_SHIFT) == true)
        {
            System.BugCheck(BugCheckCode.HAL_ILLEGAL_IOMMU_PAGE_FAULT, PhysicalDevice.Address, at, type, 0,
                $"{what}, which is mapped in the domain that it has left: requests were still in flight.", "MDL4003");
        }

        bool isDenied = _remapping.Domain.Holds(at >> PAGE_SHIFT);
        System.BugCheck(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x26, PhysicalDevice.Address, at, type,
            isDenied ? $"{what}, which is mapped for the other direction only." : Describe(logical, (uint)length, writesMemory),
            isDenied ? "MDL4008" : IsMemory(logical) ? "MDL4001" : "MDL4003");
    }

    /// <summary>A device that fills memory may read it too: it merges what it writes.</summary>
    private static IommuPermissions PermissionsOf(in MappedRun run) =>
        run.WriteToDevice ? IommuPermissions.Read : IommuPermissions.Read | IommuPermissions.Write;
}
