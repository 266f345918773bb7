namespace MdlRuntime;

public sealed class DispatchTable { public DriverDispatch this[MajorFunction function] { get => throw null!; set => throw null!; } }
