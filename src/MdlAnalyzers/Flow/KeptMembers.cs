using System.Collections.Concurrent;
using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>
/// Finds out what members keep from one method to the next, by following every method of the compilation that writes them. A member is looked at
/// when a body reads it, once per compilation.
/// </summary>
internal sealed class KeptMembers(AnalysisSession session)
{
    private const int MaxWriters = 6;
    private const int MaxBlocks = 120;

    private readonly ConcurrentDictionary<ISymbol, KeptMember> _members = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _types = new(SymbolEqualityComparer.Default);

    public KeptMember Of(ISymbol member, CancellationToken cancellationToken) =>
        CanBeKnown(member) ? _members.GetOrAdd(member.OriginalDefinition, m => Find(m, cancellationToken)) : KeptMember.Unknown;

    /// <summary>Takes note of a member that is changed in place: what it keeps is never known, so nobody need look for it.</summary>
    public void NoteChange(ISymbol member)
    {
        if (session.IsOwn(member))
            _members.TryAdd(member.OriginalDefinition, KeptMember.Unknown);
    }

    /// <summary>Whether a type has anything to do with MDLs: a number in one that has not is not worth a look.</summary>
    public bool HasToDoWithMdls(INamedTypeSymbol? type) =>
        type is not null && _types.GetOrAdd(type.OriginalDefinition, t => ((INamedTypeSymbol)t).GetMembers().Any(Mentions));

    private bool Mentions(ISymbol member) => member switch
    {
        IFieldSymbol field => session.Contracts.EntityOf(field.Type) is Entity.Mdl or Entity.Irp,
        IPropertySymbol property => session.Contracts.EntityOf(property.Type) is Entity.Mdl or Entity.Irp,
        IMethodSymbol method => method.Parameters.Any(p => session.Contracts.EntityOf(p.Type) is Entity.Mdl or Entity.Irp),
        _ => false,
    };

    private bool CanBeKnown(ISymbol member)
    {
        if (!session.IsOwn(member) || member.DeclaringSyntaxReferences is not [var declaration] || !session.Compilation.ContainsSyntaxTree(declaration.SyntaxTree))
            return false;
        ITypeSymbol? type = member switch
        {
            IFieldSymbol { IsConst: true } or IPropertySymbol { IsIndexer: true } => null,
            IPropertySymbol property when !IsAutomatic(property) => null,
            IParameterSymbol parameter when !IsKept(parameter) => null,
            _ => TypeOf(member),
        };
        return type is { TypeKind: TypeKind.Delegate } or IArrayTypeSymbol { Rank: 1 }
            || session.Contracts.EntityOf(type) is Entity.Mdl or Entity.Irp
            || type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 or SpecialType.System_UIntPtr or SpecialType.System_IntPtr } && HasToDoWithMdls(member.ContainingType);
    }

    /// <summary>Whether a property keeps what is assigned to it.</summary>
    public static bool IsAutomatic(IPropertySymbol property) =>
        property.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    /// <summary>Whether a parameter belongs to a primary constructor: its methods use it like a field.</summary>
    public static bool IsKept(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor, DeclaringSyntaxReferences: [var declaration] } constructor && IsPrimary(constructor, declaration);

    // It is declared where its type is.
    private static bool IsPrimary(IMethodSymbol constructor, SyntaxReference declaration) =>
        constructor.ContainingType.DeclaringSyntaxReferences.Any(part => part.SyntaxTree == declaration.SyntaxTree && part.Span == declaration.Span);

    public static ITypeSymbol? TypeOf(ISymbol? member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        IParameterSymbol parameter => parameter.Type,
        _ => null,
    };

    private KeptMember Find(ISymbol member, CancellationToken cancellationToken)
    {
        var writers = new KeptWriters(member, session, cancellationToken);
        if (!writers.Collect())
            return KeptMember.Unknown;
        if (!writers.NeedsPaths)
            return new KeptMember { Target = writers.Target, PagesOfLength = writers.PagesOfLength };
        if (writers.Methods.Count is 0 or > MaxWriters)
            return KeptMember.Unknown;

        var probe = new KeptProbe(member, writers.IsTested);
        foreach (IMethodSymbol method in writers.Methods)
        {
            if (session.CreateGraph(method, MaxBlocks, cancellationToken) is not { } graph)
                return KeptMember.Unknown;
            probe.Begin();
            var analysis = new BodyAnalysis(session, [probe], new FlowReporter(graph.OriginalOperation.Syntax), cancellationToken, new Budget(Budget.Default / 4)) { IsProbe = true };
            if (!analysis.Run(graph, method, entryDepth: 1) || !probe.SawWrite)
                return KeptMember.Unknown;
        }

        return probe.Result;
    }
}
