using System.Text.Json;

namespace MdlAnalyzers.Package.Tests;

/// <summary>A diagnostic as a build wrote it to its SARIF log.</summary>
internal sealed record SarifResult(string RuleId, string Level, string Message, string File, int Line, int Column, string? HelpUri);

/// <summary>A project that uses the package.</summary>
internal sealed class Consumer
{
    private Consumer(string directory) => Directory = directory;

    /// <summary>Where its sources lie.</summary>
    public string Directory { get; }

    /// <summary>Makes a console project with the given sources.</summary>
    public static Consumer Create(PackageFixture package, string name, params (string File, string Text)[] sources)
    {
        string directory = package.CreateWorkspace(name);
        File.WriteAllText(Path.Combine(directory, $"{name}.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MdlAnalyzers" Version="*" />
              </ItemGroup>
            </Project>
            """);
        foreach ((string file, string text) in sources)
            File.WriteAllText(Path.Combine(directory, file), text);
        return new(directory);
    }

    /// <summary>The sources of a sample, as a user would copy them.</summary>
    public static (string File, string Text)[] SourcesOf(string sample) =>
        [.. System.IO.Directory.GetFiles(Repository.Combine("samples", sample), "*.cs")
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];

    public string Read(string file) => File.ReadAllText(Path.Combine(Directory, file));

    public Task<DotnetResult> DotnetAsync(params string[] arguments) => Dotnet.RunAsync(Directory, arguments);

    /// <summary>Builds from scratch and returns the result with what the compiler logged.</summary>
    public async Task<(DotnetResult Result, IReadOnlyList<SarifResult> Diagnostics)> BuildAsync(params string[] properties)
    {
        string log = Path.Combine(Directory, "build.sarif");
        File.Delete(log);
        DotnetResult result = await DotnetAsync(["build", "--no-incremental", $"-p:ErrorLog={log}%2Cversion=2.1", .. properties.Select(property => $"-p:{property}")]);
        return (result, File.Exists(log) ? Parse(File.ReadAllText(log)) : []);
    }

    private static List<SarifResult> Parse(string sarif)
    {
        using JsonDocument document = JsonDocument.Parse(sarif);
        var results = new List<SarifResult>();
        foreach (JsonElement run in document.RootElement.GetProperty("runs").EnumerateArray())
        {
            Dictionary<string, string?> helpUris = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()
                .ToDictionary(rule => rule.GetProperty("id").GetString()!, rule => rule.TryGetProperty("helpUri", out JsonElement uri) ? uri.GetString() : null);
            foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
            {
                if (result.TryGetProperty("suppressions", out _))
                    continue;

                string id = result.GetProperty("ruleId").GetString()!;
                JsonElement location = result.GetProperty("locations")[0].GetProperty("physicalLocation");
                results.Add(new(id, result.GetProperty("level").GetString()!, result.GetProperty("message").GetProperty("text").GetString()!,
                    Path.GetFileName(new Uri(location.GetProperty("artifactLocation").GetProperty("uri").GetString()!).LocalPath),
                    location.GetProperty("region").GetProperty("startLine").GetInt32(),
                    location.GetProperty("region").GetProperty("startColumn").GetInt32(), helpUris.GetValueOrDefault(id)));
            }
        }

        return results;
    }
}
