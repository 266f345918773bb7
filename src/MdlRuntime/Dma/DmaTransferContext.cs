namespace MdlRuntime;

public sealed class DmaTransferContext { }
