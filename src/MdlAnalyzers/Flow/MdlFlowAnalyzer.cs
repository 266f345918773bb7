using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Rules.Address;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Hosts the flow rules: they share one analysis of each body.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MdlFlowAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        OffsetUsedAsAddress.Descriptor,
        PageMathIgnoresOffset.Descriptor,
        PageBaseUsedAsBufferStart.Descriptor,
        MdlVaDereferenced.Descriptor,
        OffsetAddedTwice.Descriptor,
        PartialTargetTooSmall.Descriptor,
        AddressTruncated.Descriptor,
        PartialRangeOutsideSource.Descriptor,
        OpaqueMdlField.Descriptor,
        FileOffsetMixup.Descriptor,
        PfnUnitMix.Descriptor,
        UnguardedMdlAddress.Descriptor,
        UncheckedSystemAddress.Descriptor,
        LengthNotReconciled.Descriptor,
        PartialZeroLength.Descriptor,
        MdlChainIgnored.Descriptor,
        UnsafeMapCall.Descriptor,
        NullPlusOffset.Descriptor,
        LengthNarrowedOrOverflow.Descriptor,
        UnusedBufferQuery.Descriptor,
        ZeroLengthRejected.Descriptor,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (!ContractReader.IsGateOpen(start.Compilation))
                return;
            var session = new AnalysisSession(start.Compilation, start.Options.AnalyzerConfigOptionsProvider);
            start.RegisterOperationBlockAction(block => Analyze(block, session));
        });
    }

    /// <summary>The rules, one fresh instance each per body.</summary>
    /// <remarks>The last one is silent where another rule has said more about the same value.</remarks>
    internal static IReadOnlyList<FlowRule> CreateRules() =>
    [
        new OffsetUsedAsAddress(),
        new PageMathIgnoresOffset(),
        new PageBaseUsedAsBufferStart(),
        new MdlVaDereferenced(),
        new OffsetAddedTwice(),
        new PartialTargetTooSmall(),
        new AddressTruncated(),
        new PartialRangeOutsideSource(),
        new FileOffsetMixup(),
        new PfnUnitMix(),
        new UnguardedMdlAddress(),
        new UncheckedSystemAddress(),
        new LengthNotReconciled(),
        new PartialZeroLength(),
        new MdlChainIgnored(),
        new UnsafeMapCall(),
        new NullPlusOffset(),
        new LengthNarrowedOrOverflow(),
        new UnusedBufferQuery(),
        new ZeroLengthRejected(),
        new OpaqueMdlField(),
    ];

    private static void Analyze(OperationBlockAnalysisContext context, AnalysisSession session)
    {
        foreach (IOperation block in context.OperationBlocks)
        {
            foreach (Diagnostic diagnostic in Analyze(block, context.OwningSymbol, session, context.CancellationToken, context.GetControlFlowGraph))
                context.ReportDiagnostic(diagnostic);
        }
    }

    /// <summary>Diagnostics of one body; none if it was filtered out or given up.</summary>
    internal static IEnumerable<Diagnostic> Analyze(
        IOperation block,
        ISymbol owner,
        AnalysisSession session,
        CancellationToken cancellationToken,
        Func<IOperation, ControlFlowGraph> graphOf)
    {
        if (block is IAttributeOperation || !BodyFilter.IsWorthALook(block, session, cancellationToken) || IsAccessor(owner, session.Contracts))
            return [];
        try
        {
            var reporter = new FlowReporter(block.Syntax);
            IReadOnlyList<FlowRule> rules = CreateRules();
            var body = new Body(block, owner, session.Contracts);
            foreach (FlowRule rule in rules)
                rule.OnBody(body);
            var analysis = new BodyAnalysis(session, rules, reporter, cancellationToken);
            return analysis.Run(graphOf(block), owner) && reporter.HasFindings && !HasErrors(block, session, cancellationToken) ? reporter.Diagnostics : [];
        }
        catch (InsufficientExecutionStackException)
        {
            return [];
        }
#if !DEBUG
        // A fault of the engine costs a user the findings of one body, never the build; debug builds show it to our tests.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return [];
        }
#endif
    }

    // Code that does not compile proves nothing.
    private static bool HasErrors(IOperation block, AnalysisSession session, CancellationToken cancellationToken) =>
        session.ModelOf(block.Syntax.SyntaxTree).GetDiagnostics(block.Syntax.Span, cancellationToken).Any(static d => d.DefaultSeverity == DiagnosticSeverity.Error);

    // The body of an annotated accessor is where the quantities come from.
    private static bool IsAccessor(ISymbol owner, ContractReader contracts) =>
        contracts.EntityOf(owner.ContainingType) == Entity.Mdl || (owner is IMethodSymbol method && contracts.Method(method).Macro != Macro.None);
}
