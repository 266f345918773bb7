using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL1004: maps the MDL, fails the request when that is impossible, and uses the system address.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MdlVaDereferencedFix))]
[Shared]
public sealed class MdlVaDereferencedFix : AccessorFix
{
    private const int MdlVirtualAddressKind = 4;
    private const int BufferAddressKind = 8;
    private const string LocalName = "systemAddress";

    /// <summary>Called by the host.</summary>
    public MdlVaDereferencedFix() : base("MDL1004")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(Diagnostic diagnostic, FixSite site) =>
        MdlQuantity.VirtualAddress.IsReturnedBy(site.Accessor.Symbol) && site.Accessor.Node is ExpressionSyntax read
            && Mapping(site) is { } mapping && Change(site, read, mapping) is { } edit
            ? ("Map the MDL and use its system address", [edit])
            : ("", []);

    private static string? Mapping(FixSite site)
    {
        string? routine = MemberNames.Shortest(site.Model, site.Position, MemberNames.MemoryManager, "MmGetSystemAddressForMdlSafe");
        return routine is null || MappingTest.Priority(site.Model, site.Position) is not { } priority ? null : $"{routine}({site.Accessor.Mdl}, {priority})";
    }

    private static TextChange? Change(FixSite site, ExpressionSyntax read, string mapping)
    {
        SourceText text = site.Model.SyntaxTree.GetText(site.CancellationToken);
        if (MappingTest.Result(read) is var (statement, name))
        {
            return !IsUsedAsIndex(statement, name, site)
                && MappingTest.Guarding(text, read, statement, name, site.Model, site.CancellationToken) is { Guard: { Span.Length: 0 } test }
                ? Edit.Merge(text, new TextChange(read.Span, mapping), test)
                : null;
        }

        if (!site.Expression.Span.Contains(read.Span) || read.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: BlockSyntax } use
            || read.Ancestors().TakeWhile(node => node != use).Any(static node => node is AnonymousFunctionExpressionSyntax or ConditionalExpressionSyntax or SwitchExpressionSyntax)
            || site.Member.DescendantTokens().Any(static token => token.ValueText == LocalName)
            || MappingTest.InFrontOf(use, text, read, use, $"{LocalName} == 0", site.Model, site.CancellationToken) is not { Guard: { Span.Length: 0, NewText: { } guard } })
        {
            return null;
        }

        string newLine = Edit.NewLine(guard);
        string declaration = $"nuint {LocalName} = {mapping};{newLine}{EarlyReturn.Indentation(text, use.SpanStart)}";
        return Edit.Merge(text, new TextChange(new TextSpan(use.SpanStart, 0), declaration + guard), new TextChange(read.Span, LocalName));
    }

    /// <summary>Whether the local is also what it was made for: a position in the MDL.</summary>
    private static bool IsUsedAsIndex(StatementSyntax statement, string name, FixSite site) =>
        site.Member.DescendantNodes().OfType<IdentifierNameSyntax>().Any(reference =>
            reference.Identifier.ValueText == name && !statement.Span.Contains(reference.Span)
            && reference.Ancestors().TakeWhile(static node => node is not StatementSyntax).Any(outer => NeedsIndex(outer, reference, site)));

    private static bool NeedsIndex(SyntaxNode outer, IdentifierNameSyntax reference, FixSite site) => outer switch
    {
        ArgumentSyntax argument => site.Model.GetOperation(argument, site.CancellationToken) is Microsoft.CodeAnalysis.Operations.IArgumentOperation { Parameter: { } parameter }
            && Annotation.Number(parameter.GetAttributes(), "MdlValueAttribute") is MdlVirtualAddressKind or BufferAddressKind,
        BinaryExpressionSyntax binary => binary.IsKind(SyntaxKind.SubtractExpression),
        AssignmentExpressionSyntax assignment => assignment.Right.Span.Contains(reference.Span) && site.Model.GetSymbolInfo(assignment.Left, site.CancellationToken).Symbol is not ILocalSymbol,
        _ => false,
    };
}
