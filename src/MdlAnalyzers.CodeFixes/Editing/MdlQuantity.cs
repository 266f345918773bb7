using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.CodeFixes;

/// <summary>A quantity of an MDL together with the routine that returns it.</summary>
internal sealed class MdlQuantity
{
    public static readonly MdlQuantity ByteOffset = new(1, "MmGetMdlByteOffset");
    public static readonly MdlQuantity ByteCount = new(2, "MmGetMdlByteCount");
    public static readonly MdlQuantity PageBase = new(3, "MmGetMdlBaseVa");
    public static readonly MdlQuantity VirtualAddress = new(4, "MmGetMdlVirtualAddress");

    private readonly int _kind;

    private MdlQuantity(int kind, string routine)
    {
        _kind = kind;
        Routine = routine;
    }

    public string Routine { get; }

    /// <summary>The spelling at <paramref name="position"/> of the routine that stands beside <paramref name="accessor"/>, or of the runtime's own.</summary>
    public string? Spell(ISymbol accessor, SemanticModel model, int position)
    {
        if (accessor is IMethodSymbol { IsStatic: true } method)
        {
            foreach (IMethodSymbol sibling in method.ContainingType.GetMembers().OfType<IMethodSymbol>())
            {
                if (IsReturnedBy(sibling) && sibling.Parameters.Length == 1 && Annotation.IsMdl(sibling.Parameters[0].Type))
                    return MemberNames.Shortest(model, position, method.ContainingType, sibling.Name);
            }
        }

        return MemberNames.Shortest(model, position, MemberNames.MemoryManager, Routine);
    }

    /// <summary>True if <paramref name="symbol"/> is declared to hold or return this quantity.</summary>
    public bool IsReturnedBy(ISymbol symbol) =>
        Annotation.Number(symbol is IMethodSymbol method ? method.GetReturnTypeAttributes() : symbol.GetAttributes(), "MdlValueAttribute") == _kind;
}
