using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Serves the files that documentation comments include from memory.</summary>
internal sealed class TestXmlReferenceResolver(IReadOnlyDictionary<string, string> files) : XmlReferenceResolver
{
    public override Stream OpenRead(string resolvedPath) => new MemoryStream(Encoding.UTF8.GetBytes(files[resolvedPath]), writable: false);

    public override string? ResolveReference(string path, string? baseFilePath) => files.ContainsKey(path) ? path : null;

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
