using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Access through a virtual address to what is no memory: registers of a device, or addresses that nobody answers.</summary>
internal static class DeviceAccess
{
    /// <summary>A byte of a device's own memory; a null reference for registers and where nobody answers.</summary>
    public static ref byte Byte(DeviceSpace devices, Pfn pfn, uint offset)
    {
        PhysicalWindow? window = devices.Find(pfn);
        if (window is null || window.Memory.IsEmpty)
            return ref Unsafe.NullRef<byte>();
        return ref window.Memory[(int)window.OffsetOf(pfn, offset)];
    }

    /// <summary>Reads from an address at which <see cref="Processor.Access"/> found no memory.</summary>
    public static T Read<T>(Processor processor, nuint address) where T : unmanaged
    {
        T value = default;
        Read(processor, address, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref value, 1)));
        return value;
    }

    /// <summary>Reads bytes of one page from an address at which <see cref="Processor.Access"/> found no memory.</summary>
    public static void Read(Processor processor, nuint address, Span<byte> destination) =>
        processor.Memory.Devices.Read(Frame(processor, address), BYTE_OFFSET(address), destination);

    /// <summary>Writes to an address at which <see cref="Processor.Access"/> found no memory.</summary>
    public static void Write<T>(Processor processor, nuint address, T value) where T : unmanaged =>
        Write(processor, address, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Writes bytes of one page to an address at which <see cref="Processor.Access"/> found no memory.</summary>
    public static void Write(Processor processor, nuint address, ReadOnlySpan<byte> source) =>
        processor.Memory.Devices.Write(Frame(processor, address), BYTE_OFFSET(address), source);

    private static Pfn Frame(Processor processor, nuint address) => processor.Memory.FindPte(processor.Process.Space, address).Pfn;
}
