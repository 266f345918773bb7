using System.Diagnostics.CodeAnalysis;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Additional projects by name; asking for a name that is not there adds a project.</summary>
public class ProjectCollection : Dictionary<string, ProjectState>
{
    private readonly string _defaultLanguage;
    private readonly string _defaultExtension;

    /// <summary>Creates an empty collection.</summary>
    public ProjectCollection(string defaultLanguage, string defaultExtension)
        : base(StringComparer.Ordinal)
    {
        _defaultLanguage = defaultLanguage;
        _defaultExtension = defaultExtension;
    }

    /// <summary>The project of this name, in the language of the test.</summary>
    public new ProjectState this[string projectName] => this[projectName, _defaultLanguage];

    /// <summary>The project of this name and language.</summary>
    [SuppressMessage("Design", "CA1023:Indexers should not be multidimensional", Justification = "Shape of the mirrored library.")]
    public ProjectState this[string projectName, string language]
    {
        get
        {
            if (!TryGetValue(projectName, out var project))
            {
                project = new ProjectState(projectName, language, $"/{projectName}/Test", _defaultExtension);
                Add(projectName, project);
            }

            return project;
        }
    }
}
