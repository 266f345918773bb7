using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MdlRuntime.Verification;

/// <summary>File and line of a place in a method, from the portable symbols beside or inside its assembly.</summary>
internal static class SourceLines
{
    private static readonly ConcurrentDictionary<Module, MetadataReader?> s_symbols = new();

    public static (string File, int Number)? Find(MethodBase method, int offset)
    {
        if (method is DynamicMethod || s_symbols.GetOrAdd(method.Module, Open) is not { } symbols)
            return null;

        MethodDefinitionHandle handle = MetadataTokens.MethodDefinitionHandle(method.MetadataToken & 0xFF_FFFF);
        MethodDebugInformation information = symbols.GetMethodDebugInformation(handle);
        SequencePoint? found = null;
        foreach (SequencePoint point in information.GetSequencePoints())
        {
            if (!point.IsHidden && point.Offset <= offset)
                found = point;
        }

        return found is { } line ? (symbols.GetString(symbols.GetDocument(line.Document).Name), line.StartLine) : null;
    }

    private static MetadataReader? Open(Module module)
    {
        string location = module.Assembly.Location;
        if (location.Length == 0)
            return null;

        try
        {
            using var image = new PEReader(File.OpenRead(location));
            return image.TryOpenAssociatedPortablePdb(location, path => File.Exists(path) ? File.OpenRead(path) : null, out MetadataReaderProvider? provider, out _)
                ? provider!.GetMetadataReader()
                : null;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
