using System.Numerics;
using MdlRuntime.Annotations;
using static MdlRuntime.IoManager;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Tells what the adapter can do.</summary>
    /// <param name="adapterInfo">Its Version is set before the call, to 1; the member of that version is filled in.</param>
    /// <returns>STATUS_SUCCESS, or STATUS_NOT_SUPPORTED for another Version.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. For bus masters and system DMA alike. WDK: GetDmaAdapterInfo.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetDmaAdapterInfo(ref DmaAdapterInfo adapterInfo)
    {
        Enter(DmaSlot.GetDmaAdapterInfo, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(GetDmaAdapterInfo), this, adapterInfo.Version);
        if (adapterInfo.Version != DMA_ADAPTER_INFO_VERSION1)
            return NtStatus.STATUS_NOT_SUPPORTED;

        adapterInfo.V1 = new(
            ReadDmaCounterAvailable: _channel is null || _ignoresCount ? 0u : 1,
            ScatterGatherLimit: TakesRuns ? MaximumRegisters : 1,
            DmaAddressWidth: (uint)BitOperations.PopCount(_window.HighestAddress),
            Flags: 0,
            MinimumTransferUnit: _channel is { IsWord: true } ? sizeof(ushort) : 1u);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Tells what a transfer takes, exactly: what version 3 drivers ask instead of CalculateScatterGatherList.</summary>
    /// <param name="mdl">First MDL of the chain.</param>
    /// <param name="offset">First byte, counted from the first of the chain.</param>
    /// <param name="length">Bytes; above 0, and within the chain.</param>
    /// <param name="writeOnly">True: the answer is for transfers to the device only. This machine has one answer for both directions.</param>
    /// <param name="transferInfo">Its Version is set before the call, to 1 or 2; the member of that version is filled in.</param>
    /// <returns>STATUS_SUCCESS; STATUS_NOT_SUPPORTED for another Version; STATUS_INVALID_PARAMETER for a range that is not in the chain.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: GetDmaTransferInfo.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetDmaTransferInfo(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeOnly,
        ref DmaTransferInfo transferInfo)
    {
        Processor processor = Enter(DmaSlot.GetDmaTransferInfo, Kirql.DISPATCH_LEVEL, exact: false);
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        System.Trace(nameof(GetDmaTransferInfo), mdl, offset, length, transferInfo.Version);
        if (transferInfo.Version is not (DMA_TRANSFER_INFO_VERSION1 or DMA_TRANSFER_INFO_VERSION2))
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (length == 0 || !ChainPosition.TryFind(mdl, offset, out ChainPosition start, out ulong available) || length > available)
            return NtStatus.STATUS_INVALID_PARAMETER;

        (uint elements, uint registers) = Count(start, length);
        uint pages = transferInfo.Version == DMA_TRANSFER_INFO_VERSION2 ? start.CountPages(length) : 0;
        transferInfo.V2 = new(registers, elements, ListImage.SizeOf(elements), pages);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Prepares a context for one request; done again before each new one.</summary>
    /// <param name="context">The context; not that of an outstanding request.</param>
    /// <returns>STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no context, or one in use.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: InitializeDmaTransferContext.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus InitializeDmaTransferContext(
        [MdlEffect(MdlEffect.InitializesTransfer)] DmaTransferContext context)
    {
        Enter(DmaSlot.InitializeDmaTransferContext, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(InitializeDmaTransferContext), context);
        if (context is null || context.IsOutstanding)
            return NtStatus.STATUS_INVALID_PARAMETER;

        context.Initialize(this);
        return NtStatus.STATUS_SUCCESS;
    }
}
