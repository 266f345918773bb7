using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2007: tests the system address first and adds the displacement afterwards.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NullPlusOffsetFix))]
[Shared]
public sealed class NullPlusOffsetFix : CodeFixProvider
{
    private const string RuleId = "MDL2007";
    private static readonly RuleFixAll s_fixAll = new(RuleId);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => s_fixAll;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax use
                || use.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || await FindAsync(context.Document, diagnostic, use, root, model, cancellationToken).ConfigureAwait(false) is not { } edit
                || !await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create("Test the address before the displacement is added", token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }

    private static async Task<TextChange?> FindAsync(Document document, Diagnostic diagnostic, ExpressionSyntax use, SyntaxNode root, SemanticModel model, CancellationToken cancellationToken)
    {
        SourceText text = await document.GetTextAsync(cancellationToken).ConfigureAwait(false);
        ExpressionSyntax value = StableLocals.WithoutCasts(use);
        if (value is BinaryExpressionSyntax sum && Address(sum, model, cancellationToken) is { } address)
            return new TextChange(sum.Span, address.ToString());
        if (value is not IdentifierNameSyntax name || Mapping(diagnostic, root) is not { } mapping)
            return null;

        if (DisplacedMapping.AtMapping(mapping, model) is { } displaced && displaced.Name == name.Identifier.Text)
        {
            return displaced.BehindTest(text, use)
                ?? (MappingTest.Guarding(text, mapping, displaced.Statement, displaced.Name, model, cancellationToken) is { } guard ? displaced.BehindGuard(text, guard.Guard) : null);
        }

        return use.FirstAncestorOrSelf<IfStatementSyntax>() is { } test && MappingTest.Preceding(test) is { } before
            && DisplacedMapping.AtAddition(before) is { } addition && addition.Name == name.Identifier.Text
            ? addition.BehindTest(text, use)
            : null;
    }

    // The operand of a tested sum that is the address itself.
    private static ExpressionSyntax? Address(BinaryExpressionSyntax sum, SemanticModel model, CancellationToken cancellationToken) =>
        sum.Parent is BinaryExpressionSyntax or IsPatternExpressionSyntax or CastExpressionSyntax or ParenthesizedExpressionSyntax
        && (sum.IsKind(SyntaxKind.AddExpression) || sum.IsKind(SyntaxKind.SubtractExpression))
            ? new[] { sum.Left, sum.Right }.FirstOrDefault(operand =>
                StableLocals.InitializerOf(StableLocals.WithoutCasts(operand), model, cancellationToken) is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && MappingTest.IsMapping(method))
            : null;

    private static ExpressionSyntax? Mapping(Diagnostic diagnostic, SyntaxNode root) =>
        diagnostic.AdditionalLocations.FirstOrDefault() is { } location && location.SourceTree == root.SyntaxTree
            ? root.FindNode(location.SourceSpan, getInnermostNodeForTie: true) as ExpressionSyntax
            : null;
}
