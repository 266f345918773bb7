using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The expression that took an MDL out of a request, such as <c>irp.MdlAddress</c>.</summary>
internal sealed class RequestMdl
{
    private RequestMdl(MemberAccessExpressionSyntax access) => Access = access;

    public MemberAccessExpressionSyntax Access { get; }

    /// <summary>The expression that names the request.</summary>
    public ExpressionSyntax Request => Access.Expression;

    public static RequestMdl? Behind(Diagnostic diagnostic, ExpressionSyntax use, SyntaxNode root, SemanticModel model, CancellationToken cancellationToken)
    {
        foreach (Location location in diagnostic.AdditionalLocations.Concat([diagnostic.Location]))
        {
            if (location.SourceTree == root.SyntaxTree && In(root, location.SourceSpan, model, cancellationToken) is { } access)
            {
                // A request variable that takes several values may name another request at the use than where the MDL was read.
                bool direct = use.Span.Contains(access.Span);
                return direct || IsSingleValued(access.Expression, use, model, cancellationToken) ? new RequestMdl(access) : null;
            }
        }

        return null;
    }

    private static MemberAccessExpressionSyntax? In(SyntaxNode root, TextSpan span, SemanticModel model, CancellationToken cancellationToken) =>
        root.FindNode(span, getInnermostNodeForTie: true)
            .DescendantNodesAndSelf()
            .OfType<MemberAccessExpressionSyntax>()
            .FirstOrDefault(access =>
                Annotation.IsIrp(model.GetTypeInfo(access.Expression, cancellationToken).Type)
                && Annotation.IsMdl(model.GetTypeInfo(access, cancellationToken).Type));

    private static bool IsSingleValued(ExpressionSyntax request, SyntaxNode use, SemanticModel model, CancellationToken cancellationToken)
    {
        ISymbol? symbol = model.GetSymbolInfo(SimplePath.Strip(request), cancellationToken).Symbol;
        SyntaxNode? member = use.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        return symbol is not null
            && member is not null
            && !member.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(assignment =>
                SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol, symbol));
    }
}
