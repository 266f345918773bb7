namespace MdlRuntime;

public sealed class KInterrupt { }
