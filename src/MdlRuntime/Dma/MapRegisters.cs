namespace MdlRuntime;

/// <summary>MapRegisterBase: an opaque handle; null is a legal value.</summary>
public sealed class MapRegisters { }
