using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>What a transfer takes. WDK: DMA_TRANSFER_INFO_V2.</summary>
/// <param name="MapRegisterCount">Map registers that mapping the whole range uses: none for pages that the device reaches in place.</param>
/// <param name="ScatterGatherElementCount">Elements of its list.</param>
/// <param name="ScatterGatherListSize">Bytes of its list, the system's part included.</param>
/// <param name="LogicalPageCount">Pages that the range touches, counted MDL by MDL.</param>
public readonly record struct DmaTransferInfoV2(
    [property: MdlValue(MdlValueKind.MapRegisterCount)] uint MapRegisterCount,
    uint ScatterGatherElementCount,
    [property: MdlValue(MdlValueKind.Length)] uint ScatterGatherListSize,
    [property: MdlValue(MdlValueKind.PageCount)] uint LogicalPageCount);
