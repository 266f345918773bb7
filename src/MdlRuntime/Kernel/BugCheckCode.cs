namespace MdlRuntime;

/// <summary>The stops that the machine knows by name.</summary>
internal static class BugCheckCode
{
    public const uint INVALID_PROCESS_DETACH_ATTEMPT = 0x06;
    public const uint IRQL_NOT_GREATER_OR_EQUAL = 0x09;
    public const uint IRQL_NOT_LESS_OR_EQUAL = 0x0A;
    public const uint SPIN_LOCK_ALREADY_OWNED = 0x0F;
    public const uint SPIN_LOCK_NOT_OWNED = 0x10;
    public const uint MEMORY_MANAGEMENT = 0x1A;
    public const uint KMODE_EXCEPTION_NOT_HANDLED = 0x1E;
    public const uint INCONSISTENT_IRP = 0x2A;
    public const uint NO_MORE_IRP_STACK_LOCATIONS = 0x35;
    public const uint SYSTEM_SERVICE_EXCEPTION = 0x3B;
    public const uint NO_MORE_SYSTEM_PTES = 0x3F;
    public const uint TARGET_MDL_TOO_SMALL = 0x40;
    public const uint MULTIPLE_IRP_COMPLETE_REQUESTS = 0x44;
    public const uint CANCEL_STATE_IN_COMPLETED_IRP = 0x48;
    public const uint IRQL_GT_ZERO_AT_SYSTEM_SERVICE = 0x4A;
    public const uint PFN_LIST_CORRUPT = 0x4E;
    public const uint PAGE_FAULT_IN_NONPAGED_AREA = 0x50;
    public const uint PROCESS_HAS_LOCKED_PAGES = 0x76;
    public const uint SYSTEM_THREAD_EXCEPTION_NOT_HANDLED = 0x7E;
    public const uint ATTEMPTED_SWITCH_FROM_DPC = 0xB8;
    public const uint ATTEMPTED_WRITE_TO_READONLY_MEMORY = 0xBE;
    public const uint SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION = 0xC1;
    public const uint BAD_POOL_CALLER = 0xC2;
    public const uint DRIVER_VERIFIER_DETECTED_VIOLATION = 0xC4;
    public const uint IRQL_UNEXPECTED_VALUE = 0xC8;
    public const uint DRIVER_VERIFIER_IOMANAGER_VIOLATION = 0xC9;
    public const uint PNP_DETECTED_FATAL_ERROR = 0xCA;
    public const uint DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS = 0xCB;
    public const uint PAGE_FAULT_IN_FREED_SPECIAL_POOL = 0xCC;
    public const uint PAGE_FAULT_BEYOND_END_OF_ALLOCATION = 0xCD;
    public const uint DRIVER_IRQL_NOT_LESS_OR_EQUAL = 0xD1;
    public const uint DRIVER_UNMAPPING_INVALID_VIEW = 0xD7;
    public const uint DRIVER_USED_EXCESSIVE_PTES = 0xD8;
    public const uint LOCKED_PAGES_TRACKER_CORRUPTION = 0xD9;
    public const uint SYSTEM_PTE_MISUSE = 0xDA;
    public const uint DRIVER_CORRUPTED_SYSPTES = 0xDB;
    public const uint MANUALLY_INITIATED_CRASH = 0xE2;
    public const uint WORKER_INVALID = 0xE4;
    public const uint DRIVER_VERIFIER_DMA_VIOLATION = 0xE6;
    public const uint ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY = 0xFC;
    public const uint DRIVER_RETURNED_HOLDING_CANCEL_LOCK = 0x11B;
    public const uint INVALID_MDL_RANGE = 0x12E;
    public const uint ILLEGAL_IOMMU_PAGE_FAULT = 0x158;
    public const uint HAL_ILLEGAL_IOMMU_PAGE_FAULT = 0x159;
    public const uint HAL_IOMMU_INTERNAL_ERROR = 0x1D9;
    public const uint DMA_COMMON_BUFFER_VECTOR_ERROR = 0x1DC;
}
