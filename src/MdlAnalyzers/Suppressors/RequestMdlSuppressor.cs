using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using MdlAnalyzers.Options;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Suppressors;

/// <summary>Silences the compiler about the MDL of a request where a test of the governing length, or a guard method of the options, proves that there is one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RequestMdlSuppressor : DiagnosticSuppressor
{
    private static readonly ImmutableDictionary<string, SuppressionDescriptor> _suppressions = new[]
    {
        Of("MDLS2001", "CS8602"), // dereference
        Of("MDLS2002", "CS8604"), // argument
        Of("MDLS2003", "CS8600"), // variable
        Of("MDLS2004", "CS8601"), // field, property or element
        Of("MDLS2005", "CS8603"), // result
        Of("MDLS2006", "CS8629"), // an MDL that is a value type
    }.ToImmutableDictionary(static s => s.SuppressedDiagnosticId);

    /// <inheritdoc/>
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = [.. _suppressions.Values.OrderBy(static s => s.Id, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        if (!ContractReader.IsGateOpen(context.Compilation))
            return;

        var session = new AnalysisSession(context.Compilation, context.Options.AnalyzerConfigOptionsProvider);
        var bodies = new Dictionary<SyntaxNode, HashSet<SyntaxNode>>();
        foreach (Diagnostic diagnostic in context.ReportedDiagnostics)
        {
            if (diagnostic.Location.SourceTree is not { } tree)
                continue;
            SyntaxNode node = tree.GetRoot(context.CancellationToken).FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (node.FirstAncestorOrSelf<SyntaxNode>(static n => n is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax) is not { } member)
                continue;
            if (!bodies.TryGetValue(member, out HashSet<SyntaxNode>? proven))
                bodies.Add(member, proven = FindProven(member, context.GetSemanticModel(tree), session, context.CancellationToken));
            if (proven.Contains(node) && _suppressions.TryGetValue(diagnostic.Id, out SuppressionDescriptor? suppression))
                context.ReportSuppression(Suppression.Create(suppression, diagnostic));
        }
    }

    private static SuppressionDescriptor Of(string id, string suppressed) => new(id, suppressed, "The length of the request has been tested, so the request has an MDL");

    private static HashSet<SyntaxNode> FindProven(SyntaxNode member, SemanticModel model, AnalysisSession session, CancellationToken cancellationToken)
    {
        if (model.GetDeclaredSymbol(member, cancellationToken) is not IMethodSymbol method
            || session.CreateGraph(method, int.MaxValue, cancellationToken) is not { } graph
            || !BodyFilter.MentionsAnnotatedSymbol(graph.OriginalOperation, session.Contracts))
        {
            return [];
        }

        var probe = new LengthProbe(session.OptionsOf(member.SyntaxTree));
        var analysis = new BodyAnalysis(session, [probe], new FlowReporter(member), cancellationToken);
        return analysis.Run(graph, method) ? probe.Proven : [];
    }

    /// <summary>Collects the uses of request MDLs that a length test, or a guard method of the options, proves on every path.</summary>
    private sealed class LengthProbe(RuleOptions options) : FlowRule
    {
        private readonly HashSet<SyntaxNode> _unproven = [];
        private readonly HashSet<ObjectId> _guarded = [];

        public HashSet<SyntaxNode> Proven { get; } = [];

        public override void OnCall(CallEvent call, FlowReporter reporter)
        {
            if (options.IsGuard(call.Method))
                _guarded.UnionWith(call.Arguments.Select(static a => a.Object).OfType<ObjectId>());
        }

        public override void OnObjectUse(in ObjectUse use, FlowReporter reporter) => Note(use.Node, use.Id, use.State, use.Frame);

        public override void OnUse(in ValueUse use, FlowReporter reporter)
        {
            if (use.Kind is UseKind.Local or UseKind.Member or UseKind.Return or UseKind.ElementStore or UseKind.Argument)
                Note(use.Node, (use.Value as ObjectValue)?.Id, use.State, use.Frame);
        }

        public override void OnEnd(FlowReporter reporter) => Proven.ExceptWith(_unproven);

        private void Note(SyntaxNode node, ObjectId? id, FlowState state, Frame frame)
        {
            if (!frame.IsInlined)
                (id is not null && IsProven(id, state, frame) ? Proven : _unproven).Add(node);
        }

        // Only what a guard method has seen: what was used without a test counts as present from there on, too.
        private bool IsProven(ObjectId id, FlowState state, Frame frame) =>
            id.IsRequestMdl
            && (UnguardedMdlAddress.IsProvenByLength(state, id, frame.DirectTransfer)
                || (_guarded.Contains(id) && state.NullnessOf(id) == Nullness.NotNull));
    }
}
