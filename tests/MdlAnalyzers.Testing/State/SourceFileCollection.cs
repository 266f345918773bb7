using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Named texts of a project.</summary>
public class SourceFileCollection : List<(string filename, SourceText content)>
{
    /// <summary>Adds a text; its line endings become line feeds.</summary>
    public void Add((string filename, string content) file) => Add((file.filename, TestText.From(file.content)));

    /// <summary>Adds a text that the source generator produces under this hint name.</summary>
    public void Add((Type sourceGeneratorType, string filename, string content) file) =>
        Add((file.sourceGeneratorType, file.filename, TestText.From(file.content)));

    /// <summary>Adds a text that the source generator produces under this hint name.</summary>
    public void Add((Type sourceGeneratorType, string filename, SourceText content) file)
    {
        var generator = file.sourceGeneratorType;
        Add((Path.Combine(generator.Assembly.GetName().Name ?? "", generator.FullName ?? "", file.filename), file.content));
    }
}
