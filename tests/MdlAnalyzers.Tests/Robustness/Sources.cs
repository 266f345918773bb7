using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The project's own code, compiled from its text.</summary>
internal static class Sources
{
    private const string Imports = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static string Root(string folder, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", folder));

    public static IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(Root(folder), "*.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal);

    /// <summary>Compiles the files of some folders against everything that this test runs on, but for what they make themselves.</summary>
    public static CSharpCompilation Compile(string imports, string[] without, params string[] folders)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest, preprocessorSymbols: ["DEBUG", "NET10_0", "NET10_0_OR_GREATER"]);
        IEnumerable<SyntaxTree> trees = folders.SelectMany(Files)
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, Path.GetRelativePath(Root(""), path).Replace('\\', '/')))
            .Prepend(CSharpSyntaxTree.ParseText(Imports + "\n" + imports, options, "Imports.cs"));
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !without.Contains(Path.GetFileNameWithoutExtension(path)))
            .Select(static path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(
            "Own",
            trees,
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The imports that the package gives to its users.</summary>
    public static string PackageImports() =>
        string.Concat(XDocument.Load(Root("src/MdlAnalyzers.Package/buildTransitive/MdlAnalyzers.props")).Descendants("Using")
            .Select(static use => $"global using {(use.Attribute("Static") is null ? "" : "static ")}{use.Attribute("Include")!.Value};\n"));
}
