using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1010: leaves the offset in the page out of a position in the file.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FileOffsetMixupFix))]
[Shared]
public sealed class FileOffsetMixupFix : CodeFixProvider
{
    private const string RuleId = "MDL1010";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new RuleFixAll(RuleId);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
            return;

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId && diagnostic.Properties.TryGetValue("Drop", out string? drop) && drop == "true"))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax { Parent: BinaryExpressionSyntax sum } offset
                || !sum.IsKind(SyntaxKind.AddExpression) || sum.Right != offset
                || sum.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
            {
                continue;
            }

            var edit = new TextChange(TextSpan.FromBounds(sum.Left.Span.End, offset.Span.End), "");
            if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                continue;
            context.RegisterCodeFix(
                CodeAction.Create("Leave out the offset in the page", token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }
}
