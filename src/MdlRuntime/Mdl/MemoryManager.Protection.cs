using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Changes the protection of an MDL's system mapping, and of no other mapping of its pages. IRQL at most DISPATCH_LEVEL. WDK: MmProtectMdlSystemAddress.</summary>
    /// <param name="mdl">An MDL with a system mapping; one that is flagged as mapped but is not stops the machine with 0x1A (0x1235, ...).</param>
    /// <param name="newProtect">PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE, PAGE_EXECUTE_READ or PAGE_EXECUTE_READWRITE.</param>
    /// <returns>STATUS_SUCCESS, STATUS_NOT_MAPPED_VIEW or STATUS_INVALID_PAGE_PROTECTION.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmProtectMdlSystemAddress(
        [MdlEffect(MdlEffect.Protects)] Mdl mdl,
        PageProtection newProtect) =>
        MdlProtection.Protect(mdl, newProtect);

    /// <summary>Calls a routine with a system address of the MDL's pages, mapping them for the duration of the call if they are not mapped. IRQL at most DISPATCH_LEVEL. WDK: MmMapMdl.</summary>
    /// <param name="mdl">A locked, non-paged or partial MDL.</param>
    /// <param name="protection">Protection of a mapping made for the call, as for <see cref="MmProtectMdlSystemAddress"/>; an existing mapping keeps its own.</param>
    /// <param name="driverRoutine">Called before this routine returns.</param>
    /// <param name="driverContext">Handed to the routine, which reports its own outcome through it.</param>
    /// <returns>STATUS_SUCCESS if the routine was called, else STATUS_INSUFFICIENT_RESOURCES or STATUS_INVALID_PAGE_PROTECTION.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmMapMdl(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl,
        PageProtection protection,
        MmMdlRoutine driverRoutine,
        object? driverContext) =>
        MdlProtection.MapDuring(mdl, protection, driverRoutine, driverContext);
}
