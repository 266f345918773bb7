using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeActions;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A test that applies code actions.</summary>
public abstract class CodeActionTest<TVerifier> : AnalyzerTest<TVerifier>
    where TVerifier : IVerifier, new()
{
    /// <summary>Which of the offered actions is applied, by position; nested actions count one by one.</summary>
    public int? CodeActionIndex { get; set; }

    /// <summary>Which of the offered actions is applied, by key. When an index is given too, both must name the same action.</summary>
    public string? CodeActionEquivalenceKey { get; set; }

    /// <summary>Called with every action before it is applied.</summary>
    public Action<CodeAction, IVerifier>? CodeActionVerifier { get; set; }

    /// <summary>How the trees made by the actions are checked.</summary>
    public CodeActionValidationMode CodeActionValidationMode { get; set; } = CodeActionValidationMode.SemanticStructure;

    /// <summary>Leaves out offered actions that the test is not about.</summary>
    protected virtual ImmutableArray<CodeAction> FilterCodeActions(ImmutableArray<CodeAction> actions) => actions;

    /// <summary>Picks one of the offered actions, or none.</summary>
    private protected CodeAction? SelectCodeAction(ImmutableArray<CodeAction> offered, IVerifier verifier)
    {
        var actions = FilterCodeActions([.. offered.SelectMany(Flatten)]);
        if (actions.IsEmpty)
            return null;

        if (CodeActionIndex is not { } index)
        {
            return CodeActionEquivalenceKey is null
                ? actions[0]
                : actions.FirstOrDefault(action => action.EquivalenceKey == CodeActionEquivalenceKey);
        }

        var selected = index >= 0 && index < actions.Length ? actions[index] : null;
        if (CodeActionEquivalenceKey is not null)
        {
            verifier.True(
                selected is not null && selected.EquivalenceKey == CodeActionEquivalenceKey,
                $"code action {index} should have the equivalence key '{CodeActionEquivalenceKey}'; the keys offered are [{string.Join(", ", actions.Select(static action => action.EquivalenceKey))}]");
        }

        return selected;
    }

    /// <summary>
    /// Applies an action, checks the trees it made, and parses them again. The action itself reduces what is annotated
    /// for the simplifier and formats what is annotated for the formatter.
    /// </summary>
    private protected async Task<Solution> ApplyCodeActionAsync(Solution solution, CodeAction action, IVerifier verifier, CancellationToken cancellationToken)
    {
        var operations = await action.GetOperationsAsync(solution, new Progress<CodeAnalysisProgress>(), cancellationToken).ConfigureAwait(false);
        var applied = operations.OfType<ApplyChangesOperation>().SingleOrDefault()?.ChangedSolution ?? solution;

        var changedIds = applied.GetChanges(solution).GetProjectChanges()
            .SelectMany(static project => project.GetChangedDocuments().Concat(project.GetAddedDocuments()))
            .ToList();
        foreach (var id in changedIds)
            applied = await ParseAgainAsync(applied.GetDocument(id)!, action, verifier, cancellationToken).ConfigureAwait(false);

        return applied;
    }

    private async Task<Solution> ParseAgainAsync(Document document, CodeAction action, IVerifier verifier, CancellationToken cancellationToken)
    {
        // A text of its own, not the one the tree came from, makes the workspace parse from scratch.
        var text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        var parsedDocument = document.WithText(text.WithContent(text.ToString()));
        if (CodeActionValidationMode != CodeActionValidationMode.None)
        {
            var made = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
            var parsed = await parsedDocument.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
            var difference = SyntaxComparison.FirstDifference(made, parsed, CodeActionValidationMode == CodeActionValidationMode.Full);
            if (difference is not null)
                verifier.Fail($"The tree that '{action.Title}' made of '{document.Name}' is not the one its text parses to: {difference}\n{text}");
        }

        return parsedDocument.Project.Solution;
    }

    private static IEnumerable<CodeAction> Flatten(CodeAction action) =>
        action.NestedActions.IsEmpty ? [action] : action.NestedActions.SelectMany(Flatten);
}
