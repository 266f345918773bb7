using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>MapRegisterBase: an opaque handle; null is a legal value.</summary>
[MdlEntity(MdlEntity.MapRegisters)]
public sealed class MapRegisters { }
