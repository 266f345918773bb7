using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>The methods that write a member.</summary>
internal sealed class KeptWriters(ISymbol member, AnalysisSession session, CancellationToken cancellationToken)
{
    // Names that are common in a large project are not worth the search.
    private const int MaxLooks = 60;

    private readonly HashSet<IMethodSymbol> _methods = new(SymbolEqualityComparer.Default);
    private readonly Entity _type = session.Contracts.EntityOf(KeptMembers.TypeOf(member));
    private readonly SyntaxReference[]? _scope = ScopeOf(member);
    private readonly SyntaxReference[]? _typeScope = ScopeOf(member.ContainingType);
    private bool _isGivenToConstructor;
    private int _looked;

    public IReadOnlyCollection<IMethodSymbol> Methods => _methods;

    /// <summary>Whether the member is tested for null somewhere: its author knows that there may be nothing in it.</summary>
    public bool IsTested { get; private set; }

    /// <summary>Whether what is assigned has to be followed to be known: not for delegates and arrays.</summary>
    public bool NeedsPaths { get; } = KeptMembers.TypeOf(member) is not ({ TypeKind: TypeKind.Delegate } or IArrayTypeSymbol);

    public IMethodSymbol? Target { get; private set; }

    public int PagesOfLength { get; private set; }

    /// <summary>Finds all of them; false if the member is also written in a way that cannot be followed.</summary>
    public bool Collect()
    {
        if (!CollectInitializer())
            return false;
        foreach (SyntaxTree tree in TreesOf(_scope))
        {
            WriteIndex index = WriteIndex.Of(tree, cancellationToken);
            IsTested |= index.IsTested(member.Name);
            if (!CollectTargets(index, tree))
                return false;
        }

        return !_isGivenToConstructor || TreesOf(_typeScope).All(CollectCreations);
    }

    private IEnumerable<SyntaxTree> TreesOf(SyntaxReference[]? scope) =>
        scope is null ? session.Compilation.SyntaxTrees : scope.Select(static r => r.SyntaxTree).Distinct().Where(session.Compilation.ContainsSyntaxTree);

    // The type outside of which a symbol cannot be named; null if there is none.
    private static SyntaxReference[]? ScopeOf(ISymbol symbol)
    {
        if (symbol is IParameterSymbol)
            return [.. symbol.ContainingType.DeclaringSyntaxReferences];
        ISymbol? hidden = symbol;
        while (hidden is not null && hidden.DeclaredAccessibility != Accessibility.Private)
            hidden = hidden.ContainingType;
        return hidden?.ContainingType?.DeclaringSyntaxReferences.ToArray();
    }

    private static bool IsVisible(SyntaxNode node, SyntaxReference[]? scope) =>
        scope is null || Array.Exists(scope, r => r.SyntaxTree == node.SyntaxTree && r.Span.Contains(node.Span));

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
            if (!IsVisible(target, _scope))
                continue;
            if (++_looked > MaxLooks)
                return false;
            model ??= session.ModelOf(tree);
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(target, cancellationToken).Symbol?.OriginalDefinition, member))
                continue;
            AssignmentExpressionSyntax? assignment = target.Parent as AssignmentExpressionSyntax;
            bool isPlain = assignment is { RawKind: (int)SyntaxKind.SimpleAssignmentExpression or (int)SyntaxKind.CoalesceAssignmentExpression }
                || target.Parent is ArgumentSyntax { RefKindKeyword.RawKind: 0, Parent: TupleExpressionSyntax };
            if (!isPlain)
                return false;
            if (assignment is not null && (!NeedsPaths || IsTrivial(assignment.Right) || IsOwnParameter(assignment.Right, model)))
            {
                if (!CollectValue(assignment.Right, model))
                    return false;
            }
            else if (assignment is not null && !MayMatter(model.GetOperation(assignment.Right, cancellationToken)))
            {
                // A number that is something else settles the question; an MDL from elsewhere says nothing about the others.
                if (_type != Entity.Mdl)
                    return false;
            }
            else if (!AddMethod(target, model))
            {
                return false;
            }
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

    // Whether a path has to be followed to know what an expression yields. It saves most members the trouble.
    private bool MayMatter(IOperation? value) => value switch
    {
        { ConstantValue.HasValue: true } => _type != Entity.Mdl,
        IConversionOperation conversion => MayMatter(conversion.Operand),
        IParameterReferenceOperation parameter => _type == Entity.Irp || session.Contracts.Parameter(parameter.Parameter).Kind != ValueKind.None,
        IPropertyReferenceOperation property => session.Contracts.Member(property.Property).IsAnnotated || !property.Property.DeclaringSyntaxReferences.IsEmpty,
        IFieldReferenceOperation field => session.Contracts.Member(field.Field).IsAnnotated || field.Field.ContainingType.IsTupleType,
        IInvocationOperation call => session.Contracts.Method(call.TargetMethod).Return is { IsEmpty: false } || !call.TargetMethod.DeclaringSyntaxReferences.IsEmpty || call.Arguments.Any(a => MayMatter(a.Value)),
        IBinaryOperation binary => MayMatter(binary.LeftOperand) && MayMatter(binary.RightOperand),
        IObjectCreationOperation creation => creation.Arguments.Any(a => MayMatter(a.Value)),
        _ => true,
    };

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
            if (!IsVisible(creation, _typeScope))
                continue;
            if (++_looked > MaxLooks)
                return false;
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
