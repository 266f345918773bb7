using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Copies memory from an address that may be bad. IRQL at most APC_LEVEL. WDK: MmCopyMemory.</summary>
    /// <param name="targetAddress">Non-paged system address of the first byte to write; a bad one faults.</param>
    /// <param name="sourceAddress">The physical or virtual address of the first byte to read, as the flags say.</param>
    /// <param name="numberOfBytes">Length in bytes.</param>
    /// <param name="flags">Exactly one.</param>
    /// <param name="numberOfBytesTransferred">Bytes copied before the copy ended.</param>
    /// <returns>STATUS_SUCCESS; STATUS_INVALID_ADDRESS where nothing is in memory or a device answers; STATUS_INVALID_PARAMETER for other flags.</returns>
    [Irql(Kirql.APC_LEVEL)]
    public static NtStatus MmCopyMemory(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint targetAddress,
        ulong sourceAddress,
        [MdlValue(MdlValueKind.Length)] nuint numberOfBytes,
        MmCopyFlags flags,
        out nuint numberOfBytesTransferred) =>
        MemoryCopy.Copy(targetAddress, sourceAddress, numberOfBytes, flags, out numberOfBytesTransferred);
}
