using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Contracts;

/// <summary>Finds the uses of a name by its text, which is faster than a walk and leaves nothing behind.</summary>
internal static class NameSearch
{
    /// <summary>The places under <paramref name="scope"/> where an expression or a type has this name.</summary>
    public static IEnumerable<SimpleNameSyntax> Uses(SyntaxNode scope, string name, CancellationToken cancellationToken) => Uses(scope, name, exceptCalls: false, cancellationToken);

    /// <summary>The places where a method of this name may be meant without being called.</summary>
    public static IEnumerable<SimpleNameSyntax> MethodGroups(SyntaxNode scope, string name, CancellationToken cancellationToken) =>
        Uses(scope, name, exceptCalls: true, cancellationToken).Where(static use => Whole(use).Parent is not InvocationExpressionSyntax);

    private static IEnumerable<SimpleNameSyntax> Uses(SyntaxNode scope, string name, bool exceptCalls, CancellationToken cancellationToken)
    {
        string text = scope.SyntaxTree.GetText(cancellationToken).ToString();
        int end = scope.Span.End;
        for (int at = Next(scope.SpanStart); at >= 0; at = Next(at + name.Length))
        {
            // Calls and declarations are most of them; what is called in other layouts is found out below.
            if (exceptCalls && at + name.Length < end && text[at + name.Length] == '(')
                continue;
            if (scope.FindToken(at) is { Parent: SimpleNameSyntax use } token && token.Span.Contains(at) && token.ValueText == name)
                yield return use;
        }

        int Next(int start) => name.Length == 0 || start >= end ? -1 : text.IndexOf(name, start, end - start, StringComparison.Ordinal);
    }

    /// <summary>Whether a word stands anywhere under <paramref name="scope"/>.</summary>
    public static bool Mentions(SyntaxNode scope, string word, CancellationToken cancellationToken) =>
        scope.SyntaxTree.GetText(cancellationToken).ToString().IndexOf(word, scope.SpanStart, scope.Span.Length, StringComparison.Ordinal) >= 0;

    /// <summary>The expression whose last part is <paramref name="name"/>.</summary>
    public static ExpressionSyntax Whole(SimpleNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
}
