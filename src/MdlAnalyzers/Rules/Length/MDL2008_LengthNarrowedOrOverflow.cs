using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2008: a byte count loses its upper bits, or a sum that can wrap around is compared with it.</summary>
/// <remarks>
/// Location: the cast, or the operand of the comparison that wraps. Additional location: where the byte count came from, or where the sum was made.
/// A number that is taken apart into its bytes, or compared with its own low part, is meant so.
/// </remarks>
internal sealed class LengthNarrowedOrOverflow : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2008",
        title: "Length narrowed or wrapped before it is tested",
        messageFormat: "'{0}' {1}",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A byte count that is narrowed to 16 or 8 bits becomes zero at 64 KB, and a sum or product of lengths in 32 bits wraps around, so that the test behind it lets an overrun pass. Keep the full width, and compare with a difference: 'a > n || b > n - a' instead of 'a + b > n'.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2008.md");

    private readonly List<(SyntaxNode Node, Term Length, string Type)> _narrowed = [];
    private readonly HashSet<Term> _takenApart = [];
    private readonly HashSet<Term> _compared = [];
    private readonly Dictionary<Linear, SyntaxNode?> _sums = [];

    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        foreach (Summand summand in computation.Result.Summands)
        {
            if (summand.Term is { Kind: TermKind.Divide, Right: { IsConstant: true, Constant: 0x100 or 0x10000 or 0x1000000 }, Left: { } whole })
                _takenApart.UnionWith(whole.Summands.Select(static s => s.Term));
        }

        if (WrappingSum.IsStep(computation) && !computation.Result.IsConstant)
            _sums[computation.Result] = WrappingSum.CanWrap(computation, _compared) && !(_sums.TryGetValue(computation.Result, out SyntaxNode? known) && known is null) ? computation.Node : null;
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use is { Kind: UseKind.Comparison, Value: Linear single, Other: Linear limit } && single.IsSingle(out Term term) && limit.Summands.Any(static s => s.Factor < 0 || s.Term.Kind is TermKind.Length or TermKind.RequestLength))
            _compared.Add(term);
        switch (use)
        {
            case { Kind: UseKind.Narrowing, Value: Linear value, Type: { } type } when WrappingSum.MaxOf(type) <= ushort.MaxValue && !IsClamped(use.Operation) && ByteCountIn(value) is { } length && use.State.RangeOf(value).High > WrappingSum.MaxOf(type) && !IsLogged(use.Node):
                if (Place(use, length, reporter) is { } cast)
                    _narrowed.Add((cast, length, type.ToDisplayString()));
                break;
            case { Kind: UseKind.Comparison, Value: Linear value, Other: Linear other } when value.Equals(other):
                _takenApart.UnionWith(value.Summands.Select(static s => s.Term));
                break;
            case { Kind: UseKind.Comparison, Value: Linear sum, Other: Linear other } when _sums.TryGetValue(sum, out SyntaxNode? made) && made is not null && ByteCountIn(other) is { } length
                && Place(use, length, reporter) is { } node:
                reporter.Report(Descriptor, node, node.Span.Contains(made.Span) ? null : made, null, SourceText.Of(node), "can wrap around before it is compared, so the test passes for lengths that do not fit");
                break;
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((SyntaxNode node, Term length, string type) in _narrowed)
        {
            if (!_takenApart.Contains(length))
                reporter.Report(Descriptor, node, length.Node is { } origin && !node.Span.Contains(origin.Span) ? origin : null, null, SourceText.Of(node), $"drops the upper bits of a byte count that does not fit into '{type}'");
        }
    }

    private static bool IsClamped(IOperation? operation) => operation is IInvocationOperation { TargetMethod.Name: "CreateSaturating" };

    private static Term? ByteCountIn(Linear value)
    {
        foreach (Summand summand in value.Summands)
        {
            if (summand is { Factor: > 0, Term.Kind: TermKind.Length or TermKind.RequestLength })
                return summand.Term;
        }

        return null;
    }

    // A callee is analyzed on its own; only what its caller hands over is the caller's mistake.
    private static SyntaxNode? Place(in ValueUse use, Term length, FlowReporter reporter) =>
        !use.IsInlined ? use.Node
        : Origin.IsInBody(length, length.Node, use.Frame, use.State, reporter) ? use.Frame.Visible(use.Node)
        : null;

    private static bool IsLogged(SyntaxNode node) =>
        node.Ancestors().TakeWhile(static n => n is not StatementSyntax).Any(static n => n is InterpolationSyntax
            || (n is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var member } } && Nouns.IsLogging(member))
            || (n is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: var name } } && Nouns.IsLogging(name)));
}
