using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>Contiguous simulated memory as the host sees it. Valid as long as its frame arena lives.</summary>
internal readonly unsafe struct HostBlock(nint address)
{
    public bool IsNull => address == 0;

    /// <summary>The field of type <typeparamref name="T"/> at <paramref name="offset"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At<T>(int offset) where T : unmanaged => ref *(T*)((byte*)address + offset);

    /// <summary>The same memory from <paramref name="offset"/> bytes on.</summary>
    public HostBlock From(int offset) => new(address + offset);

    public Span<T> Array<T>(int offset, int count) where T : unmanaged => new((byte*)address + offset, count);
}
