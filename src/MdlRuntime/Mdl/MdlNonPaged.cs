using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>MDLs over memory that cannot be paged, and what an address translates to.</summary>
internal static class MdlNonPaged
{
    private const MdlFlags Built = MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_PARTIAL;

    /// <summary>Where x64 systems show the page-table entry of virtual page 0.</summary>
    private static readonly nuint PteBase = unchecked((nuint)0xFFFF_F680_0000_0000);

    public static void Build(Mdl mdl)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, "MmBuildMdlForNonPagedPool");
        if (mdl.Has(Built))
        {
            MdlChecks.FlagViolation(mdl, 0xB0, mdl.Flags & Built, "MDL3009",
                $"MmBuildMdlForNonPagedPool: the MDL is already locked, mapped or built ({mdl.Flags}).");
        }

        if (mdl.Length == 0)
            MdlChecks.Violation(mdl, MdlChecks.ZeroLength, mdl.Address, (ulong)mdl.Flags, 0, "MDL2001", "MmBuildMdlForNonPagedPool: the MDL has zero bytes.");

        if (processor.System.Verifier.IsOn)
            MdlChecks.RequireRoom(mdl);
        Span<nuint> pfns = mdl.Pfns;
        MdlFlags added = MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL;
        for (int i = 0; i < pfns.Length; i++)
        {
            ref readonly Pte pte = ref RequireResident(processor, mdl, mdl.BaseVa + ((nuint)i << PAGE_SHIFT));
            if (pte.Has(PteFlags.IoSpace))
                added |= MdlFlags.MDL_IO_SPACE;
            pfns[i] = pte.Pfn.Number;
        }

        mdl.StorePfns();
        mdl.ChargedProcess = null;
        mdl.SystemVa = mdl.VirtualAddress;
        mdl.Flags |= added;
        processor.System.Trace("MmBuildMdlForNonPagedPool", mdl, mdl.VirtualAddress, (ulong)pfns.Length);
    }

    public static PhysicalAddress GetPhysicalAddress(nuint address)
    {
        Processor processor = Processor.Current;
        ref readonly Pte pte = ref processor.Memory.FindPte(processor.Process.Space, address);
        return Unsafe.IsNullRef(in pte) || !pte.Has(PteFlags.Resident)
            ? default
            : new(pte.Pfn.Address.QuadPart + BYTE_OFFSET(address));
    }

    public static bool IsAddressValid(nuint address)
    {
        Processor processor = Processor.Current;
        MdlChecks.RequireIrql(processor, address, "MmIsAddressValid");
        return processor.Memory.Translate(processor.Process.Space, address, MemoryAccess.Read, out _) == PageFault.None;
    }

    /// <summary>Whether a valid address is system memory that never leaves.</summary>
    public static bool IsNonPaged(nuint address) =>
        MemorySystem.IsSystemAddress(address) && !Processor.Current.Memory.FindPte(user: null, address).Has(PteFlags.Pageable);

    private static ref readonly Pte RequireResident(Processor processor, Mdl mdl, nuint address)
    {
        if (processor.Memory.PagedRegion.Contains(address))
        {
            MdlChecks.Violation(mdl, 0x7F, (ulong)processor.Irql, mdl.Address, (ulong)mdl.Flags, "MDL3012",
                $"MmBuildMdlForNonPagedPool: {address:X16} is paged pool; lock it with MmProbeAndLockPages instead.");
        }

        ref readonly Pte pte = ref processor.Memory.FindPte(processor.Process.Space, address);
        if (Unsafe.IsNullRef(in pte) || !pte.Has(PteFlags.Committed | PteFlags.Resident))
        {
            // 0x1240: an MDL is built over a range that is not in memory.
            processor.System.BugCheck(BugCheckCode.MEMORY_MANAGEMENT, 0x1240, mdl.Address, PteBase + (address >> PAGE_SHIFT) * 8, 0,
                $"MmBuildMdlForNonPagedPool: nothing is in memory at {address:X16}.", "MDL3012");
        }

        if (!pte.Has(PteFlags.IoSpace) && !processor.Memory.Frames.IsPinned(pte.Pfn) && !processor.Memory.PagedRegion.Contains(address))
        {
            MdlChecks.Violation(mdl, 0x140, (ulong)processor.Irql, mdl.Address, address, "MDL3012",
                $"MmBuildMdlForNonPagedPool: the memory at {address:X16} can be paged out; lock it with MmProbeAndLockPages instead.");
        }

        return ref pte;
    }
}
