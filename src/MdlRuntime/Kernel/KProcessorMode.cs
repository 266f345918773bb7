namespace MdlRuntime;

public enum KProcessorMode : byte { KernelMode = 0, UserMode = 1 }
