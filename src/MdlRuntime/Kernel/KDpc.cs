namespace MdlRuntime;

public sealed class KDpc { }
