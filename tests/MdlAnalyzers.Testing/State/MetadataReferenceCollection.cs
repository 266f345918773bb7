using System.Reflection;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Additional references of a project.</summary>
public class MetadataReferenceCollection : List<MetadataReference>
{
    /// <summary>Adds the assembly file at <paramref name="path"/>.</summary>
    public void Add(string path) => Add(MetadataReferences.CreateReferenceFromFile(path));

    /// <summary>Adds the file of a loaded assembly.</summary>
    public void Add(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        Add(assembly.Location);
    }
}
