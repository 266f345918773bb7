namespace MdlRuntime;

public static class Executive
{
    public static nuint ExAllocatePool2(ulong flags, nuint numberOfBytes, uint tag) => throw null!;
    public static void ExFreePool(nuint pointer) => throw null!;
    public static void ExFreePoolWithTag(nuint pointer, uint tag) => throw null!;
    public const ulong POOL_FLAG_NON_PAGED = 0x40, POOL_FLAG_PAGED = 0x100, POOL_FLAG_UNINITIALIZED = 0x02;
}
