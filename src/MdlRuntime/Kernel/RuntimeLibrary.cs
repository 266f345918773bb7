namespace MdlRuntime;

public static class RuntimeLibrary
{
    public static void ProbeForRead(nuint address, nuint length, uint alignment) => throw null!;
    public static void ProbeForWrite(nuint address, nuint length, uint alignment) => throw null!;
    public static void RtlCopyMemory(nuint destination, nuint source, nuint length) => throw null!;
    public static void RtlZeroMemory(nuint destination, nuint length) => throw null!;
    public static void RtlFillMemory(nuint destination, nuint length, byte fill) => throw null!;
}
