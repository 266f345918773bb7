using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Another place for the same code: other kinds of types around it, other statements around the bodies of its methods.</summary>
internal static class Shape
{
    private const string Body = "BODY";

    /// <summary>The declaration of a type, with <c>NAME</c> and <c>MEMBERS</c> to be filled in.</summary>
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        ["class"] = "sealed class NAME { MEMBERS }",
        ["partial class"] = "partial class NAME { } partial class NAME { MEMBERS }",
        ["class with a primary constructor"] = "class NAME(int number) { int Number => number; MEMBERS }",
        ["struct"] = "struct NAME { MEMBERS }",
        ["ref struct"] = "ref struct NAME { MEMBERS }",
        ["record"] = "record NAME { MEMBERS }",
        ["record struct"] = "readonly record struct NAME { MEMBERS }",
        ["interface"] = "interface NAME { MEMBERS }",
        ["nested in a generic class"] = "class Outer<T> where T : new() { internal class NAME { MEMBERS } }",
        ["in a namespace"] = "namespace Some.Where { class NAME { MEMBERS } }",
        ["in a file-scoped namespace"] = "namespace Some.Where; class NAME { MEMBERS }",
        ["under a condition"] = "\n#if !NEVER\nclass NAME { MEMBERS }\n#else\nclass\n#endif\n",
        ["in a region"] = "\n#region driver\nclass NAME { MEMBERS }\n#endregion\n",
        ["with annotations off"] = "\n#nullable disable\nclass NAME { MEMBERS }\n",
    };

    /// <summary>What becomes of the body of a method.</summary>
    private static readonly Dictionary<string, string> s_bodies = new(StringComparer.Ordinal)
    {
        ["in a block"] = "{ { BODY } }",
        ["checked"] = "{ checked { BODY } }",
        ["unchecked"] = "{ unchecked { BODY } }",
        ["unsafe"] = "{ unsafe { BODY } }",
        ["locked"] = "{ lock (typeof(object)) { BODY } }",
        ["in try with finally"] = "{ try { BODY } finally { GC.KeepAlive(null); } }",
        ["in try with catch"] = "{ try { BODY } catch (InvalidOperationException) { throw; } }",
        ["using"] = "{ using (new System.IO.MemoryStream()) { BODY } }",
        ["behind a condition"] = "{ if (Environment.ProcessId == 0) throw new InvalidOperationException(); BODY }",
        ["in an endless loop"] = "{ while (true) { BODY END } }",
        ["in a switch"] = "{ switch (Environment.ProcessId) { default: BODY END } }",
        ["in a labeled statement"] = "{ start: { if (Environment.ProcessId == 0) goto start; } BODY }",
        ["in a local function"] = "{ RETURN Inner(); TYPE Inner() { BODY } }",
        ["in a lambda"] = "{ DELEGATE inner = () => { BODY }; RETURN inner(); }",
        ["in an anonymous method"] = "{ DELEGATE inner = delegate { BODY }; RETURN inner(); }",
    };

    public static IEnumerable<string> Names => s_types.Keys.Concat(s_bodies.Keys);

    public static string Apply(string shape, string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetCompilationUnitRoot();
        return s_types.TryGetValue(shape, out string? declaration) ? Around(root, declaration) : new BodyRewriter(s_bodies[shape]).Visit(root).ToFullString();
    }

    private static string Around(CompilationUnitSyntax root, string declaration)
    {
        string usings = root.Usings.ToFullString();
        return usings + string.Concat(root.Members.OfType<ClassDeclarationSyntax>().Select(type => declaration
            .Replace("NAME", type.Identifier.Text, StringComparison.Ordinal)
            .Replace("MEMBERS", type.Members.ToFullString(), StringComparison.Ordinal)));
    }

    private sealed class BodyRewriter(string shape) : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
        {
            if (node.Body is null)
                return node;
            bool isVoid = node.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };
            string text = shape
                .Replace("END", isVoid ? "return;" : "", StringComparison.Ordinal)
                .Replace("RETURN", isVoid ? "" : "return", StringComparison.Ordinal)
                .Replace("TYPE", node.ReturnType.ToString(), StringComparison.Ordinal)
                .Replace("DELEGATE", isVoid ? "Action" : $"Func<{node.ReturnType}>", StringComparison.Ordinal)
                .Replace(Body, node.Body.Statements.ToFullString(), StringComparison.Ordinal);
            return node.WithBody((BlockSyntax)ParseStatement(text));
        }
    }
}
