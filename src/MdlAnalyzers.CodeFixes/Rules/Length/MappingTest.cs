using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The place after a mapping call where its result has to be tested, and the statement that does it.</summary>
internal static class MappingTest
{
    private const string Failure = "STATUS_INSUFFICIENT_RESOURCES";
    private const int SystemAddressKind = 5;

    public static async Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || diagnostic.AdditionalLocations.FirstOrDefault() is not { } location || location.SourceTree != root.SyntaxTree
            || root.FindNode(location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax mapping
            || Result(mapping) is not var (statement, name))
        {
            return null;
        }

        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return Guarding(text, mapping, statement, name, model, cancellationToken);
    }

    /// <summary>The test behind the statement that keeps the result of <paramref name="mapping"/> in the local <paramref name="name"/>.</summary>
    public static (SyntaxNode Body, TextChange Guard)? Guarding(SourceText text, ExpressionSyntax mapping, StatementSyntax statement, string name, SemanticModel model, CancellationToken cancellationToken) =>
        Following(statement) is { } anchor
            ? InFrontOf(anchor, text, mapping, statement, $"{name} == {(TypeOf(statement, mapping, model) is IPointerTypeSymbol ? "null" : "0")}", model, cancellationToken)
            : null;

    /// <summary>A test in front of <paramref name="anchor"/> that fails the request when <paramref name="condition"/> holds.</summary>
    public static (SyntaxNode Body, TextChange Guard)? InFrontOf(
        StatementSyntax anchor, SourceText text, ExpressionSyntax mapping, StatementSyntax statement, string condition, SemanticModel model, CancellationToken cancellationToken)
    {
        if (EarlyExit.Routine(mapping, out BlockSyntax? body) is not { } function || body is null
            || EarlyExit.IsInLoopOrLock(statement, body)
            || EarlyExit.Statements(function, mapping, statement, Failure, anchor.SpanStart, model, cancellationToken) is not { } statements)
        {
            return null;
        }

        return (body, EarlyReturn.Insert(text, anchor, body, condition, statements));
    }

    /// <summary>The priority that a mapping asks for.</summary>
    public static string? Priority(SemanticModel model, int position) =>
        MemberNames.Shortest(model, position, MemberNames.PagePriority, "NormalPagePriority") is { } normal
        && MemberNames.Shortest(model, position, MemberNames.PagePriority, "MdlMappingNoExecute") is { } noExecute
            ? $"{normal} | {noExecute}"
            : null;

    /// <summary>Whether <paramref name="method"/> returns the system address of an MDL.</summary>
    public static bool IsMapping(IMethodSymbol method) => Annotation.Number(method.GetReturnTypeAttributes(), "MdlValueAttribute") == SystemAddressKind;

    /// <summary>The statement that keeps the value of <paramref name="mapping"/> in a local, and the local.</summary>
    public static (StatementSyntax Statement, string Name)? Result(ExpressionSyntax mapping)
    {
        SyntaxNode? parent = Whole(mapping).Parent;
        return parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax declaration } } variable }
                => (declaration, variable.Identifier.Text),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax target, Parent: ExpressionStatementSyntax statement } assignment when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
                => (statement, target.Identifier.Text),
            _ => null,
        };
    }

    /// <summary>The expression with the casts and parentheses around it.</summary>
    public static ExpressionSyntax Whole(ExpressionSyntax expression)
    {
        while (expression.Parent is CastExpressionSyntax or ParenthesizedExpressionSyntax)
            expression = (ExpressionSyntax)expression.Parent;
        return expression;
    }

    /// <summary>Type of the local that <paramref name="statement"/> sets to the value of <paramref name="mapping"/>.</summary>
    public static ITypeSymbol? TypeOf(StatementSyntax statement, ExpressionSyntax mapping, SemanticModel model) =>
        statement is LocalDeclarationStatementSyntax declaration
            ? model.GetTypeInfo(declaration.Declaration.Type).Type
            : Whole(mapping).Parent is AssignmentExpressionSyntax assignment ? model.GetTypeInfo(assignment.Left).Type : null;

    /// <summary>The statement in front of another one in the same block.</summary>
    public static StatementSyntax? Preceding(StatementSyntax statement) => Neighbor(statement, -1);

    /// <summary>The statement behind another one in the same block.</summary>
    public static StatementSyntax? Following(StatementSyntax statement) => Neighbor(statement, 1) is { } next and not LocalFunctionStatementSyntax ? next : null;

    private static StatementSyntax? Neighbor(StatementSyntax statement, int distance)
    {
        SyntaxList<StatementSyntax> siblings = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => default,
        };
        int index = siblings.IndexOf(statement) + distance;
        return siblings.Contains(statement) && index >= 0 && index < siblings.Count ? siblings[index] : null;
    }
}
