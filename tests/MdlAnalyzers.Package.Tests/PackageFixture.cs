[assembly: AssemblyFixture(typeof(MdlAnalyzers.Package.Tests.PackageFixture))]

namespace MdlAnalyzers.Package.Tests;

/// <summary>Packs once and offers the package as a local feed in a folder outside the repository.</summary>
public sealed class PackageFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mdl-package-");

    public string Feed => Path.Combine(_directory.FullName, "feed");

    public string PackageFile { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        (await Dotnet.RunAsync(Repository.Root, "pack", Repository.Combine("src", "MdlAnalyzers.Package"), "--no-build",
            "-c", Repository.Configuration, "-o", Feed)).MustSucceed();
        PackageFile = Directory.GetFiles(Feed, "*.nupkg").Single();
    }

    /// <summary>An empty folder in which only the local feed exists and restored packages do not touch the user's cache.</summary>
    internal string CreateWorkspace(string name)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_directory.FullName, name)).FullName;
        File.WriteAllText(Path.Combine(directory, "nuget.config"), $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(_directory.FullName, "packages")}" />
              </config>
              <packageSources>
                <clear />
                <add key="local" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        return directory;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
