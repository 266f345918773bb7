using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed record DeviceDescription
{
    public uint Version { get; init; }
    public bool Master { get; init; }
    public bool ScatterGather { get; init; }
    public bool DemandMode { get; init; }
    public bool AutoInitialize { get; init; }
    public bool Dma32BitAddresses { get; init; }
    public bool IgnoreCount { get; init; }
    public bool Dma64BitAddresses { get; init; }
    public uint DmaChannel { get; init; }
    public InterfaceType InterfaceType { get; init; }
    public DmaWidth DmaWidth { get; init; }
    public DmaSpeed DmaSpeed { get; init; }
    [MdlValue(MdlValueKind.Length)]
    public uint MaximumLength { get; init; }
    public uint DmaAddressWidth { get; init; }
    public uint DmaRequestLine { get; init; }
    public PhysicalAddress DeviceAddress { get; init; }
}
