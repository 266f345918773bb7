using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Contracts;

/// <summary>The names in the text of one file, as hashes: two names that share one only make a file more interesting than it is.</summary>
internal sealed class FileNames
{
    private static readonly ConditionalWeakTable<SyntaxTree, FileNames> s_known = new();

    private const int Seed = unchecked((int)2166136261);

    // Room for the names of one file at a time.
    [ThreadStatic]
    private static HashSet<int>? t_mentioned;

    private readonly int[] _mentioned;
    private readonly bool _mayMentionAnything;

    private FileNames(string text)
    {
        HashSet<int> mentioned = t_mentioned ??= [];
        int hash = 0, start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ' ';
            if (IsPartOfName(c))
            {
                hash = start < 0 ? Next(Seed, c) : Next(hash, c);
                start = start < 0 ? i : start;
            }
            else
            {
                if (start >= 0)
                    mentioned.Add(hash);
                start = -1;
                _mayMentionAnything |= (c == '\\' && i + 1 < text.Length && text[i + 1] is 'u' or 'U') || (c > 127 && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format);
            }
        }

        _mentioned = [.. mentioned];
        mentioned.Clear();
    }

    /// <summary>The names in a file; found once, also if the file is part of later compilations.</summary>
    public static FileNames Of(SyntaxTree tree, CancellationToken cancellationToken) =>
        s_known.TryGetValue(tree, out FileNames? known) ? known : s_known.GetValue(tree, t => new FileNames(t.GetText(cancellationToken).ToString()));

    public static int Hash(string name)
    {
        int hash = Seed;
        foreach (char c in name)
            hash = Next(hash, c);
        return hash;
    }

    /// <summary>Whether the text has one of these names, be it in code or not. Yes, if it spells names in other ways than by their letters.</summary>
    public bool MentionsAny(HashSet<int> names)
    {
        if (_mayMentionAnything)
            return true;
        foreach (int name in _mentioned)
        {
            if (names.Contains(name))
                return true;
        }

        return false;
    }

    /// <summary>The names by which other files can get at what a file declares without naming anything else of it: types, aliases and extensions.</summary>
    public static IEnumerable<string> Declared(SyntaxNode root)
    {
        foreach (SyntaxNode node in root.DescendantNodes(static n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax))
        {
            string? name = node switch
            {
                BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
                DelegateDeclarationSyntax type => type.Identifier.ValueText,
                UsingDirectiveSyntax { Alias: { } alias } => alias.Name.Identifier.ValueText,
                MethodDeclarationSyntax method when IsExtension(method) => method.Identifier.ValueText,
                PropertyDeclarationSyntax { Parent: TypeDeclarationSyntax { Identifier.ValueText: "" } } property => property.Identifier.ValueText,
                _ => null,
            };
            if (name is { Length: > 0 })
                yield return name;
        }
    }

    // An extension block is a type without a name.
    private static bool IsExtension(MethodDeclarationSyntax method) =>
        method.Parent is TypeDeclarationSyntax { Identifier.ValueText: "" } || (method.ParameterList.Parameters is [var first, ..] && first.Modifiers.Any(SyntaxKind.ThisKeyword));

    private static int Next(int hash, char c) => unchecked((hash ^ c) * 16777619);

    private static bool IsPartOfName(char c) => c < 128 ? c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' : SyntaxFacts.IsIdentifierPartCharacter(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.Format;
}
