using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>How a routine is left early: by completing the request where the routine has to, else by handing a status to the caller.</summary>
internal static class EarlyExit
{
    public static IReadOnlyList<string>? Statements(
        SyntaxNode function, ExpressionSyntax use, StatementSyntax statement, string statusName, int position, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetDeclaredSymbol(function, cancellationToken) is not IMethodSymbol method)
            return null;
        if (Request(function, method, model, cancellationToken) is { } request && CompletingRoutine.Around(use, request, model, cancellationToken) is { } routine)
            return routine.BeforePending(statement) == statement ? routine.CompletionStatements(position, statusName) : null;

        return method is { IsAsync: false, ReturnType: INamedTypeSymbol { Name: "NtStatus" } status } && MemberNames.Shortest(model, position, status, statusName) is { } result
            ? [$"return {result};"]
            : null;
    }

    /// <summary>Where a routine names the only request that it is given.</summary>
    public static IdentifierNameSyntax? Request(SyntaxNode function, IMethodSymbol method, SemanticModel model, CancellationToken cancellationToken)
    {
        IParameterSymbol[] requests = [.. method.Parameters.Where(static p => Annotation.IsIrp(p.Type))];
        return requests.Length != 1 ? null : function.DescendantNodes().OfType<IdentifierNameSyntax>()
            .FirstOrDefault(n => n.Identifier.ValueText == requests[0].Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellationToken).Symbol, requests[0]));
    }

    /// <summary>The innermost lambda, local function or member around a node.</summary>
    public static SyntaxNode? Function(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(static n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax);

    /// <summary>The method or local function around a node, and its body; the body is null for lambdas and expression bodies.</summary>
    public static SyntaxNode? Routine(SyntaxNode node, out BlockSyntax? body)
    {
        SyntaxNode? function = Function(node);
        body = (function as MethodDeclarationSyntax)?.Body ?? (function as LocalFunctionStatementSyntax)?.Body;
        return function;
    }

    /// <summary>Whether a loop, a lock or a pinning lies between a statement and its routine.</summary>
    public static bool IsInLoopOrLock(StatementSyntax statement, SyntaxNode body) =>
        statement.Ancestors().TakeWhile(n => n != body).Any(IsLoopOrLock);

    public static bool IsLoopOrLock(SyntaxNode node) =>
        node is LockStatementSyntax or FixedStatementSyntax or CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax;
}
