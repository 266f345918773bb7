using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Moves the start of a locked MDL forward and unlocks the pages that are passed. IRQL at most DISPATCH_LEVEL. WDK: MmAdvanceMdl.</summary>
    /// <param name="mdl">An MDL that MmProbeAndLockPages locked; its addresses, offset, length and array change.</param>
    /// <param name="numberOfBytes">Distance in bytes, at most the byte count.</param>
    /// <returns>STATUS_SUCCESS; STATUS_INVALID_PARAMETER_2 behind the end, and nothing has changed then.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus MmAdvanceMdl(
        [MdlEffect(MdlEffect.Advances)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferLength)] uint numberOfBytes) =>
        MdlAdvance.Advance(mdl, numberOfBytes);
}
