using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Builds a scatter/gather list in memory of the caller. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: BuildScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildScatterGatherList(
        DeviceObject device,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherLength) =>
        throw NotModelled(nameof(BuildScatterGatherList));

    /// <summary>Builds an MDL for the memory that the device will access. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: BuildMdlFromScatterGatherList.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildMdlFromScatterGatherList(
        ScatterGatherList scatterGather,
        [MdlEffect(MdlEffect.Reads)] Mdl originalMdl,
        out Mdl? targetMdl) =>
        throw NotModelled(nameof(BuildMdlFromScatterGatherList));

    /// <summary>Prepares a version 3 transfer context. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: InitializeDmaTransferContext.</remarks>
    // version 3
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus InitializeDmaTransferContext(
        [MdlEffect(MdlEffect.InitializesTransfer)] DmaTransferContext context) =>
        throw NotModelled(nameof(InitializeDmaTransferContext));

    /// <summary>Asks for the channel and map registers of a version 3 transfer. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: AllocateAdapterChannelEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl? executionRoutine,
        object? executionContext,
        out MapRegisters? mapRegisterBase) =>
        throw NotModelled(nameof(AllocateAdapterChannelEx));

    /// <summary>Asks for the channel and map registers of a version 3 transfer. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL DISPATCH_LEVEL. WDK: AllocateAdapterChannelEx.</remarks>
    /// <summary>The form without a MapRegisterBase pointer (asynchronous, or synchronous with a routine).</summary>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl executionRoutine,
        object? executionContext) =>
        throw NotModelled(nameof(AllocateAdapterChannelEx));

    /// <summary>Withdraws a waiting AllocateAdapterChannelEx request. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: CancelAdapterChannel.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public bool CancelAdapterChannel(
        DeviceObject device,
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext) =>
        throw NotModelled(nameof(CancelAdapterChannel));

    /// <summary>Maps a range of an MDL chain, given by its offset. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: MapTransferEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus MapTransferEx(
        [MdlEffect(MdlEffect.MapsTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.DeviceOffset)] uint deviceOffset,
        [MdlValue(MdlValueKind.TransferLength)] ref uint length,
        bool writeToDevice,
        ScatterGatherList? scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherBufferLength,
        DmaCompletionRoutine? completionRoutine,
        object? completionContext) =>
        throw NotModelled(nameof(MapTransferEx));

    /// <summary>Maps a range of an MDL chain, given by its offset, and hands over the list of its fragments. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: GetScatterGatherListEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl? executionRoutine,
        object? context,
        bool writeToDevice,
        out ScatterGatherList? scatterGatherList) =>
        throw NotModelled(nameof(GetScatterGatherListEx));

    /// <summary>Maps a range of an MDL chain, given by its offset, and hands over the list of its fragments. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: GetScatterGatherListEx.</remarks>
    /// <summary>The form without a list pointer (asynchronous, or synchronous with a routine).</summary>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherListEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        uint flags,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice) =>
        throw NotModelled(nameof(GetScatterGatherListEx));

    /// <summary>Ends a transfer that MapTransferEx began. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: FlushAdapterBuffersEx.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus FlushAdapterBuffersEx(
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice) =>
        throw NotModelled(nameof(FlushAdapterBuffersEx));

    /// <summary>Releases the channel, the map registers, or both. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: FreeAdapterObject.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesChannel)]
    public void FreeAdapterObject(IoAllocationAction action) =>
        throw NotModelled(nameof(FreeAdapterObject));

    /// <summary>Cancels a system DMA transfer. Not modelled.</summary>
    /// <exception cref="NotModelledException">Always.</exception>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: CancelMappedTransfer.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus CancelMappedTransfer(
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext) =>
        throw NotModelled(nameof(CancelMappedTransfer));

    private static NotModelledException NotModelled(string routine) => new($"{nameof(DmaAdapter)}.{routine}");
}
