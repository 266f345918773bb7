using System.Collections.Concurrent;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Metadata references by path, each read once per process.</summary>
public static class MetadataReferences
{
    private static readonly ConcurrentDictionary<string, MetadataReference> _byPath = new(StringComparer.Ordinal);

    /// <summary>Returns the reference to the assembly file at <paramref name="path"/>, with its documentation file if there is one.</summary>
    public static MetadataReference CreateReferenceFromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _byPath.GetOrAdd(Path.GetFullPath(path), static fullPath =>
        {
            var documentation = Path.ChangeExtension(fullPath, ".xml");
            return MetadataReference.CreateFromFile(
                fullPath,
                documentation: File.Exists(documentation) ? XmlDocumentationProvider.CreateFromFile(documentation) : null);
        });
    }
}
