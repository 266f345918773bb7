using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Reads the contract attributes by name, as the analyzers do, so that internal copies of them work too.</summary>
internal static class Annotation
{
    private const string Namespace = "MdlRuntime.Annotations";

    /// <summary>The first constructor argument of the named attribute, an enumerator's number, or null.</summary>
    public static int? Number(IEnumerable<AttributeData> attributes, string name)
    {
        foreach (AttributeData attribute in attributes)
        {
            if (attribute.AttributeClass is { } type
                && type.Name == name
                && type.ContainingNamespace.ToDisplayString() == Namespace
                && attribute.ConstructorArguments.Length > 0
                && attribute.ConstructorArguments[0].Value is int value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>True if <paramref name="type"/> is declared to be an MDL.</summary>
    public static bool IsMdl(ITypeSymbol? type) => type is not null && Number(type.GetAttributes(), "MdlEntityAttribute") == 1;

    /// <summary>True if <paramref name="type"/> is declared to be an IRP.</summary>
    public static bool IsIrp(ITypeSymbol? type) => type is not null && Number(type.GetAttributes(), "MdlEntityAttribute") == 2;

    /// <summary>True if <paramref name="type"/> is declared to be a stack location.</summary>
    public static bool IsStackLocation(ITypeSymbol? type) => type is not null && Number(type.GetAttributes(), "MdlEntityAttribute") == 3;
}
