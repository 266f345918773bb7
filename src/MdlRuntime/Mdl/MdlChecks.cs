using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>What every routine on an MDL asks of its arguments, and how it says no.</summary>
internal static class MdlChecks
{
    /// <summary>First parameter of 0xC4 for misuse that Driver Verifier has no number for: 'MDL' and a number of this machine.</summary>
    public const uint ZeroLength = 0x4D444C01, SecondaryWithoutChain = 0x4D444C02, ReuseWhileMapped = 0x4D444C03, RebuildOverResources = 0x4D444C04,
        UnlockUnderPartial = 0x4D444C05, OwnMappingWithoutPartial = 0x4D444C06, ProtectShared = 0x4D444C07, CircularChain = 0x4D444C08,
        CalledUnderLock = 0x4D444C09, SourceNotLocked = 0x4D444C0A,
        PagesNotHeld = 0x4D444C20, PagesInUserView = 0x4D444C21, PagesLost = 0x4D444C22, AdvanceOfOther = 0x4D444C23;

    /// <summary>The MDL, if it is one of the machine that runs; a null one faults where the routine would read it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Mdl Require(Processor processor, Mdl? mdl, uint offset)
    {
        if (mdl is null || mdl.IsFreed || mdl.System != processor.System)
            Refuse(processor, mdl, offset);
        return mdl;
    }

    /// <summary>Reports a call above DISPATCH_LEVEL of a routine that Driver Verifier has no number of its own for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RequireIrql(Processor processor, nuint address, string routine)
    {
        if (processor.Irql > Kirql.DISPATCH_LEVEL)
            ReportIrql(processor, address, routine);
    }

    /// <summary>Reports 0xC4 with a subcode; the caller has found the misuse.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Violation(Mdl mdl, uint subcode, ulong parameter2, ulong parameter3, ulong parameter4, string? ruleId, string explanation) =>
        mdl.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, subcode, parameter2, parameter3, parameter4, ruleId, explanation));

    /// <summary>Reports 0xC4 with the usual parameters: MDL, its flags, the flags that are wrong or missing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FlagViolation(Mdl mdl, uint subcode, MdlFlags culprits, string ruleId, string explanation) =>
        Violation(mdl, subcode, mdl.Address, (ulong)mdl.Flags, (ulong)culprits, ruleId, explanation);

    /// <summary>Frame numbers about to be written behind the structure: special pool faults there (MDL-535).</summary>
    public static void RequireRoom(Mdl mdl)
    {
        if (mdl.Home is null || mdl.PageCount <= mdl.AllocatedPages)
            return;

        const ulong write = 1;
        nuint end = mdl.Address + Mdl.HeaderSize + 8 * (nuint)mdl.AllocatedPages;
        mdl.System.Verifier.Report(new(BugCheckCode.PAGE_FAULT_BEYOND_END_OF_ALLOCATION, end, write, 0, 0, null,
            $"{mdl} has {mdl.PageCount} pages, but was allocated for {mdl.AllocatedPages}: frame numbers are written behind its end.")
        {
            Subject = mdl,
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReportStale(Mdl mdl)
    {
        mdl.System.Verifier.Report(new(BugCheckCode.PAGE_FAULT_IN_FREED_SPECIAL_POOL, mdl.Address, 0, 0, 0, "MDL3001",
            $"The MDL at {mdl.Address:X16} is used after IoFreeMdl."));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReportIrql(Processor processor, nuint address, string routine) =>
        processor.System.Verifier.Report(new(BugCheckCode.IRQL_NOT_LESS_OR_EQUAL, address, (ulong)processor.Irql, 0, 0,
            "MDL6004", $"{routine} was called at IRQL {processor.Irql}; its highest is DISPATCH_LEVEL."));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Refuse(Processor processor, [NotNull] Mdl? mdl, uint offset)
    {
        if (mdl is null)
        {
            processor.AccessFault(offset, MemoryAccess.Read, PageFault.NotMapped, "MDL2001",
                "A null MDL was given to an MDL routine: a request of length zero has no MDL, so Irp.MdlAddress must be tested first.");
        }

        if (mdl.System != processor.System)
            throw new InvalidOperationException("The MDL belongs to another machine.");
        ReportStale(mdl);
    }
}
