using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>What the device descriptions of a compilation say.</summary>
internal static class DeviceFacts
{
    private const int NarrowBits = 32;

    /// <summary>Whether a description says that the device drives 32 address lines or less, and none says more.</summary>
    public static bool AreNarrow(AnalysisSession session, CancellationToken cancellationToken)
    {
        bool isNarrow = false;
        foreach (SyntaxTree tree in session.Compilation.SyntaxTrees)
        {
            foreach (SyntaxNode node in tree.GetRoot(cancellationToken).DescendantNodes())
            {
                if (node is not AssignmentExpressionSyntax { Right: var value } assignment || NameOf(assignment.Left) is not { } name)
                    continue;
                switch (name)
                {
                    case "Dma64BitAddresses" when !value.IsKind(SyntaxKind.FalseLiteralExpression):
                        return false;
                    case "Dma32BitAddresses" when !value.IsKind(SyntaxKind.FalseLiteralExpression):
                        isNarrow = true;
                        break;
                    case "DmaAddressWidth":
                        if (session.ModelOf(tree).GetConstantValue(value, cancellationToken) is not { HasValue: true, Value: IConvertible width } || width.ToInt64(null) > NarrowBits)
                            return false;
                        isNarrow = true;
                        break;
                }
            }
        }

        return isNarrow;
    }

    private static string? NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        _ => null,
    };
}
