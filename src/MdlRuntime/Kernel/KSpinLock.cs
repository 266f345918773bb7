namespace MdlRuntime;

public sealed class KSpinLock { }
