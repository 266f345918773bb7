namespace MdlRuntime;

public sealed class KTimer { }
