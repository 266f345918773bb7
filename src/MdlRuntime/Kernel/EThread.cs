namespace MdlRuntime;

public sealed class EThread { }
