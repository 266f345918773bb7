using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The place in a routine where a request without an MDL has to be completed, and the statement that does it.</summary>
internal sealed class GuardSite
{
    private readonly StatementSyntax _anchor;
    private readonly string _request;

    private GuardSite(SyntaxNode body, StatementSyntax anchor, string request, TextChange guard)
    {
        Body = body;
        Guard = guard;
        _anchor = anchor;
        _request = request;
    }

    /// <summary>The body of the routine, lambda or local function.</summary>
    public SyntaxNode Body { get; }

    /// <summary>Inserts the guard.</summary>
    public TextChange Guard { get; }

    /// <summary>True if every path to <paramref name="other"/> passes this guard first.</summary>
    public bool Covers(GuardSite other) =>
        other.Body == Body
        && other._request == _request
        && other._anchor.SpanStart >= _anchor.SpanStart
        && (_anchor.Parent is BlockSyntax or SwitchSectionSyntax ? _anchor.Parent : _anchor).Span.Contains(other._anchor.Span);

    public static async Task<GuardSite?> FindAsync(Document document, Diagnostic diagnostic, GuardForm form, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax use
            || RequestMdl.Behind(diagnostic, use, root, model, cancellationToken) is not { } source
            || CompletingRoutine.Around(use, source.Request, model, cancellationToken) is not { } routine)
        {
            return null;
        }

        StatementSyntax? own = routine.StatementOf(use);
        StatementSyntax? anchor = own is null ? null : routine.BeforePending(routine.OutOfLoopsAndLocks(own));
        if (anchor is null || anchor.Parent is ElseClauseSyntax)
            return null;

        string? condition = form == GuardForm.MdlIsNull
            ? MdlTest(use, source, own == anchor, anchor.SpanStart, model, cancellationToken)
            : new GoverningLength(routine, source.Request, model, cancellationToken).ZeroTestAt(anchor.SpanStart);
        if (condition is null
            || !SimplePath.BindsAt(model, source.Request, anchor.SpanStart, cancellationToken)
            || routine.CompletionStatements(anchor.SpanStart) is not { } statements)
        {
            return null;
        }

        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return new GuardSite(routine.Body, anchor, SimplePath.Strip(source.Request).ToString(), EarlyReturn.Insert(text, anchor, routine.Body, condition, statements));
    }

    /// <summary>Tests the local that is about to be used if it is in reach, else the member of the request.</summary>
    private static string? MdlTest(ExpressionSyntax use, RequestMdl source, bool atUse, int position, SemanticModel model, CancellationToken cancellationToken)
    {
        ExpressionSyntax used = StableLocals.WithoutCasts(use);
        ExpressionSyntax tested = atUse && SimplePath.BindsAt(model, used, position, cancellationToken) ? used : source.Access;
        return SimplePath.BindsAt(model, tested, position, cancellationToken) ? $"{SimplePath.Strip(tested)} is null" : null;
    }
}
