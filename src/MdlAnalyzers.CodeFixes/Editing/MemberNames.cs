using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Spells static members so that they bind at a given place, with or without static usings.</summary>
internal static class MemberNames
{
    public const string MemoryManager = "MdlRuntime.MemoryManager";
    public const string IoManager = "MdlRuntime.IoManager";
    public const string PagePriority = "MdlRuntime.MmPagePriority";
    public const string Macros = "MdlRuntime.WdkMacros";

    /// <summary>The shortest spelling of <paramref name="type"/>.<paramref name="member"/> that binds at <paramref name="position"/>, or null.</summary>
    public static string? Shortest(SemanticModel model, int position, INamedTypeSymbol? type, string member)
    {
        if (type is null)
            return null;

        string[] prefixes =
        [
            "",
            type.Name + ".",
            type.ToDisplayString() + ".",
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + ".",
        ];
        foreach (string prefix in prefixes)
        {
            if (Binds(model, position, prefix + member, type))
                return prefix + member;
        }

        return null;
    }

    /// <summary>The shortest spelling of a member of a type that is known by its metadata name, or null.</summary>
    public static string? Shortest(SemanticModel model, int position, string typeName, string member) =>
        Shortest(model, position, model.Compilation.GetTypeByMetadataName(typeName), member);

    private static bool Binds(SemanticModel model, int position, string name, INamedTypeSymbol type)
    {
        SymbolInfo info = model.GetSpeculativeSymbolInfo(position, SyntaxFactory.ParseExpression(name), SpeculativeBindingOption.BindAsExpression);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        return symbol is { IsStatic: true } && SymbolEqualityComparer.Default.Equals(symbol.ContainingType, type);
    }
}
