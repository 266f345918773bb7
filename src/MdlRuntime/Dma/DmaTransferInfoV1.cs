using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What a transfer takes. WDK: DMA_TRANSFER_INFO_V1.</summary>
/// <param name="MapRegisterCount">Map registers that mapping the whole range uses: none for pages that the device reaches in place.</param>
/// <param name="ScatterGatherElementCount">Elements of its list.</param>
/// <param name="ScatterGatherListSize">Bytes of its list, the system's part included.</param>
public readonly record struct DmaTransferInfoV1(
    [property: MdlValue(MdlValueKind.MapRegisterCount)] uint MapRegisterCount,
    uint ScatterGatherElementCount,
    [property: MdlValue(MdlValueKind.Length)] uint ScatterGatherListSize);
