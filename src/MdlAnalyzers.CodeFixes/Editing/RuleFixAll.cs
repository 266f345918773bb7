using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MdlAnalyzers.CodeFixes;

/// <summary>
/// Batch fixing of a rule whose fixes all carry the rule's id as equivalence key, also when the caller found no key.
/// Command-line formatting takes the key from the first diagnostic of the analyzer, which may belong to another rule.
/// </summary>
internal sealed class RuleFixAll(string ruleId) : FixAllProvider
{
    public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => WellKnownFixAllProviders.BatchFixer.GetSupportedFixAllScopes();

    public override Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext) =>
        WellKnownFixAllProviders.BatchFixer.GetFixAsync(fixAllContext.CodeActionEquivalenceKey == ruleId ? fixAllContext : WithKey(fixAllContext));

    private FixAllContext WithKey(FixAllContext context)
    {
        ImmutableHashSet<string> ids = context.DiagnosticIds;
        var diagnostics = new Diagnostics(context);
        return context.Document is null
            ? new(context.Project, context.CodeFixProvider, context.Scope, ruleId, ids, diagnostics, context.CancellationToken)
            : new(context.Document, context.CodeFixProvider, context.Scope, ruleId, ids, diagnostics, context.CancellationToken);
    }

    private sealed class Diagnostics(FixAllContext context) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            await context.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false);

        public override async Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            await context.GetProjectDiagnosticsAsync(project).ConfigureAwait(false);
    }
}
