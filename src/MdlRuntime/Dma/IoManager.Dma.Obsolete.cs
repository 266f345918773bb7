using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Annotations;

namespace MdlRuntime;

// The names from before the table of operations: each fetches its routine from the table of the adapter and calls it (DMA-012).
public static partial class IoManager
{
    private const nuint OperationsOffset = 0x08;

    /// <summary>Asks for the channel and map registers. Obsolete: use <see cref="DmaAdapter.AllocateAdapterChannel"/>. IRQL DISPATCH_LEVEL. WDK: IoAllocateAdapterChannel.</summary>
    /// <param name="adapter">The adapter; null is 0xE6/0x19, and without the verifier a null dereference.</param>
    /// <param name="device">Target device.</param>
    /// <param name="numberOfMapRegisters">Pages that the transfer spans.</param>
    /// <param name="executionRoutine">AdapterControl.</param>
    /// <param name="context">Passed to the routine.</param>
    /// <returns>What the routine of the table returns.</returns>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public static NtStatus IoAllocateAdapterChannel(
        DmaAdapter? adapter,
        DeviceObject device,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters,
        DriverControl executionRoutine,
        object? context)
    {
        RequireAdapter(adapter, nameof(IoAllocateAdapterChannel));
        return adapter.AllocateAdapterChannel(device, numberOfMapRegisters, executionRoutine, context);
    }

    /// <summary>Makes a piece of an MDL reachable for the device. Obsolete: use <see cref="DmaAdapter.MapTransfer"/>. IRQL at most DISPATCH_LEVEL. WDK: IoMapTransfer.</summary>
    /// <param name="adapter">The adapter; null, which bus masters of old could pass, is 0xE6/0x19, and without the verifier a null dereference.</param>
    /// <param name="mdl">One MDL.</param>
    /// <param name="mapRegisterBase">The base that the AdapterControl routine was given.</param>
    /// <param name="currentVa">Position in the MDL.</param>
    /// <param name="length">Bytes wanted; returns the bytes mapped.</param>
    /// <param name="writeToDevice">True: memory to device.</param>
    /// <returns>Logical address for the device.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlValue(MdlValueKind.LogicalAddress)]
    public static PhysicalAddress IoMapTransfer(
        DmaAdapter? adapter,
        [MdlEffect(MdlEffect.MapsTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] ref uint length,
        bool writeToDevice)
    {
        RequireAdapter(adapter, nameof(IoMapTransfer));
        return adapter.MapTransfer(mdl, mapRegisterBase, currentVa, ref length, writeToDevice);
    }

    /// <summary>Ends an operation. Obsolete: use <see cref="DmaAdapter.FlushAdapterBuffers"/>. IRQL at most DISPATCH_LEVEL. WDK: IoFlushAdapterBuffers.</summary>
    /// <param name="adapter">The adapter; null, which bus masters of old could pass, is 0xE6/0x19, and without the verifier a null dereference.</param>
    /// <param name="mdl">The MDL mapped.</param>
    /// <param name="mapRegisterBase">The base mapped with.</param>
    /// <param name="currentVa">Position of the first MapTransfer call of the operation.</param>
    /// <param name="length">Bytes of the operation.</param>
    /// <param name="writeToDevice">The direction mapped.</param>
    /// <returns>Whether everything was flushed.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool IoFlushAdapterBuffers(
        DmaAdapter? adapter,
        [MdlEffect(MdlEffect.FlushesTransfer)] Mdl mdl,
        MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MdlVirtualAddress)][BelongsTo("mdl")] nuint currentVa,
        [MdlValue(MdlValueKind.TransferLength)] uint length,
        bool writeToDevice)
    {
        RequireAdapter(adapter, nameof(IoFlushAdapterBuffers));
        return adapter.FlushAdapterBuffers(mdl, mapRegisterBase, currentVa, length, writeToDevice);
    }

    /// <summary>Releases the channel. Obsolete: use <see cref="DmaAdapter.FreeAdapterChannel"/>. IRQL DISPATCH_LEVEL. WDK: IoFreeAdapterChannel.</summary>
    /// <param name="adapter">The adapter; null is 0xE6/0x19, and without the verifier a null dereference.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public static void IoFreeAdapterChannel(DmaAdapter? adapter)
    {
        RequireAdapter(adapter, nameof(IoFreeAdapterChannel));
        adapter.FreeAdapterChannel();
    }

    /// <summary>Frees map registers. Obsolete: use <see cref="DmaAdapter.FreeMapRegisters"/>. IRQL DISPATCH_LEVEL. WDK: IoFreeMapRegisters.</summary>
    /// <param name="adapter">The adapter; null is 0xE6/0x19, and without the verifier a null dereference.</param>
    /// <param name="mapRegisterBase">The base that the AdapterControl routine was given.</param>
    /// <param name="numberOfMapRegisters">The number that was allocated.</param>
    [Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
    public static void IoFreeMapRegisters(
        DmaAdapter? adapter,
        [MdlEffect(MdlEffect.ReleasesMapRegisters)] MapRegisters? mapRegisterBase,
        [MdlValue(MdlValueKind.MapRegisterCount)] uint numberOfMapRegisters)
    {
        RequireAdapter(adapter, nameof(IoFreeMapRegisters));
        adapter.FreeMapRegisters(mapRegisterBase, numberOfMapRegisters);
    }

    /// <summary>Returns the adapter of a device without naming the device. Obsolete: use <see cref="IoGetDmaAdapter"/>. IRQL PASSIVE_LEVEL. WDK: HalGetAdapter.</summary>
    /// <param name="description">What the device can do.</param>
    /// <param name="numberOfMapRegisters">0.</param>
    /// <returns>Null: adapters without a device do not exist on 64-bit systems (DMA-062). The verifier stops with 0xE6/0x1E.</returns>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static DmaAdapter? HalGetAdapter(
        DeviceDescription description,
        [MdlValue(MdlValueKind.MapRegisterCount)] out uint numberOfMapRegisters)
    {
        ArgumentNullException.ThrowIfNull(description);
        Processor.Current.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x1E, 0, 0, 0, "MDL4017",
            "HalGetAdapter was called: IoGetDmaAdapter takes its place."));
        return IoGetDmaAdapter(physicalDeviceObject: null, description, out numberOfMapRegisters);
    }

    private static void RequireAdapter([NotNull] DmaAdapter? adapter, string routine)
    {
        if (adapter is not null)
            return;

        Processor processor = Processor.Current;
        processor.System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x19, 0, 0, 0, "MDL4017", $"{routine} was given a null adapter."));
        processor.AccessFault(OperationsOffset, MemoryAccess.Read, PageFault.NotMapped, "MDL4017", $"{routine} was given a null adapter.");
    }
}
