using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Contracts;

/// <summary>Where each name is used in a type declaration: a look for one of them is not a walk through the whole type.</summary>
internal sealed class NameIndex
{
    private readonly ConcurrentDictionary<SyntaxNode, ILookup<string, SimpleNameSyntax>> _types = new();

    public IEnumerable<SimpleNameSyntax> Uses(SyntaxNode type, string name) => _types.GetOrAdd(type, Read)[name];

    /// <summary>The expression whose last part is <paramref name="name"/>.</summary>
    public static ExpressionSyntax Whole(SimpleNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;

    private static ILookup<string, SimpleNameSyntax> Read(SyntaxNode type) =>
        type.DescendantNodes().OfType<SimpleNameSyntax>().ToLookup(static name => name.Identifier.ValueText, StringComparer.Ordinal);
}
