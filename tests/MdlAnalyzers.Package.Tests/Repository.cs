using System.Reflection;

namespace MdlAnalyzers.Package.Tests;

/// <summary>Where the repository lies and how it was built.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot").Replace('\\', Path.DirectorySeparatorChar));

    public static string Configuration { get; } = Metadata("Configuration");

    public static string Combine(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;
}
