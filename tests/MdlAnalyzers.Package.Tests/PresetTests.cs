using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Package.Tests;

/// <summary>The presets behind MdlAnalysisMode say something about every rule.</summary>
public sealed class PresetTests
{
    private static readonly DiagnosticDescriptor[] s_rules = [.. System.Reflection.Assembly.Load("MdlAnalyzers").GetTypes()
        .Where(type => !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type) && !typeof(DiagnosticSuppressor).IsAssignableFrom(type))
        .SelectMany(type => ((DiagnosticAnalyzer)Activator.CreateInstance(type)!).SupportedDiagnostics)
        .DistinctBy(rule => rule.Id)
        .OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    public static TheoryData<string> Modes => ["None", "Recommended", "All", "AllWarnings", "AllErrors"];

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_preset_names_every_rule_with_the_severity_of_its_mode(string mode)
    {
        string expected = "is_global = true\nglobal_level = -100\n"
            + string.Concat(s_rules.Select(rule => $"dotnet_diagnostic.{rule.Id}.severity = {SeverityIn(mode, rule)}\n"));

        string file = Repository.Combine("src", "MdlAnalyzers.Package", "configuration", $"MdlAnalysisMode.{mode}.globalconfig");

        Assert.NotEmpty(s_rules);
        Assert.Equal(expected, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string SeverityIn(string mode, DiagnosticDescriptor rule) => mode switch
    {
        "None" => "none",
        "AllWarnings" => "warning",
        "AllErrors" => "error",
        "Recommended" when !rule.IsEnabledByDefault => "none",
        _ => rule.DefaultSeverity switch
        {
            DiagnosticSeverity.Error => "error",
            DiagnosticSeverity.Warning => "warning",
            DiagnosticSeverity.Info => "suggestion",
            _ => "silent",
        },
    };
}
