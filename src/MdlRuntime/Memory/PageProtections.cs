namespace MdlRuntime;

/// <summary>Page protections as page-table flags, and which of them allow what.</summary>
internal static class PageProtections
{
    private const PageProtection Base = (PageProtection)0xFF;

    /// <summary>Exactly one base protection, with PAGE_GUARD, PAGE_NOCACHE and PAGE_WRITECOMBINE as modifiers.</summary>
    public static bool IsValid(PageProtection protection) =>
        (protection & Base) is PageProtection.PAGE_NOACCESS or PageProtection.PAGE_READONLY or PageProtection.PAGE_READWRITE
            or PageProtection.PAGE_WRITECOPY or PageProtection.PAGE_EXECUTE or PageProtection.PAGE_EXECUTE_READ
            or PageProtection.PAGE_EXECUTE_READWRITE or PageProtection.PAGE_EXECUTE_WRITECOPY
        && (protection & ~(Base | PageProtection.PAGE_GUARD | PageProtection.PAGE_NOCACHE | PageProtection.PAGE_WRITECOMBINE)) == 0;

    public static PteFlags ToPteFlags(PageProtection protection)
    {
        PteFlags flags = (protection & Base) switch
        {
            PageProtection.PAGE_NOACCESS => PteFlags.NoAccess,
            PageProtection.PAGE_READONLY => PteFlags.None,
            PageProtection.PAGE_READWRITE => PteFlags.Writable,
            PageProtection.PAGE_WRITECOPY => PteFlags.CopyOnWrite,
            PageProtection.PAGE_EXECUTE or PageProtection.PAGE_EXECUTE_READ => PteFlags.Executable,
            PageProtection.PAGE_EXECUTE_READWRITE => PteFlags.Executable | PteFlags.Writable,
            _ => PteFlags.Executable | PteFlags.CopyOnWrite,
        };
        return (protection & PageProtection.PAGE_GUARD) != 0 ? flags | PteFlags.Guard : flags;
    }

    /// <summary>The fault that an access to a page with these flags takes, if any.</summary>
    public static PageFault Check(PteFlags flags, MemoryAccess access)
    {
        const PteFlags plain = PteFlags.Committed | PteFlags.Resident;
        if ((flags & (plain | PteFlags.NoAccess | PteFlags.Guard)) == plain)
        {
            if (access == MemoryAccess.Read)
                return PageFault.None;
            if (access == MemoryAccess.Execute)
                return (flags & PteFlags.Executable) != 0 ? PageFault.None : PageFault.NoExecute;
            if ((flags & PteFlags.Writable) != 0)
                return PageFault.None;
            return (flags & PteFlags.CopyOnWrite) != 0 ? PageFault.CopyOnWrite : PageFault.WriteProtected;
        }

        if ((flags & PteFlags.Committed) == 0)
            return PageFault.NotMapped;
        if ((flags & PteFlags.NoAccess) != 0)
            return PageFault.NoAccess;
        return (flags & PteFlags.Guard) != 0 ? PageFault.Guard : PageFault.NotResident;
    }
}
