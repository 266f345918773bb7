using System.Numerics;
using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Narrowest version 3 device that the system can serve: it drives 24 address bits.</summary>
    private const uint NarrowestAddressWidth = 24;

    /// <summary>No transfer on an ISA bus crosses a multiple of it, in bytes.</summary>
    private const uint IsaBoundary = 0x1_0000;

    /// <summary>First parameter of 0xC4 for misuse that Driver Verifier has no number for: 'DMA' and a number of this machine.</summary>
    private const ulong ReservedMemberSet = 0x444D4101;

    /// <summary>Returns the adapter for the DMA of a device.</summary>
    /// <param name="physicalDeviceObject">The physical device object, or a device object of the driver (D16). Null gets no adapter.</param>
    /// <param name="description">What the device can do. Versions 0 to 3; members that do not concern the device or the version are not looked at.</param>
    /// <param name="numberOfMapRegisters">
    /// The most map registers that one transfer may use: one more than the pages of MaximumLength, or as many as the machine has.
    /// Longer transfers are split.
    /// </param>
    /// <returns>The adapter, a new one for every call of a bus master; or null: unknown version, device that cannot be served, or no memory.</returns>
    /// <exception cref="ArgumentException">The device is one of another machine.</exception>
    /// <exception cref="ArgumentOutOfRangeException">InterfaceType is no bus.</exception>
    /// <exception cref="BugCheckException">
    /// PNP_DETECTED_FATAL_ERROR: the device is deleted, or neither a physical device nor one of the calling driver.
    /// </exception>
    /// <remarks>IRQL PASSIVE_LEVEL. Released with <see cref="DmaAdapter.PutDmaAdapter"/>. WDK: IoGetDmaAdapter.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesAdapter)]
    public static DmaAdapter? IoGetDmaAdapter(
        DeviceObject? physicalDeviceObject,
        DeviceDescription description,
        [MdlValue(MdlValueKind.MapRegisterCount)] out uint numberOfMapRegisters)
    {
        ArgumentNullException.ThrowIfNull(description);
        Processor processor = Processor.Current;
        KernelSystem system = processor.System;
        if (processor.Irql != Kirql.PASSIVE_LEVEL)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x13, 1, (ulong)Kirql.PASSIVE_LEVEL, (ulong)processor.Irql,
                "MDL6004", $"IoGetDmaAdapter was called at {processor.Irql}; it needs PASSIVE_LEVEL."));
        }

        DmaAdapter? adapter = GetAdapter(processor, physicalDeviceObject, description, out numberOfMapRegisters);
        system.Trace(nameof(IoGetDmaAdapter), adapter is null ? physicalDeviceObject : adapter, description.Version, description.MaximumLength, numberOfMapRegisters);
        return adapter;
    }

    private static DmaAdapter? GetAdapter(Processor processor, DeviceObject? device, DeviceDescription description, out uint numberOfMapRegisters)
    {
        KernelSystem system = processor.System;
        numberOfMapRegisters = 0;
        if (description.Version > DEVICE_DESCRIPTION_VERSION3)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x25, description.Version, 0, 0,
                "MDL4017", $"IoGetDmaAdapter was given a device description of version {description.Version}; 0 to 3 exist."));
            return null;
        }

        if (device is null)
            return null;

        RequireDevice(processor, device);
        if (description.Reserved1)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, ReservedMemberSet, device.Address, 0, 0,
                "MDL4017", "IoGetDmaAdapter was given a device description whose Reserved1 is TRUE: descriptions are zeroed before they are filled in."));
        }

        description = Resolve(device, description);
        if (!description.Master)
            return GetSubordinateAdapter(system, device, description, out numberOfMapRegisters);
        return AddressWidth(description) is int width
            ? GetBusMasterAdapter(system, device, description, width, out numberOfMapRegisters)
            : null;
    }

    /// <summary>Physical devices and those of the caller have a place in the device tree that it may ask about (D16).</summary>
    private static void RequireDevice(Processor processor, DeviceObject device)
    {
        const ulong invalidDevice = 2;
        DriverObject driver = device.DriverObject;
        if (driver.Io.System != processor.System)
            throw new ArgumentException($"{device} belongs to another machine", nameof(device));
        bool isOwn = processor.Thread.Owner is not { } caller || driver.Owner == caller;
        if (device.IsDeleted || !device.IsPhysical && !isOwn)
        {
            processor.System.BugCheck(BugCheckCode.PNP_DETECTED_FATAL_ERROR, invalidDevice, device.Address, 0, 0,
                $"IoGetDmaAdapter was given {device}, which is {(device.IsDeleted ? "deleted" : "neither a physical device nor one of the calling driver")}.");
        }
    }

    /// <summary>The description with the bus that the device is really on; the caller's own stays as it is (DMA-052).</summary>
    private static DeviceDescription Resolve(DeviceObject device, DeviceDescription description)
    {
        InterfaceType bus = description.InterfaceType;
        if (bus is < InterfaceType.InterfaceTypeUndefined or >= InterfaceType.MaximumInterfaceType)
            throw new ArgumentOutOfRangeException(nameof(DeviceDescription.InterfaceType), bus, "allowed: InterfaceTypeUndefined to ACPIBus");
        return bus is InterfaceType.InterfaceTypeUndefined or InterfaceType.PNPBus ? description with { InterfaceType = device.Bus } : description;
    }

    private static DmaAdapter? GetBusMasterAdapter(
        KernelSystem system, DeviceObject device, DeviceDescription description, int width, out uint numberOfMapRegisters)
    {
        DmaSystem dma = system.Layer<DmaSystem>();
        Pfn last = new(system.Memory.Frames.Count - 1);
        bool needsRegisters = !description.ScatterGather || !system.Options.Iommu && !new LogicalWindow(width, logicalEqualsPhysical: true, regionShift: 0).CanReach(last);
        numberOfMapRegisters = 0;
        if (system.Faults.Strikes(nameof(IoGetDmaAdapter)))
            return null;
        nuint address = system.Memory.NonPagedPool.Allocate(DmaAdapter.ObjectSize, DmaAdapter.PoolTag, zero: true);
        if (address == 0)
            return null;
        if (needsRegisters && !dma.Registers.TryAddUser())
        {
            system.Memory.NonPagedPool.Free(address);
            return null;
        }

        system.Layer<SystemDmaController>().Cascade(description);
        uint boundary = IsOnIsaBus(description) ? IsaBoundary : 0;
        uint pool = !needsRegisters ? (uint)system.Options.MapRegisters
            : boundary > 0 ? dma.Registers.LargestWithin(boundary)
            : (uint)dma.Registers.Capacity;
        numberOfMapRegisters = Math.Min(RegistersFor(description), pool);
        var window = new LogicalWindow(width, system.Options.LogicalEqualsPhysical, RegionShift(system, description));
        return new(dma, address, device, DmaOperations.ForDescription(description.Version), window, description.ScatterGather, numberOfMapRegisters,
            needsRegisters)
        {
            RegisterBoundary = boundary,
        };
    }

    private static bool IsOnIsaBus(DeviceDescription description) => description.InterfaceType is InterfaceType.Isa or InterfaceType.PNPISABus;

    /// <summary>
    /// The power of two of pages that no run of adjacent pages crosses: 4 GiB, 64 KiB for a device on an ISA bus, and one page for lists on a platform
    /// that merges nothing (DMA-152, DMA-153, DMA-369).
    /// </summary>
    private static int RegionShift(KernelSystem system, DeviceDescription description)
    {
        const int fourGigabytes = 20;
        if (description.ScatterGather && !system.Options.MergeAdjacentPages)
            return 0;
        return IsOnIsaBus(description) ? BitOperations.Log2(IsaBoundary) - PAGE_SHIFT : fourGigabytes;
    }

    /// <summary>One register a page of the longest transfer, and one for a buffer that starts inside a page (DMA-055, DMA-070).</summary>
    private static uint RegistersFor(DeviceDescription description)
    {
        const uint lengthMask = 0x7FFF_FFFF;
        return (uint)BYTES_TO_PAGES(description.MaximumLength & lengthMask) + 1;
    }

    /// <summary>Address bits that the device drives, or null for a version 3 description that names an impossible number (DMA-047, DMA-048, DMA-056).</summary>
    private static int? AddressWidth(DeviceDescription description)
    {
        if (description.Version == DEVICE_DESCRIPTION_VERSION3)
            return description.DmaAddressWidth is >= NarrowestAddressWidth and <= 64 ? (int)description.DmaAddressWidth : null;
        if (description.Dma64BitAddresses)
            return 64;
        return description.Dma32BitAddresses || description is { ScatterGather: true, InterfaceType: InterfaceType.PCIBus } ? 32 : 24;
    }
}
