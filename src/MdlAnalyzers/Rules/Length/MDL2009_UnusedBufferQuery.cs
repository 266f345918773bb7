using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2009: an MDL is asked for a quantity, or mapped, and the answer is never used.</summary>
/// <remarks>
/// Location: the call. A value counts as used when it leaves the arithmetic of local variables: an argument, a comparison, a member, a result.
/// A mapping call whose result is dropped at once forces the mapping; that and every discard are deliberate.
/// </remarks>
internal sealed class UnusedBufferQuery : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2009",
        title: "Result of an MDL query never used",
        messageFormat: "The result of '{0}' is never used: {1}",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "A length, offset or address of an MDL that is fetched and never used marks a check that was forgotten, and a mapping that is never accessed takes system page table entries for nothing. Remove the call, or use what it returns.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2009.md");

    private readonly List<(SyntaxNode Node, bool Maps)> _unused = [];

    public override void OnBody(Body body)
    {
        UsedValues? values = null;
        foreach (IOperation operation in body.Operations)
        {
            if (operation is not IInvocationOperation call || !IsQuery(call, body.Contracts, out bool maps))
                continue;
            if (maps && call.Parent is IExpressionStatementOperation)
                continue;
            values ??= new UsedValues(body);
            if (!values.IsUsed(call))
                _unused.Add((call.Syntax, maps));
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, bool maps) in _unused)
        {
            if (!reporter.IsTold(node))
                reporter.Report(Descriptor, node, cause: null, null, SourceText.Of(node), maps ? "the mapping takes system page table entries for nothing" : "a check of the buffer may be missing");
        }
    }

    private static bool IsQuery(IInvocationOperation call, ContractReader contracts, out bool maps)
    {
        MethodContract contract = contracts.Method(call.TargetMethod);
        maps = contract.Return.Kind == ValueKind.SystemAddress;
        return contract.Return.Kind is ValueKind.ByteOffset or ValueKind.ByteCount or ValueKind.BaseVa or ValueKind.MdlVirtualAddress or ValueKind.SystemAddress or ValueKind.PageFrameNumber
            && call.Arguments.Any(a => contracts.EntityOf(a.Parameter?.Type) == Entity.Mdl);
    }
}
