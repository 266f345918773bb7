using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The Rtl routines on memory, and the probes.</summary>
public static class RuntimeLibrary
{
    /// <summary>Checks that a range lies in the user half and is aligned; touches nothing. IRQL at most APC_LEVEL. WDK: ProbeForRead.</summary>
    /// <param name="address">User address.</param>
    /// <param name="length">Length in bytes; 0 passes with any address.</param>
    /// <param name="alignment">1, 2, 4, 8 or 16 bytes.</param>
    /// <exception cref="NtStatusException">STATUS_DATATYPE_MISALIGNMENT or STATUS_ACCESS_VIOLATION.</exception>
    [Irql(Kirql.APC_LEVEL)]
    public static void ProbeForRead(
        [MdlValue(MdlValueKind.UserAddress)][MdlEffect(MdlEffect.Probes)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        uint alignment)
    {
        MemoryAccesses.Begin();
        MemoryAccesses.ProbeRange(address, length, alignment);
    }

    /// <summary>Checks that a range lies in the user half, is aligned and writable, touching each page. IRQL at most APC_LEVEL. WDK: ProbeForWrite.</summary>
    /// <param name="address">User address.</param>
    /// <param name="length">Length in bytes; 0 passes with any address.</param>
    /// <param name="alignment">1, 2, 4, 8 or 16 bytes.</param>
    /// <exception cref="NtStatusException">STATUS_DATATYPE_MISALIGNMENT, STATUS_ACCESS_VIOLATION, or what touching a page raised.</exception>
    [Irql(Kirql.APC_LEVEL)]
    public static void ProbeForWrite(
        [MdlValue(MdlValueKind.UserAddress)][MdlEffect(MdlEffect.Probes)] nuint address,
        [MdlValue(MdlValueKind.Length)] nuint length,
        uint alignment)
    {
        MemoryAccesses.Begin();
        MemoryAccesses.ProbeWritable(address, length, alignment);
    }

    /// <summary>Copies bytes between simulated addresses that do not overlap. WDK: RtlCopyMemory.</summary>
    /// <param name="destination">Address of the first byte to write.</param>
    /// <param name="source">Address of the first byte to read.</param>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION for a bad user address; a bad system address stops the machine.</exception>
    public static void RtlCopyMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint source,
        [MdlValue(MdlValueKind.Length)] nuint length)
    {
        MemoryAccesses.Begin();
        MemoryAccesses.Copy(destination, source, length);
    }

    /// <summary>Fills a range with zeros. WDK: RtlZeroMemory.</summary>
    /// <param name="destination">Address of the first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION for a bad user address; a bad system address stops the machine.</exception>
    public static void RtlZeroMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.Length)] nuint length)
    {
        MemoryAccesses.Begin();
        MemoryAccesses.Fill(destination, length, 0);
    }

    /// <summary>Fills a range with one byte value. WDK: RtlFillMemory.</summary>
    /// <param name="destination">Address of the first byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="fill">The value.</param>
    /// <exception cref="NtStatusException">STATUS_ACCESS_VIOLATION for a bad user address; a bad system address stops the machine.</exception>
    public static void RtlFillMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint destination,
        [MdlValue(MdlValueKind.Length)] nuint length,
        byte fill)
    {
        MemoryAccesses.Begin();
        MemoryAccesses.Fill(destination, length, fill);
    }
}
