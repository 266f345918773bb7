using System.Numerics;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>The adapter of a device that uses the system DMA controller; null where no channel or request line serves the description.</summary>
    private static DmaAdapter? GetSubordinateAdapter(
        KernelSystem system, DeviceObject device, DeviceDescription description, out uint numberOfMapRegisters)
    {
        numberOfMapRegisters = 0;
        if (system.Layer<SystemDmaController>().Find(description) is not { } channel)
            return null;
        if (system.Faults.Strikes(nameof(IoGetDmaAdapter)))
            return null;

        bool isFirst = channel.Adapter is null;
        if (isFirst)
            channel.Adapter = NewSubordinateAdapter(system, device, DmaOperations.ForDescription(description.Version), channel);
        if (channel.Adapter is not { } adapter)
            return null;

        MapRegisterPool pool = system.Layer<DmaSystem>().Registers;
        numberOfMapRegisters = Math.Min(RegistersFor(description), pool.LargestWithin(channel.Boundary));
        adapter.Share(description, numberOfMapRegisters, isFirst);
        return adapter;
    }

    private static DmaAdapter? NewSubordinateAdapter(KernelSystem system, DeviceObject device, DmaOperations operations, SystemDmaChannel channel)
    {
        const int controllerWidth = 24;
        DmaSystem dma = system.Layer<DmaSystem>();
        nuint address = system.Memory.NonPagedPool.Allocate(DmaAdapter.ObjectSize, DmaAdapter.PoolTag, zero: true);
        if (address == 0)
            return null;
        if (!dma.Registers.TryAddUser())
        {
            system.Memory.NonPagedPool.Free(address);
            return null;
        }

        // The controller sits beside the memory: it is programmed with physical addresses (DMA-206).
        int regionShift = BitOperations.Log2(channel.Boundary) - PAGE_SHIFT;
        var window = new LogicalWindow(controllerWidth, logicalEqualsPhysical: true, regionShift);
        return new(dma, address, device, operations, window, scatterGather: false, maximumRegisters: 0, needsRegisters: true, channel)
        {
            RegisterBoundary = channel.Boundary,
        };
    }
}
