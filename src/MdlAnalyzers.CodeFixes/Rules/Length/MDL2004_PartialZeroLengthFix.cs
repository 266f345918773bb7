using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2004: leaves the routine with success before a piece of no bytes is built.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialZeroLengthFix))]
[Shared]
public sealed class PartialZeroLengthFix : CodeFixProvider
{
    private const string RuleId = "MDL2004";
    private const int AllocatesMdlEffect = 10;

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

        foreach (Diagnostic diagnostic in context.Diagnostics.Where(static diagnostic => diagnostic.Id == RuleId))
        {
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax length
                || length.FirstAncestorOrSelf<StatementSyntax>() is not ExpressionStatementSyntax statement
                || EarlyExit.Routine(length, out BlockSyntax? body) is not { } function || body is null
                || EarlyExit.IsInLoopOrLock(statement, body) || Allocates(body, statement, model, cancellationToken)
                || Number(length) is not { } number
                || EarlyExit.Statements(function, length, statement, "STATUS_SUCCESS", statement.SpanStart, model, cancellationToken) is not { } statements)
            {
                continue;
            }

            SourceText text = await context.Document.GetTextAsync(cancellationToken).ConfigureAwait(false);
            TextChange guard = EarlyReturn.Insert(text, statement, body, $"{number} == 0", statements);
            if (!await CompileCheck.PassesAsync(context.Document, body, guard, cancellationToken).ConfigureAwait(false))
                continue;
            context.RegisterCodeFix(
                CodeAction.Create("Leave out a piece of no bytes", token => Edit.ApplyAsync(context.Document, guard, token), equivalenceKey: RuleId),
                diagnostic);
        }
    }

    // What the routine has allocated before would be lost.
    private static bool Allocates(BlockSyntax body, StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) =>
        body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call =>
            call.SpanStart < statement.SpanStart
            && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method
            && Annotation.Number(method.GetReturnTypeAttributes(), "MdlEffectAttribute") == AllocatesMdlEffect);

    /// <summary>The length as the operand of a comparison, if computing it twice changes nothing.</summary>
    private static string? Number(ExpressionSyntax length)
    {
        ExpressionSyntax number = StableLocals.WithoutCasts(length);
        if (SimplePath.IsRepeatable(number))
            return number.ToString();
        bool isPure = number.DescendantNodesAndSelf().OfType<ExpressionSyntax>().All(static n =>
            n is IdentifierNameSyntax or LiteralExpressionSyntax or ParenthesizedExpressionSyntax or CastExpressionSyntax or PredefinedTypeSyntax or MemberAccessExpressionSyntax
                or BinaryExpressionSyntax or InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Math" } } });
        return !isPure ? null : number is BinaryExpressionSyntax binary && !binary.IsKind(SyntaxKind.AddExpression) && !binary.IsKind(SyntaxKind.SubtractExpression) && !binary.IsKind(SyntaxKind.DivideExpression) && !binary.IsKind(SyntaxKind.ModuloExpression)
            ? $"({number})"
            : number.ToString();
    }
}
