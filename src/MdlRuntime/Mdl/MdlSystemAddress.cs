using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>The mapping routines as drivers call them: checks of IRQL and arguments, then the mapping itself.</summary>
internal static class MdlSystemAddress
{
    private const MdlFlags HasSystemAddress = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL;

    public static bool IsCacheType(MemoryCachingType cacheType) =>
        cacheType is >= MemoryCachingType.MmNonCached and < MemoryCachingType.MmMaximumCacheType;

    public static nuint GetSafe(Mdl mdl, MmPagePriority priority)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        if (!mdl.Has(HasSystemAddress))
        {
            return Map(processor, mdl, KProcessorMode.KernelMode, MemoryCachingType.MmCached, requestedAddress: 0, bugCheckOnFailure: false, priority,
                nameof(MemoryManager.MmGetSystemAddressForMdlSafe));
        }

        if (processor.System.Verifier.IsOn)
            CheckShared(processor, mdl);
        return mdl.SystemVa;
    }

    public static nuint Get(Mdl mdl)
    {
        MdlChecks.Require(Processor.Current, mdl, Mdl.MdlFlagsOffset);
        return mdl.Has(HasSystemAddress) ? mdl.SystemVa : MapObsolete(mdl, KProcessorMode.KernelMode);
    }

    public static nuint Map(Mdl mdl, KProcessorMode accessMode, MemoryCachingType cacheType, nuint requestedAddress, bool bugCheckOnFailure,
        MmPagePriority priority)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        if (!IsCacheType(cacheType))
            throw new ArgumentOutOfRangeException(nameof(cacheType), cacheType, "allowed: MmNonCached to MmUSWCCached");
        return Map(processor, mdl, accessMode, cacheType, requestedAddress, bugCheckOnFailure, priority, nameof(MemoryManager.MmMapLockedPagesSpecifyCache));
    }

    public static nuint MapObsolete(Mdl mdl, KProcessorMode accessMode)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        bool isUser = accessMode == KProcessorMode.UserMode;
        CheckIrql(processor, mdl, accessMode, isUser ? 0x75u : 0x74u, "MmMapLockedPages");
        MdlChecks.FlagViolation(mdl, 0x81, default, "MDL2006", "MmMapLockedPages is obsolete; use MmGetSystemAddressForMdlSafe or MmMapLockedPagesSpecifyCache.");
        return isUser
            ? MdlUserMapping.Map(processor, mdl, MemoryCachingType.MmCached, requestedAddress: 0, MmPagePriority.HighPagePriority)
            : MdlMapping.MapSystem(processor, mdl, MemoryCachingType.MmCached, bugCheckOnFailure: true, MmPagePriority.HighPagePriority);
    }

    public static void Unmap(nuint address, Mdl mdl)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        bool isUser = !MemorySystem.IsSystemAddress(address);
        if (processor.Irql > (isUser ? Kirql.APC_LEVEL : Kirql.DISPATCH_LEVEL))
            ReportIrql(mdl, isUser ? 0x7Au : 0x79u, address, mdl.Address, "MmUnmapLockedPages");

        if (isUser)
            MdlUserMapping.Unmap(processor, mdl, address);
        else
            MdlMapping.UnmapSystem(processor, mdl, address);
    }

    /// <summary>MmMapLockedPagesSpecifyCache; a fault plan knows it as <paramref name="routine"/>.</summary>
    private static nuint Map(Processor processor, Mdl mdl, KProcessorMode accessMode, MemoryCachingType cacheType, nuint requestedAddress,
        bool bugCheckOnFailure, MmPagePriority priority, string routine)
    {
        bool isUser = accessMode == KProcessorMode.UserMode;
        CheckIrql(processor, mdl, accessMode, isUser ? 0x77u : 0x76u, "MmMapLockedPagesSpecifyCache");
        if (bugCheckOnFailure)
            MdlChecks.FlagViolation(mdl, 0x82, default, "MDL2006", "MmMapLockedPagesSpecifyCache: drivers pass FALSE for BugCheckOnFailure and test for NULL.");
        if (processor.System.Faults.Strikes(routine))
            return MdlMapping.Fail(processor, mdl, accessMode, bugCheckOnFailure);
        if (isUser)
            return MdlUserMapping.Map(processor, mdl, cacheType, requestedAddress, priority);

        if ((priority & MmPagePriority.MdlMappingNoExecute) == 0)
            ReportExecutable(mdl, priority);
        return MdlMapping.MapSystem(processor, mdl, cacheType, bugCheckOnFailure, priority);
    }

    private static void CheckIrql(Processor processor, Mdl mdl, KProcessorMode accessMode, uint subcode, string routine)
    {
        if (processor.Irql > (accessMode == KProcessorMode.UserMode ? Kirql.APC_LEVEL : Kirql.DISPATCH_LEVEL))
            ReportIrql(mdl, subcode, mdl.Address, (ulong)accessMode, routine);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportIrql(Mdl mdl, uint subcode, ulong parameter3, ulong parameter4, string routine)
    {
        Kirql irql = mdl.System.Processor.Irql;
        MdlChecks.Violation(mdl, subcode, (ulong)irql, parameter3, parameter4, "MDL6004", $"{routine} was called at IRQL {irql}.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportExecutable(Mdl mdl, MmPagePriority priority) =>
        MdlChecks.Violation(mdl, 0x2002, 0, (ulong)priority, 0, "MDL3017", $"The mapping of {mdl} may be executed; add MdlMappingNoExecute to the priority.");

    /// <summary>A partial MDL that shares its source's mapping must not outlive it (MDL-127); a mapping protected against access is still there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckShared(Processor processor, Mdl mdl)
    {
        const MdlFlags shared = MdlFlags.MDL_PARTIAL | MdlFlags.MDL_MAPPED_TO_SYSTEM_VA;
        if ((mdl.Flags & (shared | MdlFlags.MDL_PARTIAL_HAS_BEEN_MAPPED)) != shared)
            return;

        PageFault fault = processor.Memory.Translate(user: null, mdl.SystemVa, MemoryAccess.Read, out Pfn pfn);
        if (fault == PageFault.NoAccess)
            return;

        Span<nuint> pfns = mdl.Pfns;
        if (fault != PageFault.None || pfns.Length > 0 && pfns[0] != pfn.Number)
        {
            processor.System.Verifier.Report(new(BugCheckCode.SYSTEM_PTE_MISUSE, 6, mdl.Address, mdl.SystemVa, (ulong)pfns.Length, "MDL3007",
                "The system address that the partial MDL took from its source does not show its pages: the source is unmapped, or mapped at a reserved address."));
        }
    }
}
