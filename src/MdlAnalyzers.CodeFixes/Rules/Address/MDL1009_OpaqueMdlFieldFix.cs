using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1009: reads an opaque member, or the sum of two, through the routine for it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OpaqueMdlFieldFix))]
[Shared]
public sealed class OpaqueMdlFieldFix : AccessorFix
{
    /// <summary>Called by the host.</summary>
    public OpaqueMdlFieldFix() : base("MDL1009")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site) =>
        Wanted(diagnostic) is { } wanted
            && site.Accessor.Read(wanted, site.Model, site.Position, site.CancellationToken) is { } replacement
            ? ($"Use '{wanted.Routine}'", [new TextChange(site.Expression.Span, replacement)])
            : ("", []);

    /// <summary>What a routine returns for every MDL; the system address is not among them because mapping can fail.</summary>
    private static MdlQuantity? Wanted(Diagnostic diagnostic)
    {
        diagnostic.Properties.TryGetValue("Quantity", out string? quantity);
        return quantity switch
        {
            "ByteOffset" => MdlQuantity.ByteOffset,
            "ByteCount" => MdlQuantity.ByteCount,
            "BaseVa" => MdlQuantity.PageBase,
            "MdlVirtualAddress" => MdlQuantity.VirtualAddress,
            _ => null,
        };
    }
}
