using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>Where one file writes members, tests them for null and creates objects, by name. Syntax alone: found once per tree, whatever compilation has it.</summary>
internal sealed class WriteIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, WriteIndex> _indexes = new();
    private static readonly List<ExpressionSyntax> _none = [];

    private readonly Dictionary<string, List<ExpressionSyntax>> _targets = [];
    private readonly Dictionary<string, List<ExpressionSyntax>> _creations = [];
    private readonly List<ExpressionSyntax> _untypedCreations = [];
    private readonly HashSet<string> _tested = [];

    private WriteIndex(SyntaxNode root)
    {
        foreach (SyntaxNode node in root.DescendantNodes())
            Note(node);
    }

    public static WriteIndex Of(SyntaxTree tree, CancellationToken cancellationToken) => _indexes.GetValue(tree, t => new WriteIndex(t.GetRoot(cancellationToken)));

    /// <summary>What is assigned, incremented or passed by reference under a name.</summary>
    public IReadOnlyList<ExpressionSyntax> TargetsOf(string name) => _targets.TryGetValue(name, out List<ExpressionSyntax>? found) ? found : _none;

    /// <summary>Creations of a type of this name, and those that do not name their type.</summary>
    public IEnumerable<ExpressionSyntax> CreationsOf(string type) => (_creations.TryGetValue(type, out List<ExpressionSyntax>? found) ? found : _none).Concat(_untypedCreations);

    /// <summary>Whether something of this name is tested for null.</summary>
    public bool IsTested(string name) => _tested.Contains(name);

    /// <summary>The last name of a path.</summary>
    public static string? NameOf(SyntaxNode? expression) => expression switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } suppressed => NameOf(suppressed.Operand),
        ParenthesizedExpressionSyntax parenthesized => NameOf(parenthesized.Expression),
        _ => null,
    };

    private void Note(SyntaxNode node)
    {
        switch (node)
        {
            case AssignmentExpressionSyntax assignment:
                NoteTarget(assignment.Left);
                break;
            case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression or (int)SyntaxKind.AddressOfExpression } unary:
                NoteTarget(unary.Operand);
                break;
            case PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } unary:
                NoteTarget(unary.Operand);
                break;
            case ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.RefKeyword or (int)SyntaxKind.OutKeyword } argument:
                NoteTarget(argument.Expression);
                break;
            case RefExpressionSyntax reference:
                NoteTarget(reference.Expression);
                break;
            case ObjectCreationExpressionSyntax creation when NameOf(creation.Type) is { } type:
                Add(_creations, type, creation);
                break;
            case ImplicitObjectCreationExpressionSyntax creation:
                _untypedCreations.Add(creation);
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } comparison:
                NoteTest(comparison.Left, comparison.Right.IsKind(SyntaxKind.NullLiteralExpression));
                NoteTest(comparison.Right, comparison.Left.IsKind(SyntaxKind.NullLiteralExpression));
                break;
            case IsPatternExpressionSyntax pattern:
                NoteTest(pattern.Expression, isTest: true);
                break;
            case ConditionalAccessExpressionSyntax access:
                NoteTest(access.Expression, isTest: true);
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } coalesce:
                NoteTest(coalesce.Left, isTest: true);
                break;
        }
    }

    private void NoteTarget(ExpressionSyntax target)
    {
        if (target is TupleExpressionSyntax tuple)
        {
            foreach (ArgumentSyntax part in tuple.Arguments)
                NoteTarget(part.Expression);
        }
        else if (NameOf(target) is { } name)
        {
            Add(_targets, name, target);
        }
    }

    private void NoteTest(ExpressionSyntax expression, bool isTest)
    {
        if (isTest && NameOf(expression) is { } name)
            _tested.Add(name);
    }

    private static void Add(Dictionary<string, List<ExpressionSyntax>> map, string name, ExpressionSyntax node)
    {
        if (!map.TryGetValue(name, out List<ExpressionSyntax>? list))
            map.Add(name, list = []);
        list.Add(node);
    }
}
