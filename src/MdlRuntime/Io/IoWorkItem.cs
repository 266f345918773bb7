namespace MdlRuntime;

public sealed class IoWorkItem { }
