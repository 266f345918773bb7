using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Testing;

namespace Microsoft.CodeAnalysis.CSharp.Testing;

/// <summary>Options that C# analyzer and code fix tests share.</summary>
internal static class CSharpDefaults
{
    public const string FileExtension = "cs";

    public static CompilationOptions CompilationOptions { get; } =
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);

    public static ParseOptions ParseOptions { get; } =
        new CSharpParseOptions(LanguageVersion.Default, DocumentationMode.Diagnose);

    public static GeneratorDriver CreateGeneratorDriver(Project project, ImmutableArray<ISourceGenerator> generators) =>
        CSharpGeneratorDriver.Create(
            generators,
            project.AnalyzerOptions.AdditionalFiles,
            (CSharpParseOptions?)project.ParseOptions,
            project.AnalyzerOptions.AnalyzerConfigOptionsProvider);
}
