using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>Identifies one transfer to the version 3 operations. WDK: DMA_TRANSFER_CONTEXT.</summary>
[MdlEntity(MdlEntity.TransferContext)]
public sealed class DmaTransferContext
{
}
