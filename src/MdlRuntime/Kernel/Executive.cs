using MdlRuntime.Annotations;

namespace MdlRuntime;

public static class Executive
{
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.PoolAddress)]
    [return: MdlEffect(MdlEffect.AllocatesPool)]
    public static nuint ExAllocatePool2(
        ulong flags,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        uint tag) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void ExFreePool(
        [MdlValue(MdlValueKind.PoolAddress)] [MdlEffect(MdlEffect.FreesPool)] nuint pointer) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void ExFreePoolWithTag(
        [MdlValue(MdlValueKind.PoolAddress)] [MdlEffect(MdlEffect.FreesPool)] nuint pointer,
        uint tag) => throw null!;
    public const ulong POOL_FLAG_NON_PAGED = 0x40, POOL_FLAG_PAGED = 0x100, POOL_FLAG_UNINITIALIZED = 0x02;
}
