using System.Collections.Concurrent;
using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
        if (member.DeclaringSyntaxReferences is not [var declaration] || !session.Compilation.ContainsSyntaxTree(declaration.SyntaxTree))
            return false;
        ITypeSymbol? type = member switch
        {
            IFieldSymbol { IsConst: false } field => field.Type,
            IPropertySymbol { IsIndexer: false } property when IsAutomatic(property) => property.Type,
            _ => null,
        };
        return type is { TypeKind: TypeKind.Delegate } or IArrayTypeSymbol { Rank: 1 }
            || session.Contracts.EntityOf(type) is Entity.Mdl or Entity.Irp
            || type is { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 or SpecialType.System_UIntPtr or SpecialType.System_IntPtr } && HasToDoWithMdls(member.ContainingType);
    }

    /// <summary>Whether a property keeps what is assigned to it.</summary>
    public static bool IsAutomatic(IPropertySymbol property) =>
        property.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

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

/// <summary>The methods that write a member.</summary>
internal sealed class KeptWriters(ISymbol member, AnalysisSession session, CancellationToken cancellationToken)
{
    private readonly HashSet<IMethodSymbol> _methods = new(SymbolEqualityComparer.Default);
    private bool _isGivenToConstructor;

    public IReadOnlyCollection<IMethodSymbol> Methods => _methods;

    /// <summary>Whether the member is tested for null somewhere: its author knows that there may be nothing in it.</summary>
    public bool IsTested { get; private set; }

    /// <summary>Whether what is assigned has to be followed to be known: not for delegates and arrays.</summary>
    public bool NeedsPaths { get; } = ((member as IFieldSymbol)?.Type ?? (member as IPropertySymbol)?.Type) is not ({ TypeKind: TypeKind.Delegate } or IArrayTypeSymbol);

    public IMethodSymbol? Target { get; private set; }

    public int PagesOfLength { get; private set; }

    /// <summary>Finds all of them; false if the member is also written in a way that cannot be followed.</summary>
    public bool Collect()
    {
        if (!CollectInitializer())
            return false;
        foreach (SyntaxTree tree in Trees())
        {
            WriteIndex index = WriteIndex.Of(tree, cancellationToken);
            IsTested |= index.IsTested(member.Name);
            if (!CollectTargets(index, tree))
                return false;
        }

        return !_isGivenToConstructor || Trees(everywhere: true).All(CollectCreations);
    }

    private IEnumerable<SyntaxTree> Trees(bool everywhere = false) =>
        member.DeclaredAccessibility == Accessibility.Private && !everywhere
            ? member.ContainingType.DeclaringSyntaxReferences.Select(static r => r.SyntaxTree).Distinct().Where(session.Compilation.ContainsSyntaxTree)
            : session.Compilation.SyntaxTrees;

    private bool CollectInitializer()
    {
        SyntaxNode declaration = member.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken);
        ExpressionSyntax? value = declaration switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };
        if (declaration is ParameterSyntax)
            _isGivenToConstructor = true;
        return value is null || CollectValue(value, session.ModelOf(value.SyntaxTree));
    }

    private bool CollectTargets(WriteIndex index, SyntaxTree tree)
    {
        SemanticModel? model = null;
        foreach (ExpressionSyntax target in index.TargetsOf(member.Name))
        {
            model ??= session.ModelOf(tree);
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(target, cancellationToken).Symbol?.OriginalDefinition, member))
                continue;
            AssignmentExpressionSyntax? assignment = target.Parent as AssignmentExpressionSyntax;
            bool isPlain = assignment is { RawKind: (int)SyntaxKind.SimpleAssignmentExpression or (int)SyntaxKind.CoalesceAssignmentExpression }
                || target.Parent is ArgumentSyntax { RefKindKeyword.RawKind: 0, Parent: TupleExpressionSyntax };
            if (!isPlain)
                return false;
            if (assignment is not null && (!NeedsPaths || IsTrivial(assignment.Right) || IsOwnParameter(assignment.Right, model)) ? !CollectValue(assignment.Right, model) : !AddMethod(target, model))
                return false;
        }

        return true;
    }

    // Values that need no path to be followed.
    private bool CollectValue(ExpressionSyntax value, SemanticModel model)
    {
        if (IsTrivial(value))
            return true;
        if (value is ArrayCreationExpressionSyntax { Type.RankSpecifiers: [{ Sizes: [{ } size] }] })
        {
            int pages = PageCapacity.Of(size, session, cancellationToken);
            PagesOfLength = PagesOfLength == 0 ? pages : Math.Min(PagesOfLength, pages);
            return !NeedsPaths && pages > 0;
        }

        if (!NeedsPaths)
        {
            if (model.GetSymbolInfo(value, cancellationToken).Symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary } method || (Target is not null && !SymbolEqualityComparer.Default.Equals(Target, method)))
                return false;
            Target = method;
            return true;
        }

        if (IsOwnParameter(value, model))
        {
            _isGivenToConstructor = true;
            return true;
        }

        return model.GetConstantValue(value, cancellationToken).HasValue;
    }

    private static bool IsTrivial(ExpressionSyntax value) => value switch
    {
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } suppressed => IsTrivial(suppressed.Operand),
        LiteralExpressionSyntax or DefaultExpressionSyntax => true,
        _ => false,
    };

    // "Member = parameter" in a constructor: the creations of the object tell what it is.
    private bool IsOwnParameter(ExpressionSyntax value, SemanticModel model) =>
        value is IdentifierNameSyntax && model.GetSymbolInfo(value, cancellationToken).Symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } };

    private bool CollectCreations(SyntaxTree tree)
    {
        SemanticModel? model = null;
        foreach (ExpressionSyntax creation in WriteIndex.Of(tree, cancellationToken).CreationsOf(member.ContainingType.Name))
        {
            model ??= session.ModelOf(tree);
            if (SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(creation, cancellationToken).Type?.OriginalDefinition, member.ContainingType) && !AddMethod(creation, model))
                return false;
        }

        return true;
    }

    private bool AddMethod(SyntaxNode node, SemanticModel model)
    {
        for (SyntaxNode? ancestor = node; ancestor is not null; ancestor = ancestor.Parent)
        {
            IMethodSymbol? method = ancestor switch
            {
                AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax => null,
                BaseMethodDeclarationSyntax declaration => model.GetDeclaredSymbol(declaration, cancellationToken),
                AccessorDeclarationSyntax accessor => model.GetDeclaredSymbol(accessor, cancellationToken),
                _ => null,
            };
            if (method is not null)
            {
                _methods.Add(method);
                return true;
            }

            if (ancestor is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax)
                return false;
        }

        return false;
    }
}
