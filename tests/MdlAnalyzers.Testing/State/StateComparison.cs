using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Tells whether a fix is expected to change anything between two states.</summary>
internal static class StateComparison
{
    public static bool ContentDiffers(SolutionState left, SolutionState right)
    {
        if (ProjectDiffers(left, right) || left.AdditionalProjects.Count != right.AdditionalProjects.Count)
            return true;

        return left.AdditionalProjects.Any(pair =>
            !right.AdditionalProjects.TryGetValue(pair.Key, out var other) || ProjectDiffers(pair.Value, other));
    }

    private static bool ProjectDiffers(ProjectState left, ProjectState right) =>
        FilesDiffer(left.Sources, right.Sources)
        || FilesDiffer(left.AdditionalFiles, right.AdditionalFiles)
        || FilesDiffer(left.AnalyzerConfigFiles, right.AnalyzerConfigFiles);

    private static bool FilesDiffer(SourceFileCollection left, SourceFileCollection right)
    {
        if (left.Count != right.Count)
            return true;

        var byName = right.ToLookup(static file => file.filename, static file => file.content, StringComparer.Ordinal);
        return left.Any(file => !byName[file.filename].Any(other => other.IsSameAs(file.content)));
    }
}
