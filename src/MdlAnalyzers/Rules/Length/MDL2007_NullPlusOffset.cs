using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2007: a displacement was added to the result of a mapping routine before the null test, which therefore cannot see a failure.</summary>
/// <remarks>
/// Location: the tested value, or the first access if nothing is left that could be tested. Additional location: the call that mapped the MDL.
/// </remarks>
internal sealed class NullPlusOffset : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2007",
        title: "Displacement added to a system address before its null test",
        messageFormat: "'{0}' is the system address of '{1}' plus a displacement: when the mapping fails it is a small invalid address instead of null, so no test finds the failure",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A mapping routine returns null when system page table entries run short. Null plus a displacement is not null, so a test after the addition never sees the failure. Keep the address, test it for null, and add the displacement afterwards.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2007.md");

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (MappingResult.Of(use.Value) is not { } result || use.State.SlotOf(result.Mdl, SlotKind.Mapping) != MappingState.Unchecked || use.State.SlotOf(result.Mdl, SlotKind.Consulted) != 0)
            return;
        bool isHidden = use.Kind switch
        {
            UseKind.Comparison => IsNull(use.Other) && result.IsDisplaced(use.State),
            UseKind.Dereference => !result.IsOfKeptMdl && Explains(result, use.State),
            _ => false,
        };
        if (!isHidden)
            return;

        SyntaxNode node = use.Node;
        if (use.Frame.IsInlined)
        {
            // A callee that maps and tests is analyzed on its own.
            if (!reporter.Owns(result.Mapping))
                return;
            node = use.Frame.Visible(node);
        }

        reporter.Report(Descriptor, node, result.Mapping, null, SourceText.Of(node), SourceText.Of(result.Mdl));
    }

    /// <summary>Whether an access goes through an address that was never tested because only its displaced value was kept.</summary>
    public static bool Explains(in MappingResult result, FlowState state) =>
        state.SlotOf(result.Mdl, SlotKind.Mapping) == MappingState.Unchecked && result.IsOnlyDisplaced(state);

    // "p > 0" and "p >= 1" are null tests as "p != 0" is.
    private static bool IsNull(Value? other) => other is NullValue or Linear { IsConstant: true, Constant: 0 or 1 };
}
