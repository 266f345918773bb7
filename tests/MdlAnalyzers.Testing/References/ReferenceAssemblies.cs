using System.Collections.Immutable;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The assemblies a project is compiled against. They are found on disk; nothing is downloaded.</summary>
public sealed class ReferenceAssemblies
{
    private readonly Lazy<ImmutableArray<MetadataReference>> _references;

    private ReferenceAssemblies(string targetFramework, ImmutableArray<string> assemblies)
    {
        TargetFramework = targetFramework;
        Assemblies = assemblies;
        _references = new Lazy<ImmutableArray<MetadataReference>>(
            () => [.. TargetingPack.FindAssemblies(targetFramework).Concat(assemblies).Select(MetadataReferences.CreateReferenceFromFile)]);
    }

    /// <summary>The framework the tests themselves run on.</summary>
    public static ReferenceAssemblies Default => Net.Net100;

    /// <summary>Moniker of the framework, for example <c>net10.0</c>.</summary>
    public string TargetFramework { get; }

    /// <summary>Paths of the assemblies besides those of the framework.</summary>
    public ImmutableArray<string> Assemblies { get; }

    /// <summary>Returns these references and the assembly files at the given paths.</summary>
    public ReferenceAssemblies AddAssemblies(ImmutableArray<string> assemblies) => new(TargetFramework, Assemblies.AddRange(assemblies));

    /// <summary>Returns the references for a project of <paramref name="language"/>.</summary>
    public Task<ImmutableArray<MetadataReference>> ResolveAsync(string? language, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_references.Value);
    }

    /// <summary>Frameworks whose reference assemblies the SDK carries.</summary>
    public static class Net
    {
        /// <summary>.NET 10.</summary>
        public static ReferenceAssemblies Net100 { get; } = new("net10.0", []);
    }
}
