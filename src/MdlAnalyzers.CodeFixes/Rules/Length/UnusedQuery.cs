using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The statement around a query of an MDL whose answer is not used, and what can become of it.</summary>
internal sealed class UnusedQuery
{
    private const string Failure = "STATUS_BUFFER_TOO_SMALL";

    private readonly InvocationExpressionSyntax _call;
    private readonly StatementSyntax _statement;
    private readonly SemanticModel _model;
    private readonly SourceText _text;

    private UnusedQuery(InvocationExpressionSyntax call, StatementSyntax statement, SyntaxNode member, SemanticModel model, SourceText text)
    {
        _call = call;
        _statement = statement;
        _model = model;
        _text = text;
        Member = member;
    }

    /// <summary>The member of the type that holds the query.</summary>
    public SyntaxNode Member { get; }

    public static async Task<UnusedQuery?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call
            || call.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
            || call.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: BlockSyntax or SwitchSectionSyntax } statement)
        {
            return null;
        }

        return new UnusedQuery(call, statement, member, model, await document.GetTextAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Removes the statement, the variable or its initial value; null if something else would be lost.</summary>
    public TextChange? Removal(CancellationToken cancellationToken)
    {
        switch (_statement)
        {
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Left: IdentifierNameSyntax } assignment } when HasNoEffect(assignment.Right, cancellationToken):
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax whole } when HasNoEffect(whole, cancellationToken):
                return WithoutLine(_statement);
            case LocalDeclarationStatementSyntax { Declaration: { Variables: [{ Initializer.Value: { } value } variable] } declaration } when HasNoEffect(value, cancellationToken):
                return IsNamedElsewhere(variable, cancellationToken)
                    ? declaration.Type.IsVar ? null : new TextChange(TextSpan.FromBounds(variable.Identifier.Span.End, value.Span.End), "")
                    : WithoutLine(_statement);
            case LocalDeclarationStatementSyntax { Declaration.Variables: { Count: > 1 } variables }
                when variables.FirstOrDefault(v => v.Span.Contains(_call.Span)) is { Initializer.Value: { } value } variable && HasNoEffect(value, cancellationToken) && !IsNamedElsewhere(variable, cancellationToken):
                int index = variables.IndexOf(variable);
                TextSpan span = index == 0
                    ? TextSpan.FromBounds(variable.SpanStart, variables[1].SpanStart)
                    : TextSpan.FromBounds(variables[index - 1].Span.End, variable.Span.End);
                return new TextChange(span, "");
            default:
                return null;
        }
    }

    /// <summary>Keeps a mapping without a variable for its address.</summary>
    public TextChange? DiscardedMapping(CancellationToken cancellationToken)
    {
        if (!IsQuery(_call, MappingTest.IsMapping, cancellationToken)
            || _statement is not LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } value } variable] }
            || StableLocals.WithoutCasts(value) != _call || IsNamedElsewhere(variable, cancellationToken))
        {
            return null;
        }

        return new TextChange(TextSpan.FromBounds(_statement.SpanStart, value.Span.End), $"_ = {_call}");
    }

    /// <summary>Compares the byte count with the length of the request that the routine has fetched beside it.</summary>
    public TextChange? ComparisonWithRequest(CancellationToken cancellationToken)
    {
        if (!IsQuery(_call, MdlQuantity.ByteCount.IsReturnedBy, cancellationToken)
            || _statement is not LocalDeclarationStatementSyntax { Parent: BlockSyntax block, Declaration.Variables: [{ Initializer.Value: { } value } variable] }
            || StableLocals.WithoutCasts(value) != _call || IsNamedElsewhere(variable, cancellationToken)
            || Request(cancellationToken) is not { } request
            || CompletingRoutine.Around(_call, request, _model, cancellationToken) is not { } routine)
        {
            return null;
        }

        // Both lengths have their value behind the later one of the two declarations.
        int last = block.Statements.IndexOf(_statement);
        string? length = StableLocals.Find(routine.Body, _statement.SpanStart, _model, (_, other) => IsRequestLength(other, cancellationToken), cancellationToken);
        if (length is null && last + 1 < block.Statements.Count && block.Statements[last + 1] is LocalDeclarationStatementSyntax { Declaration.Variables: [{ Initializer.Value: { } beside } next] }
            && IsRequestLength(StableLocals.WithoutCasts(beside), cancellationToken))
        {
            length = next.Identifier.Text;
            last++;
        }

        if (length is null || last + 1 >= block.Statements.Count || block.Statements[last + 1] is not { } anchor || anchor is LocalFunctionStatementSyntax
            || routine.OutOfLoopsAndLocks(anchor) != anchor || routine.BeforePending(anchor) != anchor
            || routine.CompletionStatements(anchor.SpanStart, Failure) is not { } statements)
        {
            return null;
        }

        return EarlyReturn.Insert(_text, anchor, routine.Body, $"{variable.Identifier.Text} < {length}", statements);
    }

    private ExpressionSyntax? Request(CancellationToken cancellationToken) =>
        EarlyExit.Function(_call) is { } function && _model.GetDeclaredSymbol(function, cancellationToken) is IMethodSymbol method
            ? EarlyExit.Request(function, method, _model, cancellationToken)
            : null;

    private bool IsRequestLength(ExpressionSyntax value, CancellationToken cancellationToken) =>
        value is MemberAccessExpressionSyntax && _model.GetSymbolInfo(value, cancellationToken).Symbol is { } member && Annotation.Number(member.GetAttributes(), "GovernsMdlAttribute") is not null;

    private bool IsQuery(InvocationExpressionSyntax call, Func<IMethodSymbol, bool> matches, CancellationToken cancellationToken) =>
        _model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && matches(method);

    // Queries and the arithmetic around them can go; other calls and assignments cannot.
    private bool HasNoEffect(ExpressionSyntax value, CancellationToken cancellationToken) =>
        value.DescendantNodesAndSelf().All(node => node switch
        {
            InvocationExpressionSyntax call => IsQuery(call, static method => Annotation.Number(method.GetReturnTypeAttributes(), "MdlValueAttribute") is not null, cancellationToken) || IsMacro(call, cancellationToken),
            AssignmentExpressionSyntax or AwaitExpressionSyntax or BaseObjectCreationExpressionSyntax or AnonymousFunctionExpressionSyntax or ThrowExpressionSyntax => false,
            PostfixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.SuppressNullableWarningExpression),
            PrefixUnaryExpressionSyntax unary => !unary.IsKind(SyntaxKind.PreIncrementExpression) && !unary.IsKind(SyntaxKind.PreDecrementExpression),
            _ => true,
        });

    private bool IsMacro(InvocationExpressionSyntax call, CancellationToken cancellationToken) =>
        _model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method
        && (Annotation.Number(method.GetAttributes(), "MdlMacroAttribute") is not null || method.ContainingType.ToDisplayString() == "System.Math");

    private bool IsNamedElsewhere(VariableDeclaratorSyntax variable, CancellationToken cancellationToken) =>
        _model.GetDeclaredSymbol(variable, cancellationToken) is not { } local
        || Member.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == local.Name && SymbolEqualityComparer.Default.Equals(_model.GetSymbolInfo(name, cancellationToken).Symbol, local));

    // The statement with its line, if it has one for itself; comments above it stay.
    private TextChange WithoutLine(StatementSyntax statement)
    {
        TextLine first = _text.Lines.GetLineFromPosition(statement.SpanStart);
        TextLine last = _text.Lines.GetLineFromPosition(statement.Span.End);
        bool isAlone = string.IsNullOrWhiteSpace(_text.ToString(TextSpan.FromBounds(first.Start, statement.SpanStart)))
            && string.IsNullOrWhiteSpace(_text.ToString(TextSpan.FromBounds(statement.Span.End, last.End)));
        if (isAlone)
            return new TextChange(TextSpan.FromBounds(first.Start, last.EndIncludingLineBreak), "");
        int end = statement.Span.End;
        while (end < last.End && _text[end] == ' ')
            end++;
        return new TextChange(TextSpan.FromBounds(statement.SpanStart, end), "");
    }
}
