namespace MdlRuntime;

/// <summary>The pointer operator: access to a simulated virtual address in the current process, mode and IRQL.</summary>
public static class VirtualMemory
{
    public static T Read<T>(nuint address) where T : unmanaged => throw null!;
    public static void Write<T>(nuint address, T value) where T : unmanaged => throw null!;
    public static void CopyTo(nuint address, Span<byte> destination) => throw null!;
    public static void CopyFrom(nuint address, ReadOnlySpan<byte> source) => throw null!;
    public static bool TryGetSpan(nuint address, nuint length, out Span<byte> span) => throw null!;
}
