using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Accesses to more than one byte: page by page, each page checked before it is touched.</summary>
internal static class MemoryAccesses
{
    /// <summary>The processor that an access of driver or user code runs on, after other threads have had their chance.</summary>
    public static Processor Begin()
    {
        Processor processor = Processor.Current;
        if (processor.IsRacing)
            processor.System.Scheduler.LetOthersRace();
        return processor;
    }

    public static void Copy(nuint destination, nuint source, nuint length)
    {
        Processor processor = Processor.Current;
        while (length > 0)
        {
            int part = (int)Math.Min(length, PAGE_SIZE - Math.Max(BYTE_OFFSET(destination), BYTE_OFFSET(source)));
            WriteRun(processor, destination, ReadRun(processor, source, part));
            (destination, source, length) = (destination + (nuint)part, source + (nuint)part, length - (nuint)part);
        }
    }

    public static void Fill(nuint destination, nuint length, byte value)
    {
        Processor processor = Processor.Current;
        while (length > 0)
        {
            int part = PartOfPage(destination, length);
            ref byte first = ref processor.Access(destination, MemoryAccess.Write);
            if (Unsafe.IsNullRef(ref first))
                FillDevice(processor, destination, part, value);
            else
                MemoryMarshal.CreateSpan(ref first, part).Fill(value);
            (destination, length) = (destination + (nuint)part, length - (nuint)part);
        }
    }

    public static void CopyTo(Processor processor, nuint address, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int part = PartOfPage(address, (nuint)destination.Length);
            ReadRun(processor, address, part).CopyTo(destination);
            address += (nuint)part;
            destination = destination[part..];
        }
    }

    public static void CopyFrom(Processor processor, nuint address, ReadOnlySpan<byte> source)
    {
        while (source.Length > 0)
        {
            int part = PartOfPage(address, (nuint)source.Length);
            WriteRun(processor, address, source[..part]);
            address += (nuint)part;
            source = source[part..];
        }
    }

    /// <summary>The bytes from an address on, none of them on the next page; those of a device are a copy.</summary>
    private static ReadOnlySpan<byte> ReadRun(Processor processor, nuint address, int length)
    {
        ref byte first = ref processor.Access(address, MemoryAccess.Read);
        if (!Unsafe.IsNullRef(ref first))
            return MemoryMarshal.CreateReadOnlySpan(ref first, length);

        byte[] copy = new byte[length];
        DeviceAccess.Read(processor, address, copy);
        return copy;
    }

    private static void WriteRun(Processor processor, nuint address, ReadOnlySpan<byte> source)
    {
        ref byte first = ref processor.Access(address, MemoryAccess.Write);
        if (Unsafe.IsNullRef(ref first))
            DeviceAccess.Write(processor, address, source);
        else
            source.CopyTo(MemoryMarshal.CreateSpan(ref first, source.Length));
    }

    private static void FillDevice(Processor processor, nuint address, int length, byte value)
    {
        Span<byte> bytes = stackalloc byte[length];
        bytes.Fill(value);
        DeviceAccess.Write(processor, address, bytes);
    }

    public static int PartOfPage(nuint address, nuint length) => (int)Math.Min(length, PAGE_SIZE - BYTE_OFFSET(address));

    public static void ProbeRange(nuint address, nuint length, uint alignment)
    {
        _ = Processor.Current;
        if (length == 0)
            return;
        if (alignment is not (1 or 2 or 4 or 8 or 16))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "allowed: 1, 2, 4, 8, 16");
        if ((address & (alignment - 1)) != 0)
            throw new NtStatusException(NtStatus.STATUS_DATATYPE_MISALIGNMENT, $"{address:X16} is not aligned to {alignment} bytes");
        if (!UserSpace.IsUserRange(address, length))
            throw new NtStatusException(NtStatus.STATUS_ACCESS_VIOLATION, $"{length} bytes at {address:X16} are not in the user half");
    }

    public static void ProbeWritable(nuint address, nuint length, uint alignment)
    {
        ProbeRange(address, length, alignment);
        if (length == 0)
            return;

        Processor processor = Processor.Current;
        for (nuint at = address, end = address + length; at < end; at = PAGE_ALIGN(at) + PAGE_SIZE)
            processor.Touch(at, MemoryAccess.Write);
    }
}
