using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>
/// Decides by names alone which files can have to do with MDLs, so that the code of all others need not be bound. Every way to an annotated symbol
/// begins with the name of a type, an alias or an extension: one of the assemblies that have annotations, or one of a file that itself passes.
/// </summary>
internal sealed class FileFilter(AnalysisSession session)
{
    private const int MaxRounds = 16;

    private HashSet<SyntaxTree>? _files;

    public bool IsWorthALook(SyntaxTree tree, CancellationToken cancellationToken) => (_files ??= Find(cancellationToken)).Contains(tree);

    private HashSet<SyntaxTree> Find(CancellationToken cancellationToken)
    {
        HashSet<int> names = RootNames();
        var files = new HashSet<SyntaxTree>();
        var globals = new List<INamedTypeSymbol>();
        List<SyntaxTree> others = [.. session.Compilation.SyntaxTrees];
        for (int round = 0, before = -1; before != names.Count; round++)
        {
            // A long chain of files that name the next one only.
            if (round == MaxRounds)
                return [.. session.Compilation.SyntaxTrees];
            before = names.Count;
            others.RemoveAll(tree =>
            {
                if (!FileNames.Of(tree, cancellationToken).MentionsAny(names))
                    return false;
                SyntaxNode root = tree.GetRoot(cancellationToken);
                foreach (string name in FileNames.Declared(root))
                    Add(names, name);
                globals.AddRange(GlobalStatics(root, cancellationToken));
                return files.Add(tree);
            });
            foreach (INamedTypeSymbol type in globals.Where(type => names.Contains(FileNames.Hash(type.Name))))
                AddMembers(type, names);
        }

        return files;
    }

    // What is annotated lives in assemblies that have the annotations, and in those that build on them.
    private HashSet<int> RootNames()
    {
        var names = new HashSet<int>();
        var assemblies = new HashSet<string>(AnnotationNames.Gate.SelectMany(gate => session.Compilation.GetTypesByMetadataName(gate)).Select(static type => type.ContainingAssembly.Name));
        List<IAssemblySymbol> others = [.. session.Compilation.SourceModule.ReferencedAssemblySymbols];
        for (int before = -1; before != others.Count;)
        {
            before = others.Count;
            others.RemoveAll(assembly =>
            {
                if (!assemblies.Contains(assembly.Name) && !assembly.Modules.Any(module => module.ReferencedAssemblies.Any(identity => assemblies.Contains(identity.Name))))
                    return false;
                assemblies.Add(assembly.Name);
                AddTypes(assembly.GlobalNamespace, names);
                return true;
            });
        }

        foreach (string name in AnnotationNames.All)
            Add(names, name);
        return names;
    }

    private static void AddTypes(INamespaceOrTypeSymbol container, HashSet<int> names)
    {
        foreach (INamedTypeSymbol type in container.GetTypeMembers())
        {
            Add(names, type.Name);
            if (type.MightContainExtensionMethods || type.ContainingType is { MightContainExtensionMethods: true })
                AddMembers(type, names);
            AddTypes(type, names);
        }

        if (container is INamespaceSymbol parent)
        {
            foreach (INamespaceSymbol child in parent.GetNamespaceMembers())
                AddTypes(child, names);
        }
    }

    // With "global using static", any file may use members by their names alone.
    private IEnumerable<INamedTypeSymbol> GlobalStatics(SyntaxNode root, CancellationToken cancellationToken)
    {
        foreach (UsingDirectiveSyntax directive in ((CompilationUnitSyntax)root).Usings)
        {
            if (directive.StaticKeyword.RawKind != 0 && directive.GlobalKeyword.RawKind != 0 && directive.Name is { } name
                && session.ModelOf(root.SyntaxTree).GetSymbolInfo(name, cancellationToken).Symbol is INamedTypeSymbol type)
            {
                yield return type;
            }
        }
    }

    private static void AddMembers(INamedTypeSymbol type, HashSet<int> names)
    {
        foreach (string member in type.MemberNames)
            Add(names, member);
    }

    private static void Add(HashSet<int> names, string name)
    {
        names.Add(FileNames.Hash(name));
        const string suffix = nameof(Attribute);
        if (name.EndsWith(suffix, StringComparison.Ordinal))
            names.Add(FileNames.Hash(name.Substring(0, name.Length - suffix.Length)));
    }
}
