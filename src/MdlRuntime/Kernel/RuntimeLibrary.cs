using MdlRuntime.Annotations;

namespace MdlRuntime;

public static class RuntimeLibrary
{
    [Irql(Kirql.APC_LEVEL)]
    public static void ProbeForRead(
        [MdlValue(MdlValueKind.UserAddress)] [MdlEffect(MdlEffect.Probes)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        uint alignment) => throw null!;
    [Irql(Kirql.APC_LEVEL)]
    public static void ProbeForWrite(
        [MdlValue(MdlValueKind.UserAddress)] [MdlEffect(MdlEffect.Probes)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        uint alignment) => throw null!;
    public static void RtlCopyMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint source,
        [MdlValue(MdlValueKind.Length)] nuint length) => throw null!;
    public static void RtlZeroMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.Length)] nuint length) => throw null!;
    public static void RtlFillMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.Length)] nuint length,
        byte fill) => throw null!;
}
