using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Suppressors;

/// <summary>Silences the compiler about the MDL of a request where a test of the governing length proves that there is one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RequestMdlSuppressor : DiagnosticSuppressor
{
    private const string Justification = "The length of the request has been tested, so the request has an MDL";

    private static readonly SuppressionDescriptor _dereference = new("MDLS2001", "CS8602", Justification);
    private static readonly SuppressionDescriptor _argument = new("MDLS2002", "CS8604", Justification);

    /// <inheritdoc/>
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = [_dereference, _argument];

    /// <inheritdoc/>
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        if (!ContractReader.IsGateOpen(context.Compilation))
            return;

        var session = new AnalysisSession(context.Compilation);
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
            if (proven.Contains(node))
                context.ReportSuppression(Suppression.Create(diagnostic.Id == _dereference.SuppressedDiagnosticId ? _dereference : _argument, diagnostic));
        }
    }

    private static HashSet<SyntaxNode> FindProven(SyntaxNode member, SemanticModel model, AnalysisSession session, CancellationToken cancellationToken)
    {
        if (model.GetDeclaredSymbol(member, cancellationToken) is not IMethodSymbol method
            || session.CreateGraph(method, int.MaxValue, cancellationToken) is not { } graph
            || !BodyFilter.MentionsAnnotatedSymbol(graph.OriginalOperation, session.Contracts))
        {
            return [];
        }

        var probe = new LengthProbe();
        var analysis = new BodyAnalysis(session, [probe], new FlowReporter(member), cancellationToken);
        return analysis.Run(graph, method) ? probe.Proven : [];
    }

    /// <summary>Collects the uses of request MDLs that a length test proves on every path.</summary>
    private sealed class LengthProbe : FlowRule
    {
        private readonly HashSet<SyntaxNode> _unproven = [];

        public HashSet<SyntaxNode> Proven { get; } = [];

        public override void OnObjectUse(in ObjectUse use, FlowReporter reporter)
        {
            if (use.Frame.IsInlined)
                return;
            if (use.Id.IsRequestMdl && UnguardedMdlAddress.IsProvenByLength(use.State, use.Id, use.Frame.ExpectedTransfer))
                Proven.Add(use.Node);
            else
                _unproven.Add(use.Node);
        }

        public override void OnEnd(FlowReporter reporter) => Proven.ExceptWith(_unproven);
    }
}
