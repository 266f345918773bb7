using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.Adapter)]
public sealed class DmaAdapter
{
    // version 1
    [Irql(Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesAdapter)]
    public void PutDmaAdapter() => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesCommonBuffer)]
    public nuint AllocateCommonBuffer(
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress,
        bool cacheEnabled) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    public void FreeCommonBuffer(
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logicalAddress,
        [MdlValue(MdlValueKind.PageAlignedAddress)] [MdlEffect(MdlEffect.FreesCommonBuffer)] nuint virtualAddress,
        bool cacheEnabled) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannel(
        DeviceObject device,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        DriverControl executionRoutine,
        object? context) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public bool FlushAdapterBuffers(
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)] [BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesChannel)]
    public void FreeAdapterChannel() => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public void FreeMapRegisters(
        [MdlEffect(MdlEffect.ReleasesMapRegisters)] MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.LogicalAddress)]
    public PhysicalAddress MapTransfer(
        [MdlEffect(MdlEffect.MapsTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)] [BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] ref uint length,
        bool writeToDevice) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.Alignment)]
    public uint GetDmaAlignment() => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.TransferLength)]
    public uint ReadDmaCounter() => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus GetScatterGatherList(
        DeviceObject device,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)] [BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public void PutScatterGatherList(
        [MdlEffect(MdlEffect.PutsList)] ScatterGatherList scatterGather,
        bool writeToDevice) => throw null!;
    // version 2
    public NtStatus CalculateScatterGatherList(
        Mdl? mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)] [BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        [MdlValue(MdlValueKind.Length)] out uint scatterGatherListSize,
        [MdlValue(MdlValueKind.MapRegisterCount)] out uint numberOfMapRegisters) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildScatterGatherList(
        DeviceObject device,
        [MdlEffect(MdlEffect.BuildsList)] Mdl mdl,
        [MdlValue(MdlValueKind.MdlVirtualAddress)] [BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        DriverListControl executionRoutine,
        object? context,
        bool writeToDevice,
        [MdlValue(MdlValueKind.MemoryAddress)] nuint scatterGatherBuffer,
        [MdlValue(MdlValueKind.Length)] uint scatterGatherLength) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus BuildMdlFromScatterGatherList(
        ScatterGatherList scatterGather,
        [MdlEffect(MdlEffect.Reads)] Mdl originalMdl,
        out Mdl? targetMdl) => throw null!;
    // version 3
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus InitializeDmaTransferContext(
        [MdlEffect(MdlEffect.InitializesTransfer)] DmaTransferContext context) => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.PageAlignedAddress)]
    [return: MdlEffect(MdlEffect.AllocatesCommonBuffer)]
    public nuint AllocateCommonBufferEx(
        PhysicalAddress? maximumAddress,
        [MdlValue(MdlValueKind.Length)] uint length,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress,
        bool cacheEnabled,
        uint preferredNode) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl? executionRoutine,
        object? executionContext,
        out MapRegisters? mapRegisterBase) => throw null!;
    /// <summary>The form without a MapRegisterBase pointer (asynchronous, or synchronous with a routine).</summary>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.AllocatesChannel)]
    public NtStatus AllocateAdapterChannelEx(
        DeviceObject device,
        DmaTransferContext transferContext,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        uint flags,
        DriverControl executionRoutine,
        object? executionContext) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public bool CancelAdapterChannel(
        DeviceObject device,
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext) => throw null!;
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
        object? completionContext) => throw null!;
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
        out ScatterGatherList? scatterGatherList) => throw null!;
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
        bool writeToDevice) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus FlushAdapterBuffersEx(
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.TransferOffset)] ulong offset,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesChannel)]
    public void FreeAdapterObject(IoAllocationAction action) => throw null!;
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus CancelMappedTransfer(
        [MdlEffect(MdlEffect.CancelsTransfer)] DmaTransferContext transferContext) => throw null!;
}
