namespace MdlRuntime;

public sealed class DmaAdapter
{
    // version 1
    public void PutDmaAdapter() => throw null!;
    public nuint AllocateCommonBuffer(uint length, out PhysicalAddress logicalAddress, bool cacheEnabled) => throw null!;
    public void FreeCommonBuffer(uint length, PhysicalAddress logicalAddress, nuint virtualAddress, bool cacheEnabled) => throw null!;
    public NtStatus AllocateAdapterChannel(DeviceObject device, uint numberOfMapRegisters, DriverControl executionRoutine, object? context) => throw null!;
    public bool FlushAdapterBuffers(Mdl mdl, MapRegisters? mapRegisterBase, nuint currentVa, uint length, bool writeToDevice) => throw null!;
    public void FreeAdapterChannel() => throw null!;
    public void FreeMapRegisters(MapRegisters? mapRegisterBase, uint numberOfMapRegisters) => throw null!;
    public PhysicalAddress MapTransfer(Mdl mdl, MapRegisters? mapRegisterBase, nuint currentVa, ref uint length, bool writeToDevice) => throw null!;
    public uint GetDmaAlignment() => throw null!;
    public uint ReadDmaCounter() => throw null!;
    public NtStatus GetScatterGatherList(DeviceObject device, Mdl mdl, nuint currentVa, uint length, DriverListControl executionRoutine, object? context, bool writeToDevice) => throw null!;
    public void PutScatterGatherList(ScatterGatherList scatterGather, bool writeToDevice) => throw null!;
    // version 2
    public NtStatus CalculateScatterGatherList(Mdl? mdl, nuint currentVa, uint length, out uint scatterGatherListSize, out uint numberOfMapRegisters) => throw null!;
    public NtStatus BuildScatterGatherList(DeviceObject device, Mdl mdl, nuint currentVa, uint length, DriverListControl executionRoutine, object? context, bool writeToDevice, nuint scatterGatherBuffer, uint scatterGatherLength) => throw null!;
    public NtStatus BuildMdlFromScatterGatherList(ScatterGatherList scatterGather, Mdl originalMdl, out Mdl? targetMdl) => throw null!;
    // version 3
    public NtStatus InitializeDmaTransferContext(DmaTransferContext context) => throw null!;
    public nuint AllocateCommonBufferEx(PhysicalAddress? maximumAddress, uint length, out PhysicalAddress logicalAddress, bool cacheEnabled, uint preferredNode) => throw null!;
    public NtStatus AllocateAdapterChannelEx(DeviceObject device, DmaTransferContext transferContext, uint numberOfMapRegisters, uint flags, DriverControl? executionRoutine, object? executionContext, out MapRegisters? mapRegisterBase) => throw null!;
    /// <summary>The form without a MapRegisterBase pointer (asynchronous, or synchronous with a routine).</summary>
    public NtStatus AllocateAdapterChannelEx(DeviceObject device, DmaTransferContext transferContext, uint numberOfMapRegisters, uint flags, DriverControl executionRoutine, object? executionContext) => throw null!;
    public bool CancelAdapterChannel(DeviceObject device, DmaTransferContext transferContext) => throw null!;
    public NtStatus MapTransferEx(Mdl mdl, MapRegisters? mapRegisterBase, ulong offset, uint deviceOffset, ref uint length, bool writeToDevice, ScatterGatherList? scatterGatherBuffer, uint scatterGatherBufferLength, DmaCompletionRoutine? completionRoutine, object? completionContext) => throw null!;
    public NtStatus GetScatterGatherListEx(DeviceObject device, DmaTransferContext transferContext, Mdl mdl, ulong offset, uint length, uint flags, DriverListControl? executionRoutine, object? context, bool writeToDevice, out ScatterGatherList? scatterGatherList) => throw null!;
    /// <summary>The form without a list pointer (asynchronous, or synchronous with a routine).</summary>
    public NtStatus GetScatterGatherListEx(DeviceObject device, DmaTransferContext transferContext, Mdl mdl, ulong offset, uint length, uint flags, DriverListControl executionRoutine, object? context, bool writeToDevice) => throw null!;
    public NtStatus FlushAdapterBuffersEx(Mdl mdl, MapRegisters? mapRegisterBase, ulong offset, uint length, bool writeToDevice) => throw null!;
    public void FreeAdapterObject(IoAllocationAction action) => throw null!;
    public NtStatus CancelMappedTransfer(DmaTransferContext transferContext) => throw null!;
}
