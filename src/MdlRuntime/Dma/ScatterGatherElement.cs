namespace MdlRuntime;

public readonly record struct ScatterGatherElement(PhysicalAddress Address, uint Length);
