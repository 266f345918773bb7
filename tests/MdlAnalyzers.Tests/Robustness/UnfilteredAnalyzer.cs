using System.Collections.Concurrent;
using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Runs the rules over every body, whether or not it has to do with MDLs, and counts them.</summary>
#pragma warning disable RS1001, RS1038 // Lives in tests, and is never loaded by a compiler.
internal sealed class UnfilteredAnalyzer(Func<string, bool> isWanted, int budget = Budget.Default) : DiagnosticAnalyzer
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
            start.RegisterOperationBlockAction(block => Analyze(block, session));
        });
    }

    private void Analyze(OperationBlockAnalysisContext context, AnalysisSession session)
    {
        foreach (IOperation block in context.OperationBlocks.Where(block => block is not IAttributeOperation && isWanted(block.Syntax.SyntaxTree.FilePath)))
        {
            Interlocked.Increment(ref _bodies);
            var reporter = new FlowReporter(block.Syntax);
            IReadOnlyList<FlowRule> rules = MdlFlowAnalyzer.CreateRules();
            var body = new Body(block, context.OwningSymbol, session.Contracts);
            foreach (FlowRule rule in rules)
                rule.OnBody(body);
            var analysis = new BodyAnalysis(session, rules, reporter, context.CancellationToken, new Budget(budget));
            if (!analysis.Run(context.GetControlFlowGraph(block), context.OwningSymbol))
            {
                _givenUp.Add(context.OwningSymbol.ToDisplayString());
                continue;
            }

            foreach (Diagnostic diagnostic in reporter.Diagnostics)
                context.ReportDiagnostic(diagnostic);
        }
    }
}
