using System.Runtime.CompilerServices;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The drivers that run on the machine, as text that all rules are run over.</summary>
internal static class CorpusRuns
{
    private static readonly MetadataReference s_board = MetadataReference.CreateFromFile(typeof(Twin.Board).Assembly.Location);

    public static IEnumerable<string> Files => Directory.GetFiles(Folder(), "MDL*.cs.txt").Order(StringComparer.Ordinal);

    /// <summary>The text of the drivers about one rule.</summary>
    public static string Load(string id) => File.ReadAllText(Path.Combine(Folder(), id + ".cs.txt"));

    /// <summary>One compilation of several files, each in a namespace of its own.</summary>
    public static async Task<CSharpCompilation> CompileAsync(IEnumerable<string> files)
    {
        CSharpCompilation compilation = (await AnalyzerRun.CreateAsync(withRuntime: true)).AddReferences(s_board);
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        return compilation.AddSyntaxTrees(files
            .Select(file => CSharpSyntaxTree.ParseText(
                $"namespace {Path.GetFileName(file).Split('.')[0]};\n" + File.ReadAllText(file), options, Path.GetFileName(file)))
            .Prepend(CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Folder(), "Preamble.cs.txt")), options, "Preamble2.cs")));
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "Twin", "Corpus"));
}
