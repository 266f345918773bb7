using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1006: allocates the target for one page more, which is enough for every offset in a page.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialTargetTooSmallFix))]
[Shared]
public sealed class PartialTargetTooSmallFix : CodeFixProvider
{
    private const string RuleId = "MDL1006";
    private const int LengthKind = 24;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleId];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new RuleFixAll(RuleId);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        if (await context.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId && diagnostic.Properties.TryGetValue("Page", out string? page) && page == "true"))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax allocation
                || allocation.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || LengthOf(allocation, model, cancellationToken) is not { } length
                || MemberNames.Shortest(model, allocation.SpanStart, "MdlRuntime.WdkMacros", "PAGE_SIZE") is not { } page)
            {
                continue;
            }

            var edit = new TextChange(length.Span, IsOperand(length) ? $"{length} + {page}" : $"({length}) + {page}");
            if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                continue;
            context.RegisterCodeFix(
                CodeAction.Create("Make room for one page more", token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }

    private static ExpressionSyntax? LengthOf(InvocationExpressionSyntax allocation, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(allocation, cancellationToken).Symbol is not IMethodSymbol method
            || method.Parameters.FirstOrDefault(static p => Annotation.Number(p.GetAttributes(), "MdlValueAttribute") == LengthKind) is not { } parameter)
        {
            return null;
        }

        SeparatedSyntaxList<ArgumentSyntax> arguments = allocation.ArgumentList.Arguments;
        ArgumentSyntax? named = arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == parameter.Name);
        return (named ?? (parameter.Ordinal < arguments.Count && arguments[parameter.Ordinal].NameColon is null ? arguments[parameter.Ordinal] : null))?.Expression;
    }

    private static bool IsOperand(ExpressionSyntax expression) =>
        expression is LiteralExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or CastExpressionSyntax
            or ParenthesizedExpressionSyntax or ElementAccessExpressionSyntax
            or BinaryExpressionSyntax { RawKind: (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.AddExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.SubtractExpression or (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.MultiplyExpression };
}
