using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A routine that is responsible for completing the request it works on: a dispatch routine, or one that completes the request itself.</summary>
internal sealed class CompletingRoutine
{
    private const int CompletesEffect = 53;
    private const int MarksPendingEffect = 55;
    private const int StartsNextEffect = 57;
    private const int StatusEntity = 10;

    private readonly ExpressionSyntax _request;
    private readonly SemanticModel _model;
    private readonly INamedTypeSymbol? _status;
    private readonly CancellationToken _cancellationToken;

    private CompletingRoutine(
        BlockSyntax body, IMethodSymbol symbol, INamedTypeSymbol? status, ExpressionSyntax request, SemanticModel model, CancellationToken cancellationToken)
    {
        Body = body;
        Symbol = symbol;
        _status = status;
        _request = request;
        _model = model;
        _cancellationToken = cancellationToken;
    }

    public BlockSyntax Body { get; }

    public IMethodSymbol Symbol { get; }

    /// <summary>The innermost routine around <paramref name="use"/>, or null if it is not known to complete the request or cannot return early.</summary>
    public static CompletingRoutine? Around(ExpressionSyntax use, ExpressionSyntax request, SemanticModel model, CancellationToken cancellationToken)
    {
        SyntaxNode? function = EarlyExit.Function(use);
        (BlockSyntax? body, ISymbol? declared) = function switch
        {
            AnonymousFunctionExpressionSyntax lambda => (lambda.Block, model.GetSymbolInfo(lambda, cancellationToken).Symbol),
            LocalFunctionStatementSyntax local => (local.Body, model.GetDeclaredSymbol(local, cancellationToken)),
            MethodDeclarationSyntax method => (method.Body, model.GetDeclaredSymbol(method, cancellationToken)),
            _ => default((BlockSyntax?, ISymbol?)),
        };
        if (body is null || declared is not IMethodSymbol symbol)
            return null;

        var status = Result(symbol) as INamedTypeSymbol;
        bool returnsStatus = status is not null && Annotation.Number(status.GetAttributes(), "MdlEntityAttribute") == StatusEntity;
        if (!returnsStatus && !symbol.ReturnsVoid)
            return null;

        var routine = new CompletingRoutine(body, symbol, returnsStatus ? status : null, request, model, cancellationToken);
        bool isDispatch = returnsStatus && symbol.Parameters.Length == 2 && Annotation.IsIrp(symbol.Parameters[1].Type);
        return isDispatch || routine.Calls(CompletesEffect).Any() ? routine : null;
    }

    /// <summary>The statement of the routine that holds <paramref name="node"/>.</summary>
    public StatementSyntax? StatementOf(SyntaxNode node) => node.FirstAncestorOrSelf<StatementSyntax>();

    /// <summary>The outermost loop, lock or pinning around <paramref name="statement"/>, because requests are not completed in the middle of those.</summary>
    public StatementSyntax OutOfLoopsAndLocks(StatementSyntax statement) =>
        statement.Ancestors()
            .TakeWhile(node => node != Body)
            .OfType<StatementSyntax>()
            .LastOrDefault(EarlyExit.IsLoopOrLock)
        ?? statement;

    /// <summary>The statement that marks the request pending if it comes before <paramref name="statement"/>: afterwards the routine has to return STATUS_PENDING.</summary>
    public StatementSyntax BeforePending(StatementSyntax statement) =>
        Calls(MarksPendingEffect)
            .Select(StatementOf)
            .FirstOrDefault(mark => mark is not null && mark.SpanStart < statement.SpanStart && mark.Parent is BlockSyntax block && block.Span.Contains(statement.Span))
        ?? statement;

    /// <summary>Local names and members that the routine reads, nested functions excluded.</summary>
    public IEnumerable<SyntaxNode> Nodes() =>
        Body.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));

    /// <summary>The statements that complete the request with no bytes and <paramref name="statusName"/>, or null if a name is out of reach at <paramref name="position"/>.</summary>
    public IReadOnlyList<string>? CompletionStatements(int position, string statusName = "STATUS_SUCCESS")
    {
        INamedTypeSymbol? statusType = _status ?? _model.Compilation.GetTypeByMetadataName("MdlRuntime.NtStatus");
        string? status = MemberNames.Shortest(_model, position, statusType, statusName);
        string? complete = MemberNames.Shortest(_model, position, MemberNames.IoManager, "IoCompleteRequest");
        string? noBoost = MemberNames.Shortest(_model, position, MemberNames.Macros, "IO_NO_INCREMENT");
        if (status is null || complete is null || noBoost is null)
            return null;

        var statements = new List<string>
        {
            $"{_request}.IoStatus.Status = {status};",
            $"{_request}.IoStatus.Information = 0;",
            $"{complete}({SimplePath.Strip(_request)}, {noBoost});",
        };
        if (_status is null && StartNext() is { } startNext)
            statements.Add($"{startNext};");

        statements.Add(_status is null ? "return;" : $"return {status};");
        return statements;
    }

    private InvocationExpressionSyntax? StartNext() => CallsWith(StartsNextEffect, static (_, _) => true).FirstOrDefault();

    private IEnumerable<InvocationExpressionSyntax> Calls(int effect) =>
        CallsWith(effect, (argument, self) => SimplePath.AreSame(argument.Expression, self._request));

    private IEnumerable<InvocationExpressionSyntax> CallsWith(int effect, Func<ArgumentSyntax, CompletingRoutine, bool> matches)
    {
        foreach (InvocationExpressionSyntax call in Nodes().OfType<InvocationExpressionSyntax>())
        {
            if (_model.GetSymbolInfo(call, _cancellationToken).Symbol is not IMethodSymbol method)
                continue;

            int count = Math.Min(call.ArgumentList.Arguments.Count, method.Parameters.Length);
            for (int i = 0; i < count; i++)
            {
                if (Annotation.Number(method.Parameters[i].GetAttributes(), "MdlEffectAttribute") == effect && matches(call.ArgumentList.Arguments[i], this))
                    yield return call;
            }
        }
    }

    private static ITypeSymbol Result(IMethodSymbol method) =>
        method is { IsAsync: true, ReturnType: INamedTypeSymbol { TypeArguments.Length: 1 } task } ? task.TypeArguments[0] : method.ReturnType;
}
