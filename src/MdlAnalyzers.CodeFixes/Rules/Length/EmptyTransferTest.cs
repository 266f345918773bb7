using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The place in front of a test of a request's MDL where an empty transfer has to be completed, and the statement that does it.</summary>
internal static class EmptyTransferTest
{
    public static async Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax status
            || RequestMdl.Behind(diagnostic, status, root, model, cancellationToken) is not { } source
            || CompletingRoutine.Around(status, source.Request, model, cancellationToken) is not { } routine
            || MdlTest(routine, status, model, cancellationToken) is not { } test
            || new GoverningLength(routine, source.Request, model, cancellationToken).ZeroTestAt(test.SpanStart) is not { } condition
            || !SimplePath.BindsAt(model, source.Request, test.SpanStart, cancellationToken)
            || routine.CompletionStatements(test.SpanStart) is not { } statements)
        {
            return null;
        }

        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return (routine.Body, EarlyReturn.Insert(text, test, routine.Body, condition, statements));
    }

    // The statement that tests the MDL and chooses the error; later statements would see the request of length zero too late.
    private static StatementSyntax? MdlTest(CompletingRoutine routine, ExpressionSyntax status, SemanticModel model, CancellationToken cancellationToken)
    {
        foreach (StatementSyntax statement in status.Ancestors().TakeWhile(node => node != routine.Body).OfType<StatementSyntax>())
        {
            SyntaxNode tested = statement is IfStatementSyntax branch ? branch.Condition : statement is SwitchStatementSyntax choice ? choice.Expression : statement;
            if (statement is BlockSyntax || !tested.DescendantNodesAndSelf().OfType<ExpressionSyntax>().Any(IsMdl))
                continue;
            bool isReachedOnce = statement.Parent is BlockSyntax or SwitchSectionSyntax
                && routine.OutOfLoopsAndLocks(statement) == statement
                && routine.BeforePending(statement) == statement;
            return isReachedOnce ? statement : null;
        }

        return null;

        bool IsMdl(ExpressionSyntax expression) => Annotation.IsMdl(model.GetTypeInfo(expression, cancellationToken).Type);
    }
}
