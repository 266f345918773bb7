using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Benchmarks;

/// <summary>Compiles a project in process, from text to the emitted assembly, with an analyzer.</summary>
internal sealed class AnalyzerRig
{
    private static readonly ImmutableArray<MetadataReference> s_framework =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly MetadataReference s_runtime = MetadataReference.CreateFromFile(typeof(Mdl).Assembly.Location);
    private static readonly ImmutableArray<DiagnosticAnalyzer> s_none = [new NoAnalyzer()];
    private static readonly ImmutableArray<DiagnosticAnalyzer> s_ours =
    [
        .. typeof(MdlFlowAnalyzer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
    ];

    private readonly string _source;
    private readonly ImmutableArray<MetadataReference> _references;

    private AnalyzerRig(string source, ImmutableArray<MetadataReference> references) => (_source, _references) = (source, references);

    public static AnalyzerRig Drivers(int classes) => new(GeneratedDriver.Drivers(classes), s_framework.Add(s_runtime));

    public static AnalyzerRig OrdinaryCode(int classes) => new(GeneratedDriver.OrdinaryCode(classes), s_framework);

    /// <summary>The compiler and the analyzers of the product.</summary>
    public ulong WithAnalyzers(int times) => Compile(times, s_ours);

    /// <summary>The compiler and an analyzer that does nothing.</summary>
    public ulong WithoutAnalyzers(int times) => Compile(times, s_none);

    private ulong Compile(int times, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        ulong length = 0;
        for (int i = 0; i < times; i++)
        {
            SyntaxTree tree = CSharpSyntaxTree.ParseText(_source);
            var compilation = CSharpCompilation.Create("Benchmark", [tree], _references,
                new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
            ImmutableArray<Diagnostic> diagnostics = compilation.WithAnalyzers(analyzers).GetAllDiagnosticsAsync().GetAwaiter().GetResult();
            if (diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Id == "AD0001") is { } error)
                throw new InvalidOperationException(error.ToString());

            using var image = new MemoryStream();
            if (!compilation.Emit(image).Success)
                throw new InvalidOperationException("the generated code does not compile");
            length += (ulong)image.Length;
        }

        return length;
    }
}
