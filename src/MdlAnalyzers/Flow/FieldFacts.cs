using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Facts about private fields, from all their assignments in the declaring type.</summary>
internal static class FieldFacts
{
    private const int MaxTypeLength = 200_000;

    public static bool IsPageAllocated(IFieldSymbol field, AnalysisSession session, CancellationToken cancellationToken)
    {
        bool assigned = false;
        foreach (SyntaxReference reference in field.ContainingType.DeclaringSyntaxReferences)
        {
            SyntaxNode type = reference.GetSyntax(cancellationToken);
            if (type.FullSpan.Length > MaxTypeLength || !session.Compilation.ContainsSyntaxTree(type.SyntaxTree))
                return false;
            SemanticModel model = session.ModelOf(type.SyntaxTree);
            foreach (SyntaxNode node in type.DescendantNodes())
            {
                ExpressionSyntax? value = node switch
                {
                    AssignmentExpressionSyntax assignment when NameOf(assignment.Left) == field.Name && Is(assignment.Left) => assignment.Right,
                    VariableDeclaratorSyntax { Initializer: { } initializer } declarator when declarator.Identifier.ValueText == field.Name
                        && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(declarator, cancellationToken), field) => initializer.Value,
                    ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument when NameOf(argument.Expression) == field.Name => argument.Expression,
                    _ => null,
                };
                while (value is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } suppressed)
                    value = suppressed.Operand;
                if (value is null || value.IsKind(SyntaxKind.NullLiteralExpression))
                    continue;
                if (!IsAllocation(model.GetOperation(value, cancellationToken), session.Contracts))
                    return false;
                assigned = true;
            }

            bool Is(ExpressionSyntax expression) => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(expression, cancellationToken).Symbol, field);
        }

        return assigned;
    }

    private static bool IsAllocation(IOperation? operation, ContractReader contracts) => operation switch
    {
        IInvocationOperation call => contracts.Method(call.TargetMethod).Return.Effect == Effect.AllocatesPages,
        IConversionOperation conversion => IsAllocation(conversion.Operand, contracts),
        ICoalesceOperation { WhenNull: IThrowOperation or IConversionOperation { Operand: IThrowOperation } } coalesce => IsAllocation(coalesce.Value, contracts),
        ILocalReferenceOperation local => IsAllocated(local, contracts),
        _ => false,
    };

    // A local between the allocation and the field, such as one that is tested for null first.
    private static bool IsAllocated(ILocalReferenceOperation reference, ContractReader contracts)
    {
        IOperation root = reference;
        while (root.Parent is { } parent)
            root = parent;
        bool allocated = false;
        foreach (IOperation operation in root.Descendants())
        {
            IOperation? value = operation switch
            {
                IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, reference.Local) => declarator.GetVariableInitializer()?.Value,
                ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment when SymbolEqualityComparer.Default.Equals(target.Local, reference.Local) => assignment.Value,
                _ => null,
            };
            if (value is null or IConversionOperation { ConstantValue: { HasValue: true, Value: null } })
                continue;
            if (value is ILocalReferenceOperation || !IsAllocation(value, contracts))
                return false;
            allocated = true;
        }

        return allocated;
    }

    private static string? NameOf(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } member => member.Name.Identifier.ValueText,
        _ => null,
    };
}
