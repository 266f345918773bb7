namespace MdlRuntime;

public sealed class EProcess { }
