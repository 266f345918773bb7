using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Gives Fix All the diagnostics of a solution, computed once.</summary>
internal sealed class FixAllDiagnosticProvider(
    Func<Solution, CancellationToken, Task<ImmutableArray<(Project Project, Diagnostic Diagnostic)>>> compute) : FixAllContext.DiagnosticProvider
{
    private readonly Lock _gate = new();
    private Task<ImmutableArray<(Project Project, Diagnostic Diagnostic)>>? _diagnostics;

    public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken)
    {
        var diagnostics = await DiagnosticsOfAsync(project.Solution, cancellationToken).ConfigureAwait(false);
        return [.. diagnostics.Where(item => item.Project.Id == project.Id && !item.Diagnostic.IsSuppressed).Select(static item => item.Diagnostic)];
    }

    public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken)
    {
        var diagnostics = await GetAllDiagnosticsAsync(document.Project, cancellationToken).ConfigureAwait(false);
        return diagnostics.Where(diagnostic => diagnostic.Location.IsInSource && diagnostic.Location.SourceTree!.FilePath == document.FilePath);
    }

    public override async Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken)
    {
        var diagnostics = await GetAllDiagnosticsAsync(project, cancellationToken).ConfigureAwait(false);
        return diagnostics.Where(static diagnostic => !diagnostic.Location.IsInSource);
    }

    private Task<ImmutableArray<(Project Project, Diagnostic Diagnostic)>> DiagnosticsOfAsync(Solution solution, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _diagnostics ??= compute(solution, cancellationToken);
    }
}
