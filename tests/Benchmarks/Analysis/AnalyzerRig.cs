using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Benchmarks;

/// <summary>A project in memory, compiled and analyzed in process.</summary>
internal sealed class AnalyzerRig
{
    private static readonly ImmutableArray<MetadataReference> s_framework =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly MetadataReference s_runtime = MetadataReference.CreateFromFile(typeof(Mdl).Assembly.Location);

    private readonly ImmutableArray<string> _files;
    private readonly ImmutableArray<MetadataReference> _references;
    private CompilationWithAnalyzers? _analyzed;
    private int _edits;

    private AnalyzerRig(IEnumerable<string> files, ImmutableArray<MetadataReference> references) => (_files, _references) = ([.. files], references);

    /// <summary>A project with the runtime: every file of <paramref name="drivers"/> has three methods with MDLs, no file of <paramref name="ordinary"/> any.</summary>
    public static AnalyzerRig Drivers(int drivers, int ordinary = 0) =>
        new(GeneratedCode.Drivers(drivers).Concat(GeneratedCode.Ordinary(ordinary)), s_framework.Add(s_runtime));

    /// <summary>A project that does not reference the runtime.</summary>
    public static AnalyzerRig OrdinaryCode(int files) => new(GeneratedCode.Ordinary(files), s_framework);

    /// <summary>A project of one method with MDLs and <paramref name="statements"/> statements.</summary>
    public static AnalyzerRig LongMethod(int statements, int branches) => new([GeneratedCode.LongMethod(statements, branches)], s_framework.Add(s_runtime));

    /// <summary>From text to the emitted assembly.</summary>
    public ulong Compile(int times)
    {
        ulong length = 0;
        for (int i = 0; i < times; i++)
            length += Emit(Parse());
        return length;
    }

    /// <summary>From text to the emitted assembly, with the diagnostics of the analyzers in between.</summary>
    public ulong Compile(int times, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        ulong length = 0;
        for (int i = 0; i < times; i++)
        {
            CSharpCompilation compilation = Parse();
            Check(compilation.WithAnalyzers(analyzers).GetAllDiagnosticsAsync().GetAwaiter().GetResult());
            length += Emit(compilation);
        }

        return length;
    }

    /// <summary>All diagnostics of the project, which keeps open for edits.</summary>
    public ulong AnalyzeAll(int times)
    {
        int found = 0;
        for (int i = 0; i < times; i++)
        {
            _analyzed = Parse().WithAnalyzers(Analyzers.Ours);
            ImmutableArray<Diagnostic> diagnostics = _analyzed.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
            Check(diagnostics);
            found += diagnostics.Length;
        }

        return (ulong)found;
    }

    /// <summary>What an editor asks for after a key was pressed in a method of the first file.</summary>
    public ulong EditAndAnalyze(int times)
    {
        int found = 0;
        for (int i = 0; i < times; i++)
        {
            Compilation before = (_analyzed ?? throw new InvalidOperationException("nothing is open")).Compilation;
            SyntaxTree old = before.SyntaxTrees.First(tree => tree.FilePath == "File0.cs");
            SourceText text = old.GetText();
            int at = text.ToString().IndexOf("uint done = ", StringComparison.Ordinal) + "uint done = ".Length;
            SyntaxTree edited = old.WithChangedText(text.WithChanges(new TextChange(new TextSpan(at, 1), (_edits++ % 10).ToString(System.Globalization.CultureInfo.InvariantCulture))));
            Compilation after = before.ReplaceSyntaxTree(old, edited);
            _analyzed = after.WithAnalyzers(Analyzers.Ours);
            ImmutableArray<Diagnostic> diagnostics = _analyzed.GetAnalyzerSemanticDiagnosticsAsync(after.GetSemanticModel(edited), null, CancellationToken.None).GetAwaiter().GetResult();
            Check(diagnostics);
            found += diagnostics.Length;
        }

        return (ulong)found;
    }

    private static void Check(ImmutableArray<Diagnostic> diagnostics)
    {
        if (diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error || diagnostic.Id == "AD0001") is { } error)
            throw new InvalidOperationException(error.ToString());
    }

    private static ulong Emit(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        if (!compilation.Emit(image).Success)
            throw new InvalidOperationException("the generated code does not compile");
        return (ulong)image.Length;
    }

    private CSharpCompilation Parse() => CSharpCompilation.Create(
        "Benchmark",
        _files.Select((text, i) => CSharpSyntaxTree.ParseText(SourceText.From(text), path: $"File{i}.cs")),
        _references,
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, specificDiagnosticOptions: Analyzers.Options));
}
