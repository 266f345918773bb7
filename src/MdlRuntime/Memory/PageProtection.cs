namespace MdlRuntime;

/// <summary>What a page permits: one base protection, with modifiers.</summary>
[Flags]
public enum PageProtection : uint
{
    /// <summary>Any access faults.</summary>
    PAGE_NOACCESS = 0x01,

    /// <summary>Reading.</summary>
    PAGE_READONLY = 0x02,

    /// <summary>Reading and writing.</summary>
    PAGE_READWRITE = 0x04,

    /// <summary>Reading; the first write makes a private copy.</summary>
    PAGE_WRITECOPY = 0x08,

    /// <summary>Execution and reading.</summary>
    PAGE_EXECUTE = 0x10,

    /// <summary>Execution and reading.</summary>
    PAGE_EXECUTE_READ = 0x20,

    /// <summary>Execution, reading and writing.</summary>
    PAGE_EXECUTE_READWRITE = 0x40,

    /// <summary>Execution and reading; the first write makes a private copy.</summary>
    PAGE_EXECUTE_WRITECOPY = 0x80,

    /// <summary>Modifier: the first access raises STATUS_GUARD_PAGE_VIOLATION and removes the guard.</summary>
    PAGE_GUARD = 0x100,

    /// <summary>Modifier: not cached.</summary>
    PAGE_NOCACHE = 0x200,

    /// <summary>Modifier: writes are combined.</summary>
    PAGE_WRITECOMBINE = 0x400,
}
