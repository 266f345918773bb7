using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1002: takes the byte offset into account where pages are counted, a first frame becomes an address, or a first piece is measured.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PageMathIgnoresOffsetFix))]
[Shared]
public sealed class PageMathIgnoresOffsetFix : AccessorFix
{
    private const string SpanPages = "ADDRESS_AND_SIZE_TO_SPAN_PAGES";

    /// <summary>Called by the host.</summary>
    public PageMathIgnoresOffsetFix() : base("MDL1002")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site)
    {
        diagnostic.Properties.TryGetValue("Kind", out string? kind);
        if (kind == "PageBase")
            return PageBaseUsedAsBufferStartFix.CountFromTheBuffer(site);

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
        return (title, spellings.Select(spelling => new TextChange(site.Expression.Span, spelling)));
    }

    private static IEnumerable<string> CountPages(FixSite site)
    {
        if (IsPartOfCount(site) || SpannedPages(site) is not { } count)
            yield break;

        yield return count;

        if (site.Model.GetTypeInfo(site.Expression, site.CancellationToken).ConvertedType is { TypeKind: not TypeKind.Error } target)
            yield return $"({target.ToMinimalDisplayString(site.Model, site.Position)}){count}";
    }

    private static string? SpannedPages(FixSite site)
    {
        string? macro = MemberNames.Shortest(site.Model, site.Position, MemberNames.Macros, SpanPages);
        string? start = site.Read(MdlQuantity.VirtualAddress);
        string? length = LengthIn(site.Expression, site, depth: 0);
        return macro is null || start is null || length is null ? null : $"{macro}({start}, {length})";
    }

    /// <summary>Whether the expression alone is not the number of pages: the index of the last page, or whole pages to which a rest is added.</summary>
    private static bool IsPartOfCount(FixSite site)
    {
        bool subtracts = site.Expression is BinaryExpressionSyntax { Left: var dividend }
            && !RoundsUp(dividend)
            && dividend.DescendantNodesAndSelf().Any(static node => node.IsKind(SyntaxKind.SubtractExpression));
        SyntaxNode? parent = site.Expression.Parent;
        while (parent is ParenthesizedExpressionSyntax or CastExpressionSyntax)
            parent = parent.Parent;

        return subtracts || (parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } && site.Expression is BinaryExpressionSyntax { Left: var whole } && !RoundsUp(whole));
    }

    /// <summary>Whether something is added before the division, as in <c>length + PAGE_SIZE - 1</c>.</summary>
    private static bool RoundsUp(ExpressionSyntax dividend) =>
        dividend.DescendantNodesAndSelf().Any(static node => node.IsKind(SyntaxKind.AddExpression));

    /// <summary>"More than one page of bytes" becomes "more than one page".</summary>
    private static IEnumerable<string> ComparePages(FixSite site)
    {
        if (site.Expression is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.GreaterThanExpression or (int)SyntaxKind.LessThanOrEqualExpression } comparison
            || site.Model.GetConstantValue(comparison.Right, site.CancellationToken) is not { HasValue: true, Value: 4096 or 4096u or 4096L or 4096ul }
            || SpannedPages(site) is not { } count)
        {
            yield break;
        }

        yield return $"{count} {comparison.OperatorToken.ValueText} 1";
    }

    private static IEnumerable<string> StartAtTheBuffer(FixSite site)
    {
        if (site.Expression is BinaryExpressionSyntax sum && sum.Span.Contains(site.Accessor.Node.Span) && site.Read(MdlQuantity.VirtualAddress) is { } start)
            yield return sum.ReplaceNode(site.Accessor.Node, SyntaxFactory.ParseExpression(start).WithTriviaFrom(site.Accessor.Node)).ToString();
    }

    private static IEnumerable<string> AddOffset(FixSite site)
    {
        bool isFirstFrame = site.Expression.DescendantNodesAndSelf()
            .OfType<ElementAccessExpressionSyntax>()
            .Any(access => access.ArgumentList.Arguments.Count == 1
                && site.Model.GetConstantValue(access.ArgumentList.Arguments[0].Expression, site.CancellationToken) is { HasValue: true, Value: 0 or 0u or 0L or 0ul });
        if (!isFirstFrame || site.Read(MdlQuantity.ByteOffset) is not { } offset)
            yield break;

        string address = site.Expression is BinaryExpressionSyntax shift && shift.IsKind(SyntaxKind.LeftShiftExpression) ? $"({site.Expression})" : site.Expression.ToString();
        yield return site.Expression.Parent is BinaryExpressionSyntax or CastExpressionSyntax ? $"({address} + {offset})" : $"{address} + {offset}";
    }

    private static IEnumerable<string> ShortenFirstPiece(FixSite site)
    {
        if (site.Expression is not InvocationExpressionSyntax { ArgumentList.Arguments.Count: 2 } minimum || site.Read(MdlQuantity.ByteOffset) is not { } offset)
            yield break;

        foreach (ArgumentSyntax argument in minimum.ArgumentList.Arguments)
        {
            if (site.Model.GetConstantValue(argument.Expression, site.CancellationToken) is { HasValue: true })
                yield return minimum.ReplaceNode(argument.Expression, SyntaxFactory.ParseExpression($"{argument.Expression} - {offset}")).ToString();
        }
    }

    /// <summary>How the length behind the page arithmetic is written at the site: a local that holds it, or the accessor itself.</summary>
    private static string? LengthIn(ExpressionSyntax expression, FixSite site, int depth)
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
}
