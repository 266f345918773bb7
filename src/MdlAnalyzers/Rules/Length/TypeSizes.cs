using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>How many bytes types take up, without the gaps between their fields: at least that much.</summary>
internal sealed class TypeSizes(Body body)
{
    private const int MaxDepth = 3;

    private Dictionary<SyntaxNode, long>? _sizes;

    /// <summary>A number in which each size of a type that the body asks for is known.</summary>
    public Linear Resolve(Linear number)
    {
        Linear resolved = number;
        foreach (Summand summand in number.Summands)
        {
            if (summand.Term is { Kind: TermKind.Symbol, Node: { } node } && (_sizes ??= Collect(body)).TryGetValue(node, out long size))
                resolved = resolved.Without(summand.Term).AddConstant(summand.Factor * size);
        }

        return resolved;
    }

    /// <summary>The size of what a method reads or writes whose type argument says so; 1 if that is not known.</summary>
    public static long Of(IMethodSymbol? method) => method is { TypeArguments: [var type] } ? Math.Max(1, Of(type, depth: 0)) : 1;

    private static Dictionary<SyntaxNode, long> Collect(Body body)
    {
        var sizes = new Dictionary<SyntaxNode, long>();
        foreach (IOperation operation in body.Operations)
        {
            ITypeSymbol? type = operation switch
            {
                ISizeOfOperation { ConstantValue.HasValue: false } sizeOf => sizeOf.TypeOperand,
                IInvocationOperation { TargetMethod: { Name: "SizeOf", TypeArguments: [var argument], ContainingType.Name: "Unsafe" or "Marshal" }, Arguments.IsEmpty: true } => argument,
                _ => null,
            };
            if (type is not null && Of(type, depth: 0) is > 0 and var size)
                sizes[operation.Syntax] = size;
        }

        return sizes;
    }

    private static long Of(ITypeSymbol type, int depth) => type switch
    {
        { SpecialType: SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Boolean } => 1,
        { SpecialType: SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char } => 2,
        { SpecialType: SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single } => 4,
        { SpecialType: SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double or SpecialType.System_IntPtr or SpecialType.System_UIntPtr } or IPointerTypeSymbol => 8,
        INamedTypeSymbol { EnumUnderlyingType: { } underlying } => Of(underlying, depth),
        { TypeKind: TypeKind.Struct } when depth < MaxDepth && !type.GetAttributes().Any(static a => a.AttributeClass?.Name is "StructLayoutAttribute" or "InlineArrayAttribute") =>
            type.GetMembers().OfType<IFieldSymbol>().Where(static f => !f.IsStatic && !f.IsFixedSizeBuffer).Sum(f => Of(f.Type, depth + 1)),
        _ => 0,
    };
}
