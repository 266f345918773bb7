using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1002: takes the byte offset into account where pages are counted, a first frame becomes an address, or a first piece is measured.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PageMathIgnoresOffsetFix))]
[Shared]
public sealed class PageMathIgnoresOffsetFix : CodeFixProvider
{
    private const string RuleId = "MDL1002";
    private static readonly RuleFixAll s_fixAll = new(RuleId);
    private const string Macros = "MdlRuntime.WdkMacros";
    private const string SpanPages = "ADDRESS_AND_SIZE_TO_SPAN_PAGES";

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
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax math
                || math.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member
                || MdlAccessor.Cause(diagnostic, root, model, cancellationToken) is not { } accessor)
            {
                continue;
            }

            var site = new Site(math, accessor, model, member, cancellationToken);
            diagnostic.Properties.TryGetValue("Kind", out string? kind);
            (string title, IEnumerable<string> spellings) = kind switch
            {
                "PageCount" => ($"Count pages with '{SpanPages}'", CountPages(site)),
                "PfnShift" => ("Add the byte offset", AddOffset(site)),
                "PageCrossing" => ($"Count pages with '{SpanPages}'", ComparePages(site)),
                "FirstChunk" => ("Subtract the byte offset", ShortenFirstPiece(site)),
                "ZeroOffset" => ("Use the byte offset", site.Read(MdlQuantity.ByteOffset) is { } offset ? [offset] : []),
                "EndAddress" => ("Start at the virtual address", StartAtTheBuffer(site)),
                _ => ("", []),
            };
            foreach (string spelling in spellings)
            {
                var edit = new TextChange(math.Span, spelling);
                if (!await CompileCheck.PassesAsync(context.Document, member, edit, cancellationToken).ConfigureAwait(false))
                    continue;

                context.RegisterCodeFix(
                    CodeAction.Create(title, token => Edit.ApplyAsync(context.Document, edit, token), equivalenceKey: RuleId),
                    diagnostic);
                break;
            }
        }
    }

    private static IEnumerable<string> CountPages(Site site)
    {
        if (IsPartOfCount(site) || SpannedPages(site) is not { } count)
            yield break;

        yield return count;

        if (site.Model.GetTypeInfo(site.Math, site.CancellationToken).ConvertedType is { TypeKind: not TypeKind.Error } target)
            yield return $"({target.ToMinimalDisplayString(site.Model, site.Position)}){count}";
    }

    private static string? SpannedPages(Site site)
    {
        string? macro = MemberNames.Shortest(site.Model, site.Position, Macros, SpanPages);
        string? start = site.Read(MdlQuantity.VirtualAddress);
        string? length = LengthIn(site.Math, site, depth: 0);
        return macro is null || start is null || length is null ? null : $"{macro}({start}, {length})";
    }

    /// <summary>Whether the expression alone is not the number of pages: the index of the last page, or whole pages to which a rest is added.</summary>
    private static bool IsPartOfCount(Site site)
    {
        bool subtracts = site.Math is BinaryExpressionSyntax { Left: var dividend }
            && !RoundsUp(dividend)
            && dividend.DescendantNodesAndSelf().Any(static node => node.IsKind(SyntaxKind.SubtractExpression));
        SyntaxNode? parent = site.Math.Parent;
        while (parent is ParenthesizedExpressionSyntax or CastExpressionSyntax)
            parent = parent.Parent;

        return subtracts || (parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } && site.Math is BinaryExpressionSyntax { Left: var whole } && !RoundsUp(whole));
    }

    /// <summary>Whether something is added before the division, as in <c>length + PAGE_SIZE - 1</c>.</summary>
    private static bool RoundsUp(ExpressionSyntax dividend) =>
        dividend.DescendantNodesAndSelf().Any(static node => node.IsKind(SyntaxKind.AddExpression));

    /// <summary>"More than one page of bytes" becomes "more than one page".</summary>
    private static IEnumerable<string> ComparePages(Site site)
    {
        if (site.Math is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.GreaterThanExpression or (int)SyntaxKind.LessThanOrEqualExpression } comparison
            || site.Model.GetConstantValue(comparison.Right, site.CancellationToken) is not { HasValue: true, Value: 4096 or 4096u or 4096L or 4096ul }
            || SpannedPages(site) is not { } count)
        {
            yield break;
        }

        yield return $"{count} {comparison.OperatorToken.ValueText} 1";
    }

    private static IEnumerable<string> StartAtTheBuffer(Site site)
    {
        if (site.Math is BinaryExpressionSyntax sum && sum.Span.Contains(site.Accessor.Node.Span) && site.Read(MdlQuantity.VirtualAddress) is { } start)
            yield return sum.ReplaceNode(site.Accessor.Node, SyntaxFactory.ParseExpression(start).WithTriviaFrom(site.Accessor.Node)).ToString();
    }

    private static IEnumerable<string> AddOffset(Site site)
    {
        bool isFirstFrame = site.Math.DescendantNodesAndSelf()
            .OfType<ElementAccessExpressionSyntax>()
            .Any(access => access.ArgumentList.Arguments.Count == 1
                && site.Model.GetConstantValue(access.ArgumentList.Arguments[0].Expression, site.CancellationToken) is { HasValue: true, Value: 0 or 0u or 0L or 0ul });
        if (!isFirstFrame || site.Read(MdlQuantity.ByteOffset) is not { } offset)
            yield break;

        string address = site.Math is BinaryExpressionSyntax shift && shift.IsKind(SyntaxKind.LeftShiftExpression) ? $"({site.Math})" : site.Math.ToString();
        yield return site.Math.Parent is BinaryExpressionSyntax or CastExpressionSyntax ? $"({address} + {offset})" : $"{address} + {offset}";
    }

    private static IEnumerable<string> ShortenFirstPiece(Site site)
    {
        if (site.Math is not InvocationExpressionSyntax { ArgumentList.Arguments.Count: 2 } minimum || site.Read(MdlQuantity.ByteOffset) is not { } offset)
            yield break;

        foreach (ArgumentSyntax argument in minimum.ArgumentList.Arguments)
        {
            if (site.Model.GetConstantValue(argument.Expression, site.CancellationToken) is { HasValue: true })
                yield return minimum.ReplaceNode(argument.Expression, SyntaxFactory.ParseExpression($"{argument.Expression} - {offset}")).ToString();
        }
    }

    /// <summary>How the length behind the page arithmetic is written at the site: a local that holds it, or the accessor itself.</summary>
    private static string? LengthIn(ExpressionSyntax expression, Site site, int depth)
    {
        const int maximumDepth = 4;
        foreach (ExpressionSyntax part in expression.DescendantNodesAndSelf().OfType<ExpressionSyntax>())
        {
            if (part == site.Accessor.Node)
                return site.Read(MdlQuantity.ByteCount);

            if (depth == maximumDepth || StableLocals.InitializerOf(part, site.Model, site.CancellationToken) is not { } value)
                continue;

            if (value == site.Accessor.Node && SimplePath.BindsAt(site.Model, part, site.Position, site.CancellationToken))
                return part.ToString();

            if (LengthIn(value, site, depth + 1) is { } length)
                return length;
        }

        return null;
    }

    /// <summary>The page arithmetic in question and the accessor that its length or frames came from.</summary>
    private sealed class Site(ExpressionSyntax math, MdlAccessor accessor, SemanticModel model, SyntaxNode member, CancellationToken cancellationToken)
    {
        public ExpressionSyntax Math => math;

        public MdlAccessor Accessor => accessor;

        public SemanticModel Model => model;

        public int Position => math.SpanStart;

        public CancellationToken CancellationToken => cancellationToken;

        /// <summary>A local that holds the quantity, or a new call of the routine for it.</summary>
        public string? Read(MdlQuantity quantity) =>
            StableLocals.Find(member, Position, model, (name, value) => IsRead(value, quantity) && IsNamedFor(name, quantity), cancellationToken)
            ?? accessor.Read(quantity, model, Position, cancellationToken);

        private bool IsRead(ExpressionSyntax value, MdlQuantity quantity) =>
            MdlAccessor.From(value, model, cancellationToken) is { } other
            && quantity.IsReturnedBy(other.Symbol)
            && SimplePath.AreSame(other.Mdl, accessor.Mdl);

        /// <summary>Leaves out a local that is called an address but was given the offset: its initializer is about to change.</summary>
        private static bool IsNamedFor(string name, MdlQuantity quantity) =>
            quantity != MdlQuantity.ByteOffset || name.IndexOf("off", StringComparison.OrdinalIgnoreCase) >= 0;
    }
}
