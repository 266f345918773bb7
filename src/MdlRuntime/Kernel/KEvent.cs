namespace MdlRuntime;

public sealed class KEvent { }
