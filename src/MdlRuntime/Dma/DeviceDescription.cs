using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What a device can do in DMA, as its driver tells IoGetDmaAdapter; members that do not concern the device stay zero. WDK: DEVICE_DESCRIPTION.</summary>
public sealed record DeviceDescription
{
    /// <summary>Chooses the operations that come back: 0 or 1 for version 1, 2 for version 2, 3 for version 3.</summary>
    public uint Version { get; init; }

    /// <summary>True for a bus master, false for a device that uses the system DMA controller.</summary>
    public bool Master { get; init; }

    /// <summary>Whether a bus master takes a list of pieces.</summary>
    public bool ScatterGather { get; init; }

    /// <summary>Demand mode of the system DMA controller; subordinate devices only.</summary>
    public bool DemandMode { get; init; }

    /// <summary>Auto-initialize mode of the system DMA controller; subordinate devices only.</summary>
    public bool AutoInitialize { get; init; }

    /// <summary>Whether the device drives 32 address lines; taken as true for PCI scatter/gather devices. Versions 0 to 2.</summary>
    public bool Dma32BitAddresses { get; init; }

    /// <summary>Whether the controller's transfer counter is unreliable; not with version 0.</summary>
    public bool IgnoreCount { get; init; }

    /// <summary>Must be false.</summary>
    public bool Reserved1 { get; init; }

    /// <summary>Whether the device drives 64 address lines; overrides <see cref="Dma32BitAddresses"/>. Versions 0 to 2.</summary>
    public bool Dma64BitAddresses { get; init; }

    /// <summary>Not used by WDM drivers.</summary>
    public uint BusNumber { get; init; }

    /// <summary>Channel number of a subordinate device.</summary>
    public uint DmaChannel { get; init; }

    /// <summary>The bus that the device does DMA on. InterfaceTypeUndefined and PNPBus: the one that the physical device object is on.</summary>
    public InterfaceType InterfaceType { get; init; }

    /// <summary>Data width of a subordinate device.</summary>
    public DmaWidth DmaWidth { get; init; }

    /// <summary>Timing of a subordinate device. Versions 0 to 2.</summary>
    public DmaSpeed DmaSpeed { get; init; }

    /// <summary>The most the device moves in one operation, in bytes; the number of map registers follows from it.</summary>
    [MdlValue(MdlValueKind.Length)]
    public uint MaximumLength { get; init; }

    /// <summary>Port of the Micro Channel. Obsolete, not used.</summary>
    public uint DmaPort { get; init; }

    /// <summary>Address lines of a bus master, 24 to 64. Version 3, which does not look at the two members of earlier versions.</summary>
    public uint DmaAddressWidth { get; init; }

    /// <summary>Not used.</summary>
    public uint DmaControllerInstance { get; init; }

    /// <summary>Request line of a subordinate device. Version 3.</summary>
    public uint DmaRequestLine { get; init; }

    /// <summary>Physical address of the data register of a subordinate device. Version 3.</summary>
    public PhysicalAddress DeviceAddress { get; init; }
}
