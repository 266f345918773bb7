namespace MdlRuntime;

/// <summary>The two buffers of a device control request, as its sender names them.</summary>
internal record struct ControlBuffers(nuint Input, uint InputLength, nuint Output, uint OutputLength);
