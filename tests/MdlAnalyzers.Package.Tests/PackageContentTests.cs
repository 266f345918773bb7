using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace MdlAnalyzers.Package.Tests;

/// <summary>What lies in the package, and what does not.</summary>
public sealed class PackageContentTests(PackageFixture package)
{
    [Fact]
    public void The_package_holds_the_library_the_analyzers_and_their_settings()
    {
        using ZipArchive archive = ZipFile.OpenRead(package.PackageFile);
        string[] content = [.. archive.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
            .Order(StringComparer.Ordinal)];

        Assert.Equal(
            [
                "MdlAnalyzers.nuspec",
                "README.md",
                "analyzers/dotnet/roslyn4.14/cs/MdlAnalyzers.CodeFixes.dll",
                "analyzers/dotnet/roslyn4.14/cs/MdlAnalyzers.dll",
                "build/MdlAnalyzers.props",
                "build/MdlAnalyzers.targets",
                "buildTransitive/MdlAnalyzers.props",
                "buildTransitive/MdlAnalyzers.targets",
                "configuration/MdlAnalysisMode.All.globalconfig",
                "configuration/MdlAnalysisMode.AllErrors.globalconfig",
                "configuration/MdlAnalysisMode.AllWarnings.globalconfig",
                "configuration/MdlAnalysisMode.None.globalconfig",
                "configuration/MdlAnalysisMode.Recommended.globalconfig",
                "lib/net10.0/MdlRuntime.dll",
                "lib/net10.0/MdlRuntime.xml",
            ],
            content);
    }

    [Fact]
    public void The_package_is_a_library_without_dependencies_and_not_a_development_dependency()
    {
        using ZipArchive archive = ZipFile.OpenRead(package.PackageFile);
        using Stream stream = archive.GetEntry("MdlAnalyzers.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().Single();

        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Null(Value(metadata, "developmentDependency"));
        Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "dependency");
    }

    [Fact]
    public void The_compiler_can_load_the_analyzers_without_workspaces()
    {
        Assert.DoesNotContain(References("MdlAnalyzers.dll"), name => name.Contains("Workspaces", StringComparison.Ordinal));
        Assert.Contains(References("MdlAnalyzers.CodeFixes.dll"), name => name == "Microsoft.CodeAnalysis.Workspaces");
    }

    private static string? Value(XElement metadata, string name) =>
        metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private List<string> References(string assembly)
    {
        using ZipArchive archive = ZipFile.OpenRead(package.PackageFile);
        using Stream stream = archive.GetEntry($"analyzers/dotnet/roslyn4.14/cs/{assembly}")!.Open();
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        using var reader = new PEReader(copy);
        MetadataReader metadata = reader.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
