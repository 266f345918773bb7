using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>
/// The pointer operator: access to a simulated virtual address in the current process, mode and IRQL.
/// A bad user address raises STATUS_ACCESS_VIOLATION; a bad system address, or any bad address at DISPATCH_LEVEL, stops the machine.
/// </summary>
public static class VirtualMemory
{
    /// <summary>Reads a value, as <c>*(T*)address</c> would; it need not be aligned.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="address">Address of its first byte.</param>
    /// <returns>The value.</returns>
    /// <exception cref="NtStatusException">The user address cannot be read.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address) where T : unmanaged
    {
        ref byte known = ref Processor.Known(address, (uint)Unsafe.SizeOf<T>(), MemoryAccess.Read);
        return Unsafe.IsNullRef(ref known) ? ReadByTable<T>(address) : Unsafe.ReadUnaligned<T>(ref known);
    }

    /// <summary>Writes a value, as <c>*(T*)address = value</c> would; it need not be aligned.</summary>
    /// <typeparam name="T">A type without references.</typeparam>
    /// <param name="address">Address of its first byte.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="NtStatusException">The user address cannot be written.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        T value) where T : unmanaged
    {
        ref byte known = ref Processor.Known(address, (uint)Unsafe.SizeOf<T>(), MemoryAccess.Write);
        if (Unsafe.IsNullRef(ref known))
            WriteByTable(address, value);
        else
            Unsafe.WriteUnaligned(ref known, value);
    }

    /// <summary>Copies simulated memory out.</summary>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="destination">Receives as many bytes as it has.</param>
    /// <exception cref="NtStatusException">A user address cannot be read; earlier pages have been copied.</exception>
    public static void CopyTo(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        Span<byte> destination) => MemoryAccesses.CopyTo(MemoryAccesses.Begin(), address, destination);

    /// <summary>Copies bytes into simulated memory.</summary>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="NtStatusException">A user address cannot be written; earlier pages have been copied.</exception>
    public static void CopyFrom(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        ReadOnlySpan<byte> source) => MemoryAccesses.CopyFrom(MemoryAccesses.Begin(), address, source);

    /// <summary>The memory itself, without a copy, where its frames happen to be contiguous. Registers of a device have none.</summary>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="span">The bytes, writable; valid until the address is unmapped. Checked for reading only.</param>
    /// <returns>False when the frames are not contiguous: use <see cref="EnumerateRuns"/>.</returns>
    /// <exception cref="NtStatusException">The user address cannot be read.</exception>
    public static bool TryGetSpan(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        out Span<byte> span)
    {
        MemoryRuns runs = EnumerateRuns(address, length);
        bool hasRun = runs.MoveNext();
        span = hasRun ? runs.Current : default;
        return (nuint)span.Length == length;
    }

    /// <summary>The memory itself, without a copy, in contiguous runs; works for every range.</summary>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <returns>An enumerator of spans in address order, checked for reading as it advances.</returns>
    public static MemoryRuns EnumerateRuns(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length) => new(MemoryAccesses.Begin(), address, length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T ReadByTable<T>(nuint address) where T : unmanaged
    {
        Processor processor = MemoryAccesses.Begin();
        if (BYTE_OFFSET(address) + (uint)Unsafe.SizeOf<T>() <= PAGE_SIZE)
        {
            ref byte source = ref processor.Access(address, MemoryAccess.Read);
            return Unsafe.IsNullRef(ref source) ? DeviceAccess.Read<T>(processor, address) : Unsafe.ReadUnaligned<T>(ref source);
        }

        T value = default;
        MemoryAccesses.CopyTo(processor, address, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref value, 1)));
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteByTable<T>(nuint address, T value) where T : unmanaged
    {
        Processor processor = MemoryAccesses.Begin();
        if (BYTE_OFFSET(address) + (uint)Unsafe.SizeOf<T>() <= PAGE_SIZE)
        {
            ref byte destination = ref processor.Access(address, MemoryAccess.Write);
            if (Unsafe.IsNullRef(ref destination))
                DeviceAccess.Write(processor, address, value);
            else
                Unsafe.WriteUnaligned(ref destination, value);
            return;
        }

        MemoryAccesses.CopyFrom(processor, address, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref value, 1)));
    }
}
