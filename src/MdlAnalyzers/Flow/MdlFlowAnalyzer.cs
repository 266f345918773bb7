using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Rules.Address;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

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
            start.RegisterCodeBlockAction(block => Analyze(block, session));
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

    private static void Analyze(CodeBlockAnalysisContext context, AnalysisSession session)
    {
        foreach (Diagnostic diagnostic in Diagnose(context, session))
            context.ReportDiagnostic(diagnostic);
    }

    // Operations are asked for here, not by registration: that would have the compiler bind the code of every file.
    private static IEnumerable<Diagnostic> Diagnose(CodeBlockAnalysisContext context, AnalysisSession session)
    {
        CancellationToken cancellationToken = context.CancellationToken;
        ISymbol owner = context.OwningSymbol;
        try
        {
            if (!session.Files.IsWorthALook(context.CodeBlock.SyntaxTree, cancellationToken)
                || CodeBlocks.BodyOf(context.CodeBlock, owner, context.SemanticModel, cancellationToken) is not { } root)
            {
                return [];
            }

            var body = new Body(root, owner, session.Contracts);
            if (!BodyFilter.IsWorthALook(body, session, cancellationToken)
                || IsAccessor(owner, session.Contracts)
                || session.GraphOf(root, owner, cancellationToken) is not { } graph)
            {
                return [];
            }

            var reporter = new FlowReporter(root.Syntax);
            IReadOnlyList<FlowRule> rules = CreateRules();
            foreach (FlowRule rule in rules)
                rule.OnBody(body);
            var analysis = new BodyAnalysis(session, rules, reporter, cancellationToken);
            return analysis.Run(graph, owner) && reporter.HasFindings && !HasErrors(root.Syntax, session, cancellationToken) ? reporter.Diagnostics : [];
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
    private static bool HasErrors(SyntaxNode body, AnalysisSession session, CancellationToken cancellationToken) =>
        session.ModelOf(body.SyntaxTree).GetDiagnostics(body.Span, cancellationToken).Any(static d => d.DefaultSeverity == DiagnosticSeverity.Error);

    // The body of an annotated accessor is where the quantities come from.
    private static bool IsAccessor(ISymbol owner, ContractReader contracts) =>
        contracts.EntityOf(owner.ContainingType) == Entity.Mdl || (owner is IMethodSymbol method && contracts.Method(method).Macro != Macro.None);
}
