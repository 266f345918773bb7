using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>What a body does with the MDLs that it finds behind <c>Next</c>.</summary>
internal sealed class ChainWalk
{
    private readonly Body _body;
    private readonly List<IOperation> _reads;

    public ChainWalk(Body body)
    {
        _body = body;
        _reads = [.. body.Operations.Where(IsRead)];
    }

    /// <summary>Whether the body reads <c>Next</c> at all.</summary>
    public bool LooksAtNext => _reads.Count > 0;

    /// <summary>
    /// Whether the rest of a chain is certainly lost where its first MDL is freed: that happens whatever the body finds out about the chain, and all it
    /// does with the other MDLs is to ask for them.
    /// </summary>
    public bool LosesRest(SyntaxNode free)
    {
        HashSet<ISymbol> steps = new(SymbolEqualityComparer.Default);
        foreach (IOperation read in _reads)
        {
            if (TargetOf(read) is not { } local)
                return false;
            steps.Add(local);
        }

        return IsUnconditional(free) && _body.Operations.All(o => o switch
        {
            ILocalReferenceOperation local when steps.Contains(local.Local) => IsAsked(local, steps),
            IMemberReferenceOperation { Member.Name: "Next" } => IsRead(o) || !IsNext(o),
            IConditionalOperation test => IsNullTest(test.Condition) is { } tested && !IsNext(tested) && !(tested is ILocalReferenceOperation step && steps.Contains(step.Local)),
            IReturnOperation or IBranchOperation { BranchKind: BranchKind.GoTo } when IsInLoop(o) => false,
            IAnonymousFunctionOperation or ILocalFunctionOperation or ISwitchOperation or ISwitchExpressionOperation or IThrowOperation => false,
            IInvocationOperation call => !MayRefuse(call.TargetMethod),
            _ => true,
        });
    }

    private bool IsRead(IOperation operation) => IsNext(operation) && (operation.Parent as ISimpleAssignmentOperation)?.Target != operation;

    private bool IsNext(IOperation operation) =>
        operation is IMemberReferenceOperation { Member.Name: "Next" } next && _body.Contracts.EntityOf(next.Member.ContainingType) == Entity.Mdl;

    // The local variable that takes the next MDL.
    private static ISymbol? TargetOf(IOperation read) => Outer(read).Parent switch
    {
        ISimpleAssignmentOperation { Target: ILocalReferenceOperation local } => local.Local,
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol,
        _ => null,
    };

    // One step, the end of the loop, or a routine that only reads, maps or unlocks.
    private bool IsAsked(ILocalReferenceOperation local, HashSet<ISymbol> steps)
    {
        IOperation value = Outer(local);
        switch (value.Parent)
        {
            case ISimpleAssignmentOperation assignment when assignment.Target == value:
                return true;
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation other }:
                return steps.Contains(other.Local);
            case IMemberReferenceOperation member:
                return IsNext(member);
            case IArgumentOperation { Parameter: { } parameter, Parent: IInvocationOperation call }:
                return _body.Contracts.Method(call.TargetMethod).IsAnnotated && _body.Contracts.Parameter(parameter).Effect is Effect.None or Effect.Reads or Effect.Unlocks or Effect.MapsOnce;
            case IBinaryOperation or IIsPatternOperation:
                return value.Parent.Parent is ILoopOperation && IsNullTest(value.Parent) == local;
            default:
                return false;
        }
    }

    private static IOperation? IsNullTest(IOperation condition) => condition switch
    {
        IIsPatternOperation { Pattern: IConstantPatternOperation or INegatedPatternOperation { Pattern: IConstantPatternOperation } } pattern => Inner(pattern.Value),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } comparison when IsNull(comparison.RightOperand) => Inner(comparison.LeftOperand),
        _ => null,
    };

    private static bool IsNull(IOperation operation) => Inner(operation).ConstantValue is { HasValue: true, Value: null };

    // An assertion of whatever kind may say that there is only one.
    private static bool MayRefuse(IMethodSymbol method) =>
        method.Name.StartsWith("Throw", StringComparison.Ordinal) || method.Parameters.Any(static p => p.Type.SpecialType == SpecialType.System_Boolean && p.Name is "condition" or "value");

    private static bool IsUnconditional(SyntaxNode call) =>
        call.Parent is ArrowExpressionClauseSyntax
        || (call.Parent is ExpressionStatementSyntax statement
            && statement.Ancestors().TakeWhile(static n => n is not MemberDeclarationSyntax and not AccessorDeclarationSyntax).All(static n => n is BlockSyntax or TryStatementSyntax or FinallyClauseSyntax));

    private static bool IsInLoop(IOperation? operation)
    {
        while (operation is not null and not ILoopOperation)
            operation = operation.Parent;
        return operation is not null;
    }

    private static IOperation Outer(IOperation operation)
    {
        while (operation.Parent is IConversionOperation or IParenthesizedOperation)
            operation = operation.Parent;
        return operation;
    }

    private static IOperation Inner(IOperation operation)
    {
        while (operation is IConversionOperation or IParenthesizedOperation)
            operation = operation is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)operation).Operand;
        return operation;
    }
}
