namespace MdlRuntime;

/// <summary>Unwinds a parked system thread when its machine is disposed. Never seen outside.</summary>
internal sealed class MachineShutDownException : Exception;
