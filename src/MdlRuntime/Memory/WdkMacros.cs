using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>The macros and constants of the WDK headers.</summary>
public static class WdkMacros
{
    /// <summary>Bytes in a page.</summary>
    public const uint PAGE_SIZE = 0x1000;

    /// <summary>Binary logarithm of <see cref="PAGE_SIZE"/>.</summary>
    public const int PAGE_SHIFT = 12;

    /// <summary>Offset of an address in its page. Any IRQL. WDK: BYTE_OFFSET.</summary>
    /// <param name="va">Any address.</param>
    /// <returns>0 to 4095 bytes.</returns>
    [MdlMacro(MdlMacro.ByteOffset)]
    public static uint BYTE_OFFSET(nuint va) => (uint)va & (PAGE_SIZE - 1);

    /// <summary>First address of the page of an address. Any IRQL. WDK: PAGE_ALIGN.</summary>
    /// <param name="va">Any address.</param>
    /// <returns>A multiple of <see cref="PAGE_SIZE"/>.</returns>
    [MdlMacro(MdlMacro.PageAlign)]
    public static nuint PAGE_ALIGN(nuint va) => va & ~(nuint)(PAGE_SIZE - 1);

    /// <summary>Pages that hold so many bytes when they start on a page boundary. Any IRQL. WDK: BYTES_TO_PAGES.</summary>
    /// <param name="size">Length in bytes.</param>
    /// <returns>Number of pages; 0 for 0 bytes.</returns>
    [MdlMacro(MdlMacro.BytesToPages)]
    public static nuint BYTES_TO_PAGES(nuint size) => (size >> PAGE_SHIFT) + ((size & (PAGE_SIZE - 1)) != 0 ? 1u : 0u);

    /// <summary>Length rounded up to whole pages; wraps to 0 within a page of the largest value. Any IRQL. WDK: ROUND_TO_PAGES.</summary>
    /// <param name="size">Length in bytes.</param>
    /// <returns>Length in bytes, a multiple of <see cref="PAGE_SIZE"/>.</returns>
    [MdlMacro(MdlMacro.RoundToPages)]
    public static nuint ROUND_TO_PAGES(nuint size) => unchecked(size + (PAGE_SIZE - 1)) & ~(nuint)(PAGE_SIZE - 1);

    /// <summary>Pages that a buffer touches, wherever it starts in its first page. Any IRQL. WDK: ADDRESS_AND_SIZE_TO_SPAN_PAGES.</summary>
    /// <param name="va">Address of the first byte; only its offset in the page counts.</param>
    /// <param name="size">Length in bytes.</param>
    /// <returns>Number of pages; for 0 bytes 0 if aligned, else 1.</returns>
    [MdlMacro(MdlMacro.SpanPages)]
    public static uint ADDRESS_AND_SIZE_TO_SPAN_PAGES(nuint va, nuint size) =>
        (uint)unchecked((BYTE_OFFSET(va) + size + (PAGE_SIZE - 1)) >> PAGE_SHIFT);

    /// <summary>Older name of <see cref="ADDRESS_AND_SIZE_TO_SPAN_PAGES"/>. Any IRQL. WDK: COMPUTE_PAGES_SPANNED.</summary>
    /// <param name="va">Address of the first byte; only its offset in the page counts.</param>
    /// <param name="size">Length in bytes.</param>
    /// <returns>Number of pages; for 0 bytes 0 if aligned, else 1.</returns>
    [MdlMacro(MdlMacro.SpanPages)]
    public static uint COMPUTE_PAGES_SPANNED(nuint va, nuint size) => ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, size);

    /// <summary>Length rounded down to a multiple. Any IRQL. WDK: ALIGN_DOWN_BY.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <param name="alignment">A power of two; nothing useful comes of other numbers.</param>
    /// <returns>Length in bytes.</returns>
    public static nuint ALIGN_DOWN_BY(nuint length, nuint alignment) => length & ~unchecked(alignment - 1);

    /// <summary>Length rounded up to a multiple; wraps to 0 at the top of the range. Any IRQL. WDK: ALIGN_UP_BY.</summary>
    /// <param name="length">Length in bytes.</param>
    /// <param name="alignment">A power of two; nothing useful comes of other numbers.</param>
    /// <returns>Length in bytes.</returns>
    public static nuint ALIGN_UP_BY(nuint length, nuint alignment) => ALIGN_DOWN_BY(unchecked(length + alignment - 1), alignment);

    /// <summary>Address rounded down to a multiple. Any IRQL. WDK: ALIGN_DOWN_POINTER_BY.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="alignment">A power of two; nothing useful comes of other numbers.</param>
    /// <returns>The address at or below.</returns>
    public static nuint ALIGN_DOWN_POINTER_BY(nuint address, nuint alignment) => ALIGN_DOWN_BY(address, alignment);

    /// <summary>Address rounded up to a multiple. Any IRQL. WDK: ALIGN_UP_POINTER_BY.</summary>
    /// <param name="address">Any address.</param>
    /// <param name="alignment">A power of two; nothing useful comes of other numbers.</param>
    /// <returns>The address at or above.</returns>
    public static nuint ALIGN_UP_POINTER_BY(nuint address, nuint alignment) => ALIGN_UP_BY(address, alignment);

    /// <summary>
    /// First address of a page that never holds anything. A driver leaves it in variables whose address is gone, so that a stale use stops
    /// the machine where a null address would only raise. WDK: MM_BAD_POINTER.
    /// </summary>
    public static nuint MM_BAD_POINTER { get; } = unchecked((nuint)0xFFFF_A000_0000_0000);

    /// <summary>Whether a status is a success or informational one (not negative as a signed number). WDK: NT_SUCCESS.</summary>
    /// <param name="status">Any status.</param>
    /// <returns>True for 0x00000000 to 0x7FFFFFFF.</returns>
    [MdlMacro(MdlMacro.IsSuccess)]
    public static bool NT_SUCCESS(NtStatus status) => (int)status >= 0;

    /// <summary>Builds an I/O control code. WDK: CTL_CODE.</summary>
    /// <param name="deviceType">Device type, 16 bits.</param>
    /// <param name="function">Function number, 12 bits.</param>
    /// <param name="method">METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT or METHOD_NEITHER.</param>
    /// <param name="access">FILE_ANY_ACCESS, FILE_READ_DATA, FILE_WRITE_DATA or both of the latter.</param>
    /// <returns>The code.</returns>
    [MdlMacro(MdlMacro.ControlCode)]
    [return: MdlValue(MdlValueKind.ControlCode)]
    public static uint CTL_CODE(uint deviceType, uint function, uint method, uint access) =>
        (deviceType << 16) | (access << 14) | (function << 2) | method;

    /// <summary>How a device control request passes its buffers.</summary>
    public const uint METHOD_BUFFERED = 0, METHOD_IN_DIRECT = 1, METHOD_OUT_DIRECT = 2, METHOD_NEITHER = 3;

    /// <summary>The access that a device control code asks of the handle.</summary>
    public const uint FILE_ANY_ACCESS = 0, FILE_READ_DATA = 1, FILE_WRITE_DATA = 2;

    /// <summary>Priority boosts for IoCompleteRequest.</summary>
    public const sbyte IO_NO_INCREMENT = 0, IO_DISK_INCREMENT = 1, IO_NETWORK_INCREMENT = 2;
}
