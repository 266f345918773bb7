using MdlRuntime.Annotations;

namespace MdlRuntime;

[MdlEntity(MdlEntity.TransferContext)]
public sealed class DmaTransferContext { }
