using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The pointer operator: access to a simulated virtual address in the current process, mode and IRQL.</summary>
public static class VirtualMemory
{
    public static T Read<T>(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address) where T : unmanaged => throw null!;
    public static void Write<T>(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        T value) where T : unmanaged => throw null!;
    public static void CopyTo(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        Span<byte> destination) => throw null!;
    public static void CopyFrom(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        ReadOnlySpan<byte> source) => throw null!;
    public static bool TryGetSpan(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        out Span<byte> span) => throw null!;
}
