namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Splits the path of a test file into the name and folders of its document.</summary>
internal static class DocumentPath
{
    /// <summary>Folders are counted from the directory of the default prefix; a path outside of it keeps all its folders.</summary>
    public static (string Name, string[] Folders) Split(string defaultPrefix, string path)
    {
        var directory = defaultPrefix[..(defaultPrefix.LastIndexOf('/') + 1)];
        var relative = path.StartsWith(directory, StringComparison.Ordinal) ? path[directory.Length..] : path;
        var parts = relative.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        return (parts[^1], parts[..^1]);
    }
}
