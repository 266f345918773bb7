using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1004: memory is accessed through the virtual address of an MDL, or through the user's own pointer, instead of a mapping.</summary>
/// <remarks>
/// Location: the address, at the first access through it. Additional location: the accessor that yielded it.
/// Silent where the rules about wrong quantities tell about the same accessor.
/// </remarks>
internal sealed class MdlVaDereferenced : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1004",
        title: "Memory accessed through the virtual address of an MDL",
        messageFormat: "'{0}' is {1}, which is valid in the process of the requestor only, if at all; map '{2}' and use the system address",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The virtual address of an MDL is an index into the MDL for DMA and partial MDLs. The memory behind it belongs to the process that made the request, and another process may be current, or the pages may be visible nowhere. Access the buffer through MmGetSystemAddressForMdlSafe.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1004.md");

    private readonly List<(SyntaxNode Node, Term Address)> _accesses = [];
    private readonly HashSet<Term> _probed = [];
    private ContractReader? _contracts;
    private bool _hasAttached;

    public override void OnBody(Body body) => _contracts = body.Contracts;

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        _hasAttached |= call.WithEffect(Effect.AttachesProcess) is not null;
        if (call.WithEffect(Effect.Probes)?.Value is Linear probed && ForeignAddress.In(probed) is { } address)
            _probed.Add(address);
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind != UseKind.Dereference || use.Value is not Linear number || ForeignAddress.In(number) is not { } address || !TouchesMemory(use)
            || ForeignAddress.IsOwnMemory(address, use.State) || _hasAttached || (RequestorContext.IsPossible(use.Frame) && IsPrepared(use, address)))
        {
            return;
        }

        // A callee that reads the address itself is analyzed on its own.
        if (!Origin.IsInBody(address, address.Node, use.Frame, use.State, reporter))
            return;
        SyntaxNode node = use.Frame.Visible(use.Node);
        if (reporter.Owns(node))
            _accesses.Add((node, address));
    }

    public override void OnEnd(FlowReporter reporter)
    {
        var told = new HashSet<SyntaxNode>();
        foreach ((SyntaxNode node, Term address) in _accesses.OrderBy(static access => access.Node.SpanStart))
        {
            SyntaxNode origin = address.Node ?? node;
            if (reporter.IsExplained(origin) || reporter.IsTold(origin) || !told.Add(origin))
                continue;
            bool isOfMdl = address.Kind == TermKind.Base;
            reporter.Report(
                Descriptor, node, address.Node, null,
                SourceText.Of(node), isOfMdl ? "the virtual address of an MDL" : "the address that the requestor gave", isOfMdl ? SourceText.Of(address.Owner!) : "the MDL of the request");
        }
    }

    // A routine that describes a buffer, or looks up where it lies, does not touch it.
    private bool TouchesMemory(in ValueUse use)
    {
        SyntaxNode node = use.Node;
        return use.Call is not { } call
            || (call.Arguments.FirstOrDefault(argument => argument.Node == node)?.Contract.Kind != ValueKind.BufferAddress
                && _contracts?.Method(call.Method).Return.Kind != ValueKind.PhysicalAddress);
    }

    private bool IsPrepared(in ValueUse use, Term address) =>
        _probed.Contains(address) || RequestorContext.IsGuarded(use) || ForeignAddress.IsOfKernelRequest(address, use.State);
}
