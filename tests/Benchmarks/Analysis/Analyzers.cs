using System.Collections.Immutable;
using System.Reflection;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Benchmarks;

/// <summary>The analyzers that are compared.</summary>
internal static class Analyzers
{
    private static readonly string[] s_flowRulesOfTheSdk = ["CA1062", "CA1508", "CA2000"];

    /// <summary>An analyzer that does nothing: what running any costs.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> None { get; } = [new NoAnalyzer()];

    /// <summary>All analyzers of the product.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Ours { get; } = [.. In(typeof(MdlFlowAnalyzer).Assembly)];

    /// <summary>Three rules of the SDK that follow the paths of every method: null arguments, dead conditions, undisposed objects.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> FlowRulesOfTheSdk { get; } = [.. OfTheSdk()];

    /// <summary>Turns those three on; the SDK has them off.</summary>
    public static ImmutableDictionary<string, ReportDiagnostic> Options { get; } = s_flowRulesOfTheSdk.ToImmutableDictionary(static id => id, static _ => ReportDiagnostic.Warn);

    private static IEnumerable<DiagnosticAnalyzer> In(Assembly assembly) => LoadableTypes(assembly)
        .Where(static type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract && type.GetConstructor([]) is not null)
        .Select(static type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!);

    // The SDK's fixes need an assembly that is not here.
    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }

    private static List<DiagnosticAnalyzer> OfTheSdk()
    {
        string folder = typeof(Analyzers).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "SdkAnalyzers").Value!;
        List<DiagnosticAnalyzer> found =
        [
            .. In(Assembly.LoadFrom(Path.Combine(folder, "Microsoft.CodeAnalysis.NetAnalyzers.dll"))),
            .. In(Assembly.LoadFrom(Path.Combine(folder, "Microsoft.CodeAnalysis.CSharp.NetAnalyzers.dll"))),
        ];
        found.RemoveAll(static analyzer => !analyzer.SupportedDiagnostics.Any(static rule => s_flowRulesOfTheSdk.Contains(rule.Id)));
        return found.Count >= s_flowRulesOfTheSdk.Length ? found : throw new InvalidOperationException($"the SDK's analyzers in {folder} lack {string.Join(", ", s_flowRulesOfTheSdk)}");
    }
}
