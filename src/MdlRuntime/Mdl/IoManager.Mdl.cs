using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Allocates and initializes an MDL for a buffer, which is neither touched nor locked. IRQL at most DISPATCH_LEVEL. WDK: IoAllocateMdl.</summary>
    /// <param name="virtualAddress">Address of the first byte; need not be valid here, may be 0.</param>
    /// <param name="length">Length in bytes, at most 0xFFFFF000.</param>
    /// <param name="secondaryBuffer">True: append to the chain of <paramref name="irp"/>. False: become its MdlAddress, whatever was there.</param>
    /// <param name="chargeQuota">Reserved; accepted and without effect.</param>
    /// <param name="irp">The request to hang the MDL on, or null.</param>
    /// <returns>The MDL; null when it is too long or memory is used up, and then the IRP is unchanged.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesMdl)]
    public static Mdl? IoAllocateMdl(
        [MdlValue(MdlValueKind.BufferAddress)] nuint virtualAddress,
        [MdlValue(MdlValueKind.Length)] uint length,
        bool secondaryBuffer,
        bool chargeQuota,
        Irp? irp) =>
        MdlAllocation.Allocate(virtualAddress, length, secondaryBuffer, irp, nameof(IoAllocateMdl));

    /// <summary>Frees one MDL, not those behind it; releases a partial MDL's own mapping, but no page locks. IRQL at most DISPATCH_LEVEL. WDK: IoFreeMdl.</summary>
    /// <param name="mdl">What <see cref="IoAllocateMdl"/> returned. Freeing it twice stops the machine with 0xC2.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoFreeMdl(
        [MdlEffect(MdlEffect.FreesMdl)] Mdl mdl) =>
        MdlAllocation.Free(mdl);

    /// <summary>Makes an MDL describe a part of another one's buffer. IRQL at most DISPATCH_LEVEL. WDK: IoBuildPartialMdl.</summary>
    /// <param name="sourceMdl">A locked or built MDL.</param>
    /// <param name="targetMdl">An MDL with room for the pages of the part; too small stops the machine with 0x40.</param>
    /// <param name="virtualAddress">First byte of the part, counted from MmGetMdlVirtualAddress of the source; outside stops the machine with 0x12E.</param>
    /// <param name="length">Length in bytes; 0 means up to the end of the source.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoBuildPartialMdl(
        [MdlEffect(MdlEffect.PartialSource)] Mdl sourceMdl,
        [MdlEffect(MdlEffect.PartialTarget)] Mdl targetMdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("sourceMdl")] nuint virtualAddress,
        [MdlValue(MdlValueKind.TransferLength)] uint length) =>
        MdlAllocation.BuildPartial(sourceMdl, targetMdl, virtualAddress, length);
}
