using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The content of one project of a test.</summary>
public class ProjectState
{
    /// <summary>Creates an empty project.</summary>
    /// <param name="name">Name of the project and of its assembly.</param>
    /// <param name="language">One of <see cref="LanguageNames"/>.</param>
    /// <param name="defaultPrefix">Start of the path of files without a name, for example <c>/0/Test</c>.</param>
    /// <param name="defaultExtension">Extension of files without a name, without the dot.</param>
    public ProjectState(string name, string language, string defaultPrefix, string defaultExtension)
    {
        Name = name;
        Language = language;
        DefaultPrefix = defaultPrefix;
        DefaultExtension = defaultExtension;
        Sources = new SourceFileList(defaultPrefix, defaultExtension);
    }

    /// <summary>Name of the project.</summary>
    public string Name { get; }

    /// <summary>Name of the assembly.</summary>
    public virtual string AssemblyName => Name;

    /// <summary>Language of the project.</summary>
    public string Language { get; }

    /// <summary>References of the framework; those of the test when null.</summary>
    public ReferenceAssemblies? ReferenceAssemblies { get; set; }

    /// <summary>Kind of the output; a library when null.</summary>
    public OutputKind? OutputKind { get; set; }

    /// <summary>How documentation comments are read; that of the test's parse options when null.</summary>
    public DocumentationMode? DocumentationMode { get; set; }

    /// <summary>Source files.</summary>
    public SourceFileList Sources { get; }

    /// <summary>Files that source generators produce, or that stand for such files when there is no generator.</summary>
    public SourceFileCollection GeneratedSources { get; } = [];

    /// <summary>Additional files.</summary>
    public SourceFileCollection AdditionalFiles { get; } = [];

    /// <summary>Producers of more additional files, asked when the test runs.</summary>
    public List<Func<IEnumerable<(string filename, SourceText content)>>> AdditionalFilesFactories { get; } = [];

    /// <summary>Analyzer config files (<c>.editorconfig</c>, <c>.globalconfig</c>).</summary>
    public SourceFileCollection AnalyzerConfigFiles { get; } = [];

    /// <summary>Names of the projects this one references.</summary>
    public List<string> AdditionalProjectReferences { get; } = [];

    /// <summary>References besides those of the framework.</summary>
    public MetadataReferenceCollection AdditionalReferences { get; } = [];

    internal string DefaultPrefix { get; }

    internal string DefaultExtension { get; }

    internal virtual bool HasAnyContent =>
        Sources.Count > 0
        || GeneratedSources.Count > 0
        || AdditionalFiles.Count > 0
        || AdditionalFilesFactories.Count > 0
        || AnalyzerConfigFiles.Count > 0
        || AdditionalProjectReferences.Count > 0
        || AdditionalReferences.Count > 0
        || OutputKind is not null
        || DocumentationMode is not null
        || ReferenceAssemblies is not null;
}
