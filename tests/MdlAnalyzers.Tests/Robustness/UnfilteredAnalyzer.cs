using System.Collections.Concurrent;
using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Runs the rules over every body, whether or not it has to do with MDLs, and counts them.</summary>
#pragma warning disable RS1001, RS1038 // Lives in tests, and is never loaded by a compiler.
internal sealed class UnfilteredAnalyzer(int budget = Budget.Default) : DiagnosticAnalyzer
{
    private readonly ConcurrentBag<string> _givenUp = [];
    private int _bodies;

    public int Bodies => _bodies;

    /// <summary>Bodies that used up their budget.</summary>
    public IReadOnlyList<string> GivenUp => [.. _givenUp.Order(StringComparer.Ordinal)];

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = new MdlFlowAnalyzer().SupportedDiagnostics;

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var session = new AnalysisSession(start.Compilation);
            start.RegisterCodeBlockAction(block => Analyze(block, session));
        });
    }

    private void Analyze(CodeBlockAnalysisContext context, AnalysisSession session)
    {
        ISymbol owner = context.OwningSymbol;
        if (CodeBlocks.BodyOf(context.CodeBlock, owner, context.SemanticModel, context.CancellationToken) is not { } root
            || session.GraphOf(root, owner, context.CancellationToken) is not { } graph)
        {
            return;
        }

        Interlocked.Increment(ref _bodies);
        var reporter = new FlowReporter(root.Syntax);
        IReadOnlyList<FlowRule> rules = MdlFlowAnalyzer.CreateRules();
        var body = new Body(graph.OriginalOperation, owner, session.Contracts);
        foreach (FlowRule rule in rules)
            rule.OnBody(body);
        var analysis = new BodyAnalysis(session, rules, reporter, context.CancellationToken, new Budget(budget));
        if (!analysis.Run(graph, owner))
        {
            _givenUp.Add(owner.ToDisplayString());
            return;
        }

        foreach (Diagnostic diagnostic in reporter.Diagnostics)
            context.ReportDiagnostic(diagnostic);
    }
}
