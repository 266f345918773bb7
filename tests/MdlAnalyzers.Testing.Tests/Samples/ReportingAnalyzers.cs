using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.Testing.Tests;

/// <summary>Reports twice at the same place.</summary>
internal sealed class TwiceAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
    {
        base.Report(context, identifier);
        base.Report(context, identifier);
    }
}

/// <summary>Reports two messages at the same place.</summary>
internal sealed class TwoMessagesAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
    {
        context.ReportDiagnostic(Diagnostic.Create(Rule, identifier.GetLocation(), "first"));
        context.ReportDiagnostic(Diagnostic.Create(Rule, identifier.GetLocation(), "second"));
    }
}

/// <summary>Reports without the argument of the message.</summary>
internal sealed class NoArgumentsAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier) =>
        context.ReportDiagnostic(Diagnostic.Create(Rule, identifier.GetLocation()));
}

/// <summary>Reports without a location.</summary>
internal sealed class NoLocationAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier) =>
        context.ReportDiagnostic(Diagnostic.Create(Rule, Location.None, identifier.ValueText));
}

/// <summary>Reports the braces of the class as additional locations, the closing one as unnecessary.</summary>
internal sealed class AdditionalLocationsAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
    {
        var declaration = (ClassDeclarationSyntax)identifier.Parent!;
        context.ReportDiagnostic(Diagnostic.Create(
            Rule,
            identifier.GetLocation(),
            [declaration.OpenBraceToken.GetLocation(), declaration.CloseBraceToken.GetLocation()],
            ImmutableDictionary<string, string?>.Empty.Add(WellKnownDiagnosticTags.Unnecessary, "[1]"),
            identifier.ValueText));
    }
}

/// <summary>Reports by file position, so that no pragma reaches the diagnostic.</summary>
internal sealed class UnsuppressibleAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
    {
        var span = identifier.GetLocation().GetLineSpan();
        context.ReportDiagnostic(Diagnostic.Create(Rule, Location.Create(span.Path, identifier.Span, span.Span), identifier.ValueText));
    }
}

/// <summary>Says that it analyzes and reports generated code.</summary>
internal sealed class GeneratedCodeAnalyzer : BadNameAnalyzer
{
    protected override GeneratedCodeAnalysisFlags GeneratedCode => GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics;
}

/// <summary>Throws where it should report.</summary>
internal sealed class CrashingAnalyzer : BadNameAnalyzer
{
    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier) => throw new ArithmeticException("crash in analyzer");
}

/// <summary>Has a second rule, at the closing brace of a class with a bad name.</summary>
internal sealed class TwoRulesAnalyzer : BadNameAnalyzer
{
    public const string SecondId = "T0002";

    public static readonly DiagnosticDescriptor SecondRule = new(SecondId, "Second", "Second", "Test", DiagnosticSeverity.Info, isEnabledByDefault: false);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule, SecondRule];

    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier)
    {
        base.Report(context, identifier);
        context.ReportDiagnostic(Diagnostic.Create(SecondRule, ((ClassDeclarationSyntax)identifier.Parent!).CloseBraceToken.GetLocation()));
    }
}

/// <summary>Has a rule that cannot be suppressed.</summary>
internal sealed class NotConfigurableAnalyzer : BadNameAnalyzer
{
    public static readonly DiagnosticDescriptor Fixed = new(
        Id, "Bad name", "Bad name", "Test", DiagnosticSeverity.Warning, isEnabledByDefault: true, customTags: WellKnownDiagnosticTags.NotConfigurable);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Fixed];

    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier) =>
        context.ReportDiagnostic(Diagnostic.Create(Fixed, identifier.GetLocation()));
}

/// <summary>Reports unnecessary code.</summary>
internal sealed class UnnecessaryAnalyzer : BadNameAnalyzer
{
    public static readonly DiagnosticDescriptor Faded = new(
        Id, "Bad name", "Bad name", "Test", DiagnosticSeverity.Hidden, isEnabledByDefault: true, customTags: WellKnownDiagnosticTags.Unnecessary);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Faded];

    protected override void Report(SyntaxNodeAnalysisContext context, SyntaxToken identifier) =>
        context.ReportDiagnostic(Diagnostic.Create(Faded, identifier.GetLocation()));
}

/// <summary>Reports every line "bad" of every additional file.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class AdditionalFileAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [BadNameAnalyzer.Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterAdditionalFileAction(static file =>
        {
            var text = file.AdditionalFile.GetText(file.CancellationToken)!;
            foreach (var line in text.Lines.Where(static line => line.ToString() == "bad"))
                file.ReportDiagnostic(Diagnostic.Create(BadNameAnalyzer.Rule, Location.Create(file.AdditionalFile.Path, line.Span, text.Lines.GetLinePositionSpan(line.Span)), "bad"));
        });
    }
}

/// <summary>Reports classes whose name starts with the value of the option <c>bad_prefix</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class OptionAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [BadNameAnalyzer.Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSyntaxNodeAction(Analyze, SyntaxKind.ClassDeclaration);
    }

    private static void Analyze(SyntaxNodeAnalysisContext context)
    {
        var identifier = ((ClassDeclarationSyntax)context.Node).Identifier;
        var options = context.Options.AnalyzerConfigOptionsProvider.GetOptions(context.Node.SyntaxTree);
        if (options.TryGetValue("bad_prefix", out var prefix) && identifier.ValueText.StartsWith(prefix, StringComparison.Ordinal))
            context.ReportDiagnostic(Diagnostic.Create(BadNameAnalyzer.Rule, identifier.GetLocation(), identifier.ValueText));
    }
}

/// <summary>Reports only at the end of the compilation.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CompilationEndAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor _rule = new(
        BadNameAnalyzer.Id, "Bad name", "Bad name", "Test", DiagnosticSeverity.Warning, isEnabledByDefault: true, customTags: WellKnownDiagnosticTags.CompilationEnd);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [_rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationAction(static end =>
        {
            foreach (var symbol in end.Compilation.GetSymbolsWithName(static name => name.StartsWith("Bad", StringComparison.Ordinal), SymbolFilter.Type, end.CancellationToken))
                end.ReportDiagnostic(Diagnostic.Create(_rule, symbol.Locations[0]));
        });
    }
}

/// <summary>Suppresses <see cref="BadNameAnalyzer"/> for classes called BadButAllowed.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class AllowedNameSuppressor : DiagnosticSuppressor
{
    private static readonly SuppressionDescriptor _descriptor = new("SPR001", BadNameAnalyzer.Id, "Allowed");

    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions => [_descriptor];

    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (var diagnostic in context.ReportedDiagnostics)
        {
            var text = diagnostic.Location.SourceTree!.GetText(context.CancellationToken).ToString(diagnostic.Location.SourceSpan);
            if (text == "BadButAllowed")
                context.ReportSuppression(Suppression.Create(_descriptor, diagnostic));
        }
    }
}
