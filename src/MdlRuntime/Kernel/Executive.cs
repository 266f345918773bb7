using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The Ex routines: pool.</summary>
public static class Executive
{
    /// <summary>Allocates pool, zeroed unless POOL_FLAG_UNINITIALIZED is given. IRQL at most DISPATCH_LEVEL, APC_LEVEL for paged pool. WDK: ExAllocatePool2.</summary>
    /// <param name="flags">POOL_FLAG_NON_PAGED or POOL_FLAG_PAGED, with POOL_FLAG_UNINITIALIZED.</param>
    /// <param name="numberOfBytes">Length in bytes, at least 1. From a page on, the block is page aligned.</param>
    /// <param name="tag">Four characters that name the owner; not 0.</param>
    /// <returns>System address, or 0 when memory is used up or an argument is not allowed.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PoolAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint ExAllocatePool2(
        ulong flags,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        uint tag) =>
        PoolRoutines.Allocate(flags, numberOfBytes, tag);

    /// <summary>Frees pool. IRQL at most DISPATCH_LEVEL. WDK: ExFreePool.</summary>
    /// <param name="pointer">What <see cref="ExAllocatePool2"/> returned; anything else stops the machine with 0xC2.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void ExFreePool(
        [MdlValue(MdlValueKind.PoolAddress)][MdlEffect(MdlEffect.FreesPool)] nuint pointer) =>
        PoolRoutines.Free(pointer, tag: null);

    /// <summary>Frees pool of a known owner. IRQL at most DISPATCH_LEVEL. WDK: ExFreePoolWithTag.</summary>
    /// <param name="pointer">What <see cref="ExAllocatePool2"/> returned; anything else stops the machine with 0xC2.</param>
    /// <param name="tag">The tag of the allocation, or 0 for any; another one stops the machine with 0xC2 (0x0A, ...).</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void ExFreePoolWithTag(
        [MdlValue(MdlValueKind.PoolAddress)][MdlEffect(MdlEffect.FreesPool)] nuint pointer,
        uint tag) =>
        PoolRoutines.Free(pointer, tag);

    /// <summary>Flags of <see cref="ExAllocatePool2"/>.</summary>
    public const ulong POOL_FLAG_NON_PAGED = 0x40, POOL_FLAG_PAGED = 0x100, POOL_FLAG_UNINITIALIZED = 0x02;
}
