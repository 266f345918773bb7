using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1003: counts from the virtual address of the buffer instead of from its page.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PageBaseUsedAsBufferStartFix))]
[Shared]
public sealed class PageBaseUsedAsBufferStartFix : AccessorFix
{
    /// <summary>Called by the host.</summary>
    public PageBaseUsedAsBufferStartFix() : base("MDL1003")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site) => CountFromTheBuffer(site);

    /// <summary>Replaces the page that an address counts from, where it is written or the variable that holds it.</summary>
    internal static (string Title, IEnumerable<TextChange> Edits) CountFromTheBuffer(FixSite site)
    {
        ExpressionSyntax? pageBase = site.Expression.DescendantNodesAndSelf()
            .OfType<ExpressionSyntax>()
            .FirstOrDefault(part => IsAccessor(part, site) || (StableLocals.InitializerOf(part, site.Model, site.CancellationToken) is { } value && IsAccessor(value, site)));
        return pageBase is not null && MdlQuantity.PageBase.IsReturnedBy(site.Accessor.Symbol) && site.Read(MdlQuantity.VirtualAddress) is { } start
            ? ($"Use '{MdlQuantity.VirtualAddress.Routine}'", [new TextChange(pageBase.Span, start)])
            : ("", []);
    }

    private static bool IsAccessor(ExpressionSyntax part, FixSite site) => part == site.Accessor.Node;
}
