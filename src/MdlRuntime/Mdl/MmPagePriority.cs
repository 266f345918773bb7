namespace MdlRuntime;

[Flags]
public enum MmPagePriority : uint { LowPagePriority = 0, NormalPagePriority = 16, HighPagePriority = 32, MdlMappingWithGuardPtes = 0x20000000, MdlMappingNoExecute = 0x40000000, MdlMappingNoWrite = 0x80000000 }
