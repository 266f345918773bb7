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

    public static bool IsPageAllocated(IFieldSymbol field, AnalysisSession session, CancellationToken cancellationToken) =>
        Allocations(field, session, Effect.AllocatesPages, cancellationToken) is not null;

    /// <summary>The buffer that every MDL in the field is allocated for, as constants: the shortest one; null if that is not known.</summary>
    public static MdlRoom? RoomOf(IFieldSymbol field, AnalysisSession session, CancellationToken cancellationToken)
    {
        MdlRoom? room = null;
        foreach (IInvocationOperation call in Allocations(field, session, Effect.AllocatesMdl, cancellationToken) ?? [])
        {
            if (Constant(call, ValueKind.BufferAddress, session.Contracts) is not { } address || Constant(call, ValueKind.Length, session.Contracts) is not { } length
                || (room is not null && room.Address != address))
            {
                return null;
            }

            if (room is null || length < room.Length)
                room = new MdlRoom(address, length);
        }

        return room;
    }

    private static long? Constant(IInvocationOperation call, ValueKind kind, ContractReader contracts)
    {
        IArgumentOperation? argument = call.Arguments.FirstOrDefault(a => a.Parameter is { } parameter && contracts.Parameter(parameter).Kind == kind);
        return argument?.Value.ConstantValue is { HasValue: true, Value: { } value and (sbyte or byte or short or ushort or int or uint or long) }
            ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)
            : argument?.Value is IConversionOperation { Operand.ConstantValue: { HasValue: true, Value: int or uint } inner }
                ? Convert.ToInt64(inner.Value, System.Globalization.CultureInfo.InvariantCulture)
                : null;
    }

    // The calls that every object in the field comes from; null if there are none or others.
    private static List<IInvocationOperation>? Allocations(IFieldSymbol field, AnalysisSession session, Effect effect, CancellationToken cancellationToken)
    {
        var calls = new List<IInvocationOperation>();
        foreach (SyntaxReference reference in field.ContainingType.DeclaringSyntaxReferences)
        {
            SyntaxNode type = reference.GetSyntax(cancellationToken);
            if (type.FullSpan.Length > MaxTypeLength || !session.Compilation.ContainsSyntaxTree(type.SyntaxTree))
                return null;
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
                if (!IsAllocation(model.GetOperation(value, cancellationToken), session.Contracts, effect, calls))
                    return null;
            }

            bool Is(ExpressionSyntax expression) => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(expression, cancellationToken).Symbol, field);
        }

        return calls.Count == 0 ? null : calls;
    }

    private static bool IsAllocation(IOperation? operation, ContractReader contracts, Effect effect, List<IInvocationOperation> calls)
    {
        switch (operation)
        {
            case IInvocationOperation call when contracts.Method(call.TargetMethod).Return.Effect == effect:
                calls.Add(call);
                return true;
            case IConversionOperation conversion:
                return IsAllocation(conversion.Operand, contracts, effect, calls);
            case ICoalesceOperation { WhenNull: IThrowOperation or IConversionOperation { Operand: IThrowOperation } } coalesce:
                return IsAllocation(coalesce.Value, contracts, effect, calls);
            case ILocalReferenceOperation local:
                return IsAllocated(local, contracts, effect, calls);
            default:
                return false;
        }
    }

    // A local between the allocation and the field, such as one that is tested for null first.
    private static bool IsAllocated(ILocalReferenceOperation reference, ContractReader contracts, Effect effect, List<IInvocationOperation> calls)
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
            if (value is ILocalReferenceOperation || !IsAllocation(value, contracts, effect, calls))
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

/// <summary>The buffer that an MDL was allocated for, in constants.</summary>
internal sealed class MdlRoom(long address, long length)
{
    public long Address { get; } = address;

    public long Length { get; } = length;
}
