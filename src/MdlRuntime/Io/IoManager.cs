namespace MdlRuntime;

/// <summary>The Io routines: devices, requests and their completion, interrupts, work items, and the Io half of MDLs and DMA.</summary>
public static partial class IoManager
{
}
