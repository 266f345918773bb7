using System.Runtime.InteropServices;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Finds the reference assemblies of a framework in the installed SDK.</summary>
internal static class TargetingPack
{
    /// <summary>
    /// Paths of the reference assemblies, in ordinal order. Where no targeting pack is installed (a runtime without
    /// an SDK), the assemblies of the running framework stand in.
    /// </summary>
    public static IReadOnlyList<string> FindAssemblies(string targetFramework)
    {
        // The runtime directory is <root>/shared/Microsoft.NETCore.App/<version>/.
        var runtime = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        var pack = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref"));

        var assemblies = AssembliesOfNewestVersion(pack, targetFramework) ?? AssembliesOfRunningFramework(runtime);
        Array.Sort(assemblies, StringComparer.Ordinal);
        return assemblies;
    }

    private static string[]? AssembliesOfNewestVersion(string pack, string targetFramework)
    {
        if (!Directory.Exists(pack))
            return null;

        return Directory.GetDirectories(pack)
            .Select(versionDirectory => Path.Combine(versionDirectory, "ref", targetFramework))
            .Where(Directory.Exists)
            .OrderByDescending(static directory => VersionOf(directory))
            .ThenByDescending(static directory => directory, StringComparer.Ordinal)
            .Select(static directory => Directory.GetFiles(directory, "*.dll"))
            .FirstOrDefault();
    }

    // A preview version ("10.0.0-rc.1") counts as its release.
    private static Version VersionOf(string referenceDirectory)
    {
        var name = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(referenceDirectory))) ?? "";
        return Version.TryParse(name.Split('-')[0], out var version) ? version : new Version();
    }

    private static string[] AssembliesOfRunningFramework(string runtime)
    {
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return [.. trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => string.Equals(Path.GetDirectoryName(path), runtime, StringComparison.Ordinal))];
    }
}
