using MdlRuntime.Annotations;

namespace MdlRuntime;

public static class WdkMacros
{
    public const uint PAGE_SIZE = 0x1000;
    public const int PAGE_SHIFT = 12;
    [MdlMacro(MdlMacro.ByteOffset)]
    public static uint BYTE_OFFSET(nuint va) => throw null!;
    [MdlMacro(MdlMacro.PageAlign)]
    public static nuint PAGE_ALIGN(nuint va) => throw null!;
    [MdlMacro(MdlMacro.BytesToPages)]
    public static nuint BYTES_TO_PAGES(nuint size) => throw null!;
    [MdlMacro(MdlMacro.RoundToPages)]
    public static nuint ROUND_TO_PAGES(nuint size) => throw null!;
    [MdlMacro(MdlMacro.SpanPages)]
    public static uint ADDRESS_AND_SIZE_TO_SPAN_PAGES(nuint va, nuint size) => throw null!;
    [MdlMacro(MdlMacro.IsSuccess)]
    public static bool NT_SUCCESS(NtStatus status) => throw null!;
    [MdlMacro(MdlMacro.ControlCode)]
    [return: MdlValue(MdlValueKind.ControlCode)]
    public static uint CTL_CODE(uint deviceType, uint function, uint method, uint access) => throw null!;
    public const uint METHOD_BUFFERED = 0, METHOD_IN_DIRECT = 1, METHOD_OUT_DIRECT = 2, METHOD_NEITHER = 3;
    public const uint FILE_ANY_ACCESS = 0, FILE_READ_DATA = 1, FILE_WRITE_DATA = 2;
    public const sbyte IO_NO_INCREMENT = 0, IO_DISK_INCREMENT = 1;
}
