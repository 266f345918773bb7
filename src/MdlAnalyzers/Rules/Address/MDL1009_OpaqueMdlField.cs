using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1009: a member of an MDL that exists for inspection only is used instead of the routine for it.</summary>
/// <remarks>
/// Location: the member access, or the whole sum of page base and offset. Property <c>Quantity</c>: name of the quantity that is read (a member
/// of <c>MdlValueKind</c>); missing for writes and for members without a routine. Silent where another rule tells about the same value.
/// </remarks>
internal sealed class OpaqueMdlField : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1009",
        title: "Opaque member of an MDL used directly",
        messageFormat: "'{0}' {1} an opaque member of '{2}'; {3}",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "An MDL is opaque apart from its link and its flags. Read it through MmGetMdlByteCount, MmGetMdlByteOffset, MmGetMdlVirtualAddress, MmGetMdlBaseVa and MmGetSystemAddressForMdlSafe, and change what it describes only by building it again.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1009.md");

    private const string Writes = "writes";

    private readonly List<(SyntaxNode Node, string Verb, string Mdl, string Advice, ValueKind Quantity)> _accesses = [];

    public override void OnBody(Body body)
    {
        ContractReader contracts = body.Contracts;
        if (IsAccessor(body.Owner, contracts))
            return;
        var sums = new HashSet<IOperation>();
        foreach (IOperation operation in body.Operations)
        {
            if (operation is IBinaryOperation sum && IsVirtualAddress(sum, contracts))
            {
                sums.Add(WithoutConversion(sum.LeftOperand));
                sums.Add(WithoutConversion(sum.RightOperand));
                _accesses.Add((sum.Syntax, "reads", MdlOf(WithoutConversion(sum.LeftOperand).Syntax), "use 'MmGetMdlVirtualAddress'", ValueKind.MdlVirtualAddress));
            }
            else if (operation is IMemberReferenceOperation reference && !sums.Contains(reference) && contracts.Member(reference.Member) is { IsOpaque: true } member && !IsConstruction(reference) && !IsName(reference))
            {
                Add(reference, member);
            }
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, string verb, string mdl, string advice, ValueKind quantity) in _accesses)
        {
            if (reporter.IsTold(node))
                continue;
            ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty;
            if (quantity != ValueKind.None)
                properties = properties.Add("Quantity", quantity.ToString());
            // A read returns what the routine returns; a write breaks the MDL.
            DiagnosticSeverity severity = verb == Writes ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info;
            reporter.Report(Descriptor, node, cause: null, properties, severity, SourceText.Of(node), verb, mdl, advice);
        }
    }

    private void Add(IMemberReferenceOperation reference, MemberContract member)
    {
        bool writes = IsWrite(reference);
        // The start of the first page is a quantity of its own: the routine that is named with the member returns another address.
        string? accessor = member.Kind == ValueKind.BaseVa ? "MmGetMdlBaseVa" : member.Accessor;
        string advice = writes ? "build the MDL again to describe other memory"
            : accessor is null ? "no routine returns it, and drivers cannot depend on it"
            : $"use '{accessor}'";
        _accesses.Add((reference.Syntax, writes ? Writes : "reads", MdlOf(reference.Syntax), advice, writes || accessor is null ? ValueKind.None : member.Kind));
    }

    // The body of a routine or property that is declared to return a quantity is where the quantity comes from.
    private static bool IsAccessor(ISymbol owner, ContractReader contracts) =>
        owner is IMethodSymbol method
        && (contracts.Method(method).Return.Kind != ValueKind.None || (method.AssociatedSymbol is { } property && contracts.Member(property).Kind != ValueKind.None));

    // "page base + offset" or "page base | offset" of one MDL: the address of the buffer.
    private static bool IsVirtualAddress(IBinaryOperation sum, ContractReader contracts)
    {
        if (sum.OperatorKind is not (BinaryOperatorKind.Add or BinaryOperatorKind.Or)
            || WithoutConversion(sum.LeftOperand) is not IMemberReferenceOperation left
            || WithoutConversion(sum.RightOperand) is not IMemberReferenceOperation right)
        {
            return false;
        }

        MemberContract first = contracts.Member(left.Member), second = contracts.Member(right.Member);
        return first.IsOpaque && second.IsOpaque
            && (first.Kind, second.Kind) is (ValueKind.BaseVa, ValueKind.ByteOffset) or (ValueKind.ByteOffset, ValueKind.BaseVa)
            && left.Syntax is MemberAccessExpressionSyntax a && right.Syntax is MemberAccessExpressionSyntax b
            && IsPath(a.Expression) && SyntaxFactory.AreEquivalent(a.Expression, b.Expression);
    }

    private static IOperation WithoutConversion(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } or IParenthesizedOperation)
            operation = operation is IConversionOperation conversion ? conversion.Operand : ((IParenthesizedOperation)operation).Operand;
        return operation;
    }

    private static bool IsPath(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax or ThisExpressionSyntax => true,
        MemberAccessExpressionSyntax access => IsPath(access.Expression),
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } inner => IsPath(inner.Operand),
        ParenthesizedExpressionSyntax inner => IsPath(inner.Expression),
        _ => false,
    };

    // A value that is being made, and the members of the type itself.
    private static bool IsConstruction(IMemberReferenceOperation reference) => reference.Instance switch
    {
        IInstanceReferenceOperation instance => instance.ReferenceKind is InstanceReferenceKind.ContainingTypeInstance or InstanceReferenceKind.ImplicitReceiver,
        ILocalReferenceOperation { Type.IsValueType: true } local => IsWrite(reference) && !local.Local.IsRef,
        _ => false,
    };

    private static bool IsName(IOperation operation)
    {
        for (IOperation? outer = operation.Parent; outer is IMemberReferenceOperation or INameOfOperation; outer = outer.Parent)
        {
            if (outer is INameOfOperation)
                return true;
        }

        return false;
    }

    private static bool IsWrite(IOperation operation) => operation.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == operation,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        IAddressOfOperation => true,
        _ => false,
    };

    private static string MdlOf(SyntaxNode node) => node switch
    {
        MemberAccessExpressionSyntax access => SourceText.Of(access.Expression),
        MemberBindingExpressionSyntax when node.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>() is { } access => SourceText.Of(access.Expression),
        _ => "the MDL",
    };
}
