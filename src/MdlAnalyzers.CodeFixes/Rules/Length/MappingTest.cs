using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The place after a mapping call where its result has to be tested, and the statement that does it.</summary>
internal sealed class MappingTest
{
    private const string Failure = "STATUS_INSUFFICIENT_RESOURCES";

    private MappingTest(SyntaxNode body, TextChange guard)
    {
        Body = body;
        Guard = guard;
    }

    /// <summary>The body of the routine that maps.</summary>
    public SyntaxNode Body { get; }

    /// <summary>Inserts the test.</summary>
    public TextChange Guard { get; }

    public static async Task<MappingTest?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || diagnostic.AdditionalLocations.FirstOrDefault() is not { } location || location.SourceTree != root.SyntaxTree
            || root.FindNode(location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax mapping
            || Result(mapping) is not var (statement, name)
            || Following(statement) is not { } anchor
            || Routine(mapping, out BlockSyntax? body) is not { } function || body is null
            || statement.Ancestors().TakeWhile(n => n != body).Any(static n => n is LockStatementSyntax or FixedStatementSyntax or CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax)
            || Statements(function, mapping, statement, anchor.SpanStart, model, cancellationToken) is not { } statements)
        {
            return null;
        }

        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        return new MappingTest(body, EarlyReturn.Insert(text, anchor, body, $"{name} == {Null(statement, mapping, model)}", statements));
    }

    // The statement that keeps the address in a local, and the local.
    private static (StatementSyntax Statement, string Name)? Result(ExpressionSyntax mapping)
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

    private static ExpressionSyntax Whole(ExpressionSyntax expression)
    {
        while (expression.Parent is CastExpressionSyntax or ParenthesizedExpressionSyntax)
            expression = (ExpressionSyntax)expression.Parent;
        return expression;
    }

    private static string Null(StatementSyntax statement, ExpressionSyntax mapping, SemanticModel model)
    {
        ITypeSymbol? type = statement is LocalDeclarationStatementSyntax declaration
            ? model.GetTypeInfo(declaration.Declaration.Type).Type
            : model.GetTypeInfo(((AssignmentExpressionSyntax)Whole(mapping).Parent!).Left).Type;
        return type is IPointerTypeSymbol ? "null" : "0";
    }

    private static StatementSyntax? Following(StatementSyntax statement)
    {
        SyntaxList<StatementSyntax> siblings = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => default,
        };
        int next = siblings.IndexOf(statement) + 1;
        return next > 0 && next < siblings.Count && siblings[next] is not LocalFunctionStatementSyntax ? siblings[next] : null;
    }

    private static SyntaxNode? Routine(SyntaxNode node, out BlockSyntax? body)
    {
        SyntaxNode? function = node.Ancestors().FirstOrDefault(static n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax);
        body = (function as MethodDeclarationSyntax)?.Body ?? (function as LocalFunctionStatementSyntax)?.Body;
        return function;
    }

    // Completes the request where the routine has to, else hands the failure to the caller.
    private static IReadOnlyList<string>? Statements(SyntaxNode function, ExpressionSyntax mapping, StatementSyntax statement, int position, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetDeclaredSymbol(function, cancellationToken) is not IMethodSymbol method)
            return null;
        IParameterSymbol[] requests = [.. method.Parameters.Where(static p => Annotation.IsIrp(p.Type))];
        IdentifierNameSyntax? request = requests.Length != 1 ? null : function.DescendantNodes().OfType<IdentifierNameSyntax>()
            .FirstOrDefault(n => n.Identifier.ValueText == requests[0].Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellationToken).Symbol, requests[0]));
        if (request is not null && CompletingRoutine.Around(mapping, request, model, cancellationToken) is { } routine)
            return routine.BeforePending(statement) == statement ? routine.CompletionStatements(position, Failure) : null;

        return method is { IsAsync: false, ReturnType: INamedTypeSymbol { Name: "NtStatus" } status } && MemberNames.Shortest(model, position, status, Failure) is { } failure
            ? [$"return {failure};"]
            : null;
    }
}
