using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using MdlAnalyzers.CodeFixes;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>One file of the corpus: the routines about one rule, as text, as the rules see it and as code that runs.</summary>
internal sealed class Corpus : IDisposable
{
    private const int Rounds = 4;

    private static readonly MetadataReference s_board = MetadataReference.CreateFromFile(typeof(Board).Assembly.Location);

    private static readonly CodeFixProvider[] s_fixes =
    [
        .. typeof(OffsetUsedAsAddressFix).Assembly.GetTypes()
            .Where(static type => type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract)
            .Select(static type => (CodeFixProvider)Activator.CreateInstance(type)!)
            .OrderBy(static fix => fix.FixableDiagnosticIds[0], StringComparer.Ordinal),
    ];

    private readonly string _name;
    private readonly CommandLineFormat _format;

    private Corpus(string name, CommandLineFormat format) => (_name, _format) = (name, format);

    /// <summary>The rules that have a file.</summary>
    public static IEnumerable<string> Names => Directory.GetFiles(Folder(), "MDL*.cs.txt")
        .Select(static path => Path.GetFileName(path)[..^".cs.txt".Length])
        .Order(StringComparer.Ordinal);

    /// <param name="name">Name of the file.</param>
    /// <param name="respell">What is done to its text first.</param>
    public static async Task<Corpus> OpenAsync(string name, Func<string, string>? respell = null) =>
        new(name, await CommandLineFormat.OpenAsync(respell is null ? Load(name) : respell(Load(name)), [s_board], Load("Preamble")));

    /// <summary>Compiles the file and lets the rules look at it.</summary>
    public async Task<IReadOnlyList<Entry>> EntriesAsync()
    {
        ImmutableArray<Diagnostic> diagnostics = await _format.DiagnosticsAsync();
        Assert.Empty(AnalyzerRun.Describe(diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
        using var image = new MemoryStream();
        Assert.True((await _format.CompileAsync()).Emit(image).Success);
        image.Position = 0;

        ILookup<string, Diagnostic> reported = diagnostics.Where(static d => d.Id.StartsWith("MDL", StringComparison.Ordinal)).ToLookup(OwnerOf);
        Type[] types = [.. new AssemblyLoadContext("twin", isCollectible: true).LoadFromStream(image).GetTypes().Where(Entry.IsEntry)];
        Assert.Empty(reported.Select(static owner => owner.Key).Except(types.Select(static type => type.Name)));
        return [.. types.Select(type => new Entry(type, [.. reported[type.Name]]))];
    }

    /// <summary>Applies the preferred fix of everything that is reported, rule by rule, until nothing changes.</summary>
    public async Task RepairAsync()
    {
        string before = "";
        for (int round = 0; round < Rounds && await _format.TextAsync() is var text && text != before; round++)
        {
            before = text;
            string[] reported = [.. (await _format.DiagnosticsAsync()).Select(static d => d.Id)];
            foreach (CodeFixProvider fix in s_fixes)
            {
                if (fix.FixableDiagnosticIds.Any(reported.Contains))
                    await _format.RepairAsync(fix);
            }
        }
    }

    /// <summary>The variants of the rule's fix that are offered in the file beside the preferred one.</summary>
    public async Task<IReadOnlyList<string>> VariantsAsync() => FixOf(_name) is { } fix ? await _format.VariantsAsync(fix) : [];

    /// <summary>Applies one variant of the rule's fix wherever it is offered, until nothing changes.</summary>
    public async Task ApplyAsync(string variant)
    {
        string before = "";
        for (int round = 0; round < Rounds && await _format.TextAsync() is var text && text != before; round++)
        {
            before = text;
            await _format.RepairAsync(FixOf(_name)!, variant);
        }
    }

    public Task<string> TextAsync() => _format.TextAsync();

    public void Dispose() => _format.Dispose();

    private static CodeFixProvider? FixOf(string id) => s_fixes.SingleOrDefault(fix => fix.FixableDiagnosticIds.Contains(id));

    private static string OwnerOf(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetRoot().FindNode(diagnostic.Location.SourceSpan).AncestorsAndSelf().OfType<ClassDeclarationSyntax>().Last().Identifier.Text;

    private static string Load(string name) => File.ReadAllText(Path.Combine(Folder(), name + ".cs.txt"));

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Corpus");
}
