using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Source texts that are named by their position unless a name is given.</summary>
public class SourceFileList : SourceFileCollection
{
    private readonly string _defaultPrefix;
    private readonly string _defaultExtension;

    /// <summary>Creates a list whose unnamed files are called prefix, index, extension.</summary>
    public SourceFileList(string defaultPrefix, string defaultExtension)
    {
        _defaultPrefix = defaultPrefix;
        _defaultExtension = defaultExtension;
    }

    /// <summary>Adds a text under the next default name; its line endings become line feeds.</summary>
    public void Add(string content) => Add(TestText.From(content));

    /// <summary>Adds a text under the next default name.</summary>
    public void Add(SourceText content) => Add((DefaultName(Count), content));

    /// <summary>Sets the first text, adding it under the default name if there is none.</summary>
    internal void SetFirst(string content)
    {
        if (Count == 0)
            Add(content);
        else
            this[0] = (this[0].filename, TestText.From(content));
    }

    private string DefaultName(int index) => $"{_defaultPrefix}{index}.{_defaultExtension}";
}
