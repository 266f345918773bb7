using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>Tells which values of a body leave the arithmetic of its local variables.</summary>
internal sealed class UsedValues(Body body)
{
    private const int MaxSteps = 400;

    private Dictionary<ISymbol, List<IOperation>>? _references;
    private int _steps;

    /// <summary>Whether the value may make a difference; also where that cannot be told.</summary>
    public bool IsUsed(IOperation value)
    {
        _steps = 0;
        return IsUsed(value, new HashSet<ISymbol>(SymbolEqualityComparer.Default));
    }

    private bool IsUsed(IOperation value, HashSet<ISymbol> seen)
    {
        IOperation? element = null;
        while (true)
        {
            if (++_steps > MaxSteps || value.Parent is not { } parent)
                return true;
            switch (parent)
            {
                case IExpressionStatementOperation:
                    return false;
                case IConversionOperation { OperatorMethod: null } or IParenthesizedOperation or IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus or UnaryOperatorKind.Plus or UnaryOperatorKind.BitwiseNegation } or ITupleOperation or ISwitchExpressionArmOperation:
                case IBinaryOperation { OperatorMethod: null } binary when IsArithmetic(binary.OperatorKind):
                case IConditionalOperation condition when condition.Condition != value:
                case ISwitchExpressionOperation choice when choice.Value != value:
                case ICoalesceOperation:
                case IPropertyReferenceOperation { Property.ContainingType.Name: "Span" or "ReadOnlySpan" } part when part.Instance == value && !IsTarget(part):
                    element = parent is ITupleOperation ? value : element;
                    value = parent;
                    continue;
                case IArgumentOperation { Parent: IInvocationOperation call } when IsPure(call):
                    value = call;
                    continue;
                case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }:
                    return declarator.Symbol.IsRef || IsVariableUsed(declarator.Symbol, declarator, seen);
                case IVariableInitializerOperation { Parent: IVariableDeclarationOperation { Declarators: [var only] } }:
                    return IsVariableUsed(only.Symbol, only, seen);
                case ISimpleAssignmentOperation { IsRef: false } assignment when assignment.Value == value:
                    return IsStored(assignment.Target, assignment, seen) || IsUsed(assignment, seen);
                case IDeconstructionAssignmentOperation pair when pair.Value == value:
                    return IsElementUsed(element, pair, seen);
                case ICompoundAssignmentOperation compound:
                    return (compound.Value == value && IsStored(compound.Target, compound, seen)) || IsUsed(compound, seen);
                case IIncrementOrDecrementOperation increment:
                    value = increment;
                    continue;
                default:
                    return true;
            }
        }
    }

    private bool IsElementUsed(IOperation? element, IDeconstructionAssignmentOperation pair, HashSet<ISymbol> seen)
    {
        if (element?.Parent is not ITupleOperation tuple || TupleIn(pair.Value) != tuple || TupleIn(pair.Target) is not { } targets || pair.Parent is not IExpressionStatementOperation)
            return true;
        int index = tuple.Elements.IndexOf(element);
        return index >= targets.Elements.Length || IsStored(targets.Elements[index], pair, seen);
    }

    private static ITupleOperation? TupleIn(IOperation operation)
    {
        while (operation is IConversionOperation or IDeclarationExpressionOperation)
            operation = operation is IConversionOperation conversion ? conversion.Operand : ((IDeclarationExpressionOperation)operation).Expression;
        return operation as ITupleOperation;
    }

    private bool IsStored(IOperation target, IOperation store, HashSet<ISymbol> seen)
    {
        if (target is IDeclarationExpressionOperation declaration)
            target = declaration.Expression;
        return VariableOf(target) is not { } variable || IsVariableUsed(variable, store, seen);
    }

    private bool IsVariableUsed(ISymbol variable, IOperation store, HashSet<ISymbol> seen)
    {
        if (variable is ILocalSymbol { IsRef: true } or IParameterSymbol { RefKind: not RefKind.None })
            return true;
        if (!seen.Add(variable))
            return false;
        _references ??= FindReferences();
        List<IOperation> references = _references.TryGetValue(variable, out List<IOperation>? all) ? all : [];
        bool used = references.Any(r => !IsTarget(r) && IsUsed(r, seen));
        return used && (!references.Any(IsTarget) || MayReach(variable, store));
    }

    private Dictionary<ISymbol, List<IOperation>> FindReferences()
    {
        var found = new Dictionary<ISymbol, List<IOperation>>(SymbolEqualityComparer.Default);
        foreach (IOperation operation in body.Operations)
        {
            if (VariableOf(operation) is not { } variable)
                continue;
            if (!found.TryGetValue(variable, out List<IOperation>? references))
                found.Add(variable, references = []);
            references.Add(operation);
        }

        return found;
    }

    // A variable with several values: whether this one is still there when the variable is read.
    private static bool MayReach(ISymbol variable, IOperation store)
    {
        if (store.Syntax.FirstAncestorOrSelf<StatementSyntax>() is not (LocalDeclarationStatementSyntax or ExpressionStatementSyntax) || store.SemanticModel is not { } model)
            return true;
        StatementSyntax statement = store.Syntax.FirstAncestorOrSelf<StatementSyntax>()!;
        return model.AnalyzeDataFlow(statement) is not { Succeeded: true } flow
            || flow.DataFlowsOut.Contains(variable, SymbolEqualityComparer.Default)
            || flow.Captured.Contains(variable, SymbolEqualityComparer.Default)
            || flow.ReadInside.Contains(variable, SymbolEqualityComparer.Default);
    }

    private static ISymbol? VariableOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };

    // Whether an operation only receives a value.
    private static bool IsTarget(IOperation operation)
    {
        IOperation target = operation;
        while (target.Parent is ITupleOperation or IDeclarationExpressionOperation)
            target = target.Parent;
        return target.Parent switch
        {
            ISimpleAssignmentOperation { IsRef: false } assignment => assignment.Target == target,
            IDeconstructionAssignmentOperation pair => pair.Target == target,
            IArgumentOperation { Parameter.RefKind: RefKind.Out } => operation is ILocalReferenceOperation,
            _ => false,
        };
    }

    private bool IsPure(IInvocationOperation call) =>
        call.TargetMethod.Parameters.All(static p => p.RefKind == RefKind.None)
        && (body.Contracts.Method(call.TargetMethod).Macro is not (Macro.None or Macro.IsSuccess or Macro.ControlCode)
            || call.TargetMethod.ContainingType is { Name: "Math", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } });

    private static bool IsArithmetic(BinaryOperatorKind kind) => kind is
        BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder
        or BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift
        or BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr;
}
