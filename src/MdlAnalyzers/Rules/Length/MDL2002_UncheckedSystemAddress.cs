using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2002: memory is accessed through the address that a mapping routine returned, on a path that has not tested it.</summary>
/// <remarks>
/// Location: the address, at the first access on the path. Additional location: the call that mapped the MDL.
/// An MDL that a field keeps may have been mapped before, and then the call cannot fail; those are left out.
/// </remarks>
internal sealed class UncheckedSystemAddress : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2002",
        title: "System address used without a check",
        messageFormat: "'{0}' may be null here: mapping '{1}' fails when system address space runs short, and the result is not tested on this path",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A mapping routine returns null when system page table entries run short. Test the address for null before memory is accessed through it, and fail the request with insufficient resources.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2002.md");

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind != UseKind.Dereference || MappingResult.Of(use.Value) is not { IsOfKeptMdl: false } result || use.State.SlotOf(result.Mdl, SlotKind.Consulted) != 0
            || use.State.SlotOf(result.Mdl, SlotKind.Mapping) is not (MappingState.Unchecked or MappingState.Missing)
            || NullPlusOffset.Explains(result, use.State))
        {
            return;
        }

        SyntaxNode node = use.Node;
        if (use.Frame.IsInlined)
        {
            // A callee that maps and accesses is analyzed on its own.
            if (!reporter.Owns(result.Mapping))
                return;
            node = use.Frame.Visible(node);
        }

        reporter.Report(Descriptor, node, result.Mapping, null, SourceText.Of(node), SourceText.Of(result.Mdl));
    }
}
