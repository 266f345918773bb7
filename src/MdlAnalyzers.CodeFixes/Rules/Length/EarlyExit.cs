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
        IParameterSymbol[] requests = [.. method.Parameters.Where(static p => Annotation.IsIrp(p.Type))];
        IdentifierNameSyntax? request = requests.Length != 1 ? null : function.DescendantNodes().OfType<IdentifierNameSyntax>()
            .FirstOrDefault(n => n.Identifier.ValueText == requests[0].Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(n, cancellationToken).Symbol, requests[0]));
        if (request is not null && CompletingRoutine.Around(use, request, model, cancellationToken) is { } routine)
            return routine.BeforePending(statement) == statement ? routine.CompletionStatements(position, statusName) : null;

        return method is { IsAsync: false, ReturnType: INamedTypeSymbol { Name: "NtStatus" } status } && MemberNames.Shortest(model, position, status, statusName) is { } result
            ? [$"return {result};"]
            : null;
    }

    /// <summary>The method or local function around a node, and its body; the body is null for lambdas and expression bodies.</summary>
    public static SyntaxNode? Routine(SyntaxNode node, out BlockSyntax? body)
    {
        SyntaxNode? function = node.Ancestors().FirstOrDefault(static n => n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax);
        body = (function as MethodDeclarationSyntax)?.Body ?? (function as LocalFunctionStatementSyntax)?.Body;
        return function;
    }

    /// <summary>Whether a loop, a lock or a pinning lies between a statement and its routine.</summary>
    public static bool IsInLoopOrLock(StatementSyntax statement, SyntaxNode body) =>
        statement.Ancestors().TakeWhile(n => n != body).Any(static n => n is LockStatementSyntax or FixedStatementSyntax or CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax);
}
