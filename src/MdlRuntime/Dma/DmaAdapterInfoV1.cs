using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Abilities of an adapter. WDK: DMA_ADAPTER_INFO_V1.</summary>
/// <param name="ReadDmaCounterAvailable">1 if ReadDmaCounter tells how much is left, else 0: bus masters have no counter that the system reads.</param>
/// <param name="ScatterGatherLimit">The most elements that one operation of the hardware takes.</param>
/// <param name="DmaAddressWidth">Address bits that the device drives; higher ones are zero.</param>
/// <param name="Flags">0: no flag has a documented meaning.</param>
/// <param name="MinimumTransferUnit">Bytes that the length of every element is a multiple of.</param>
public readonly record struct DmaAdapterInfoV1(
    uint ReadDmaCounterAvailable,
    uint ScatterGatherLimit,
    uint DmaAddressWidth,
    uint Flags,
    [property: MdlValue(MdlValueKind.Alignment)] uint MinimumTransferUnit);
