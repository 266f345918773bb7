using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow;

/// <summary>Finds what a declaration executes.</summary>
internal static class CodeBlocks
{
    /// <summary>The body of a method, accessor or constructor with its initializer, or the initializer of a field or property; null if there is none.</summary>
    public static IOperation? BodyOf(SyntaxNode declaration, ISymbol owner, SemanticModel model, CancellationToken cancellationToken)
    {
        SyntaxNode? code = owner switch
        {
            IMethodSymbol => declaration,
            IFieldSymbol or IEventSymbol => declaration.DescendantNodes(static n => n is BaseFieldDeclarationSyntax or VariableDeclarationSyntax)
                .OfType<VariableDeclaratorSyntax>().FirstOrDefault(field => field.Identifier.ValueText == owner.Name)?.Initializer,
            IPropertySymbol => (declaration as PropertyDeclarationSyntax)?.Initializer,
            _ => null,
        };
        return code is not null && model.GetOperation(code, cancellationToken) is { Parent: null } body ? body : null;
    }

    /// <summary>The graph of a whole body; null if it is none.</summary>
    public static ControlFlowGraph? GraphOf(IOperation body, CancellationToken cancellationToken) => body switch
    {
        IMethodBodyOperation method => ControlFlowGraph.Create(method, cancellationToken),
        IConstructorBodyOperation constructor => ControlFlowGraph.Create(constructor, cancellationToken),
        IBlockOperation block => ControlFlowGraph.Create(block, cancellationToken),
        IFieldInitializerOperation field => ControlFlowGraph.Create(field, cancellationToken),
        IPropertyInitializerOperation property => ControlFlowGraph.Create(property, cancellationToken),
        _ => null,
    };
}
