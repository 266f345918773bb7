using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1010: leaves the offset in the page out of a position in the file.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FileOffsetMixupFix))]
[Shared]
public sealed class FileOffsetMixupFix : ExpressionFix
{
    /// <summary>Called by the host.</summary>
    public FileOffsetMixupFix() : base("MDL1010")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        diagnostic.Properties.GetValueOrDefault("Drop") == "true"
            && expression.Parent is BinaryExpressionSyntax sum && sum.IsKind(SyntaxKind.AddExpression) && sum.Right == expression
            ? ("Leave out the offset in the page", [new TextChange(TextSpan.FromBounds(sum.Left.Span.End, expression.Span.End), "")])
            : ("", []);
}
