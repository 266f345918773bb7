namespace MdlRuntime;

/// <summary>A view of an MDL in a user address space.</summary>
/// <param name="Process">The process that sees it.</param>
/// <param name="Base">Page-aligned user address of the first page.</param>
internal readonly record struct UserView(EProcess Process, nuint Base)
{
    /// <summary>False once the view went away with its process.</summary>
    public bool Exists => !Process.HasExited && Process.Space!.RegionAt(Base) is { IsMdlView: true };
}
