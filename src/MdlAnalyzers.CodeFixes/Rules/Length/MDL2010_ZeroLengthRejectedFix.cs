using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2010: completes an empty transfer successfully in front of the test that fails requests without an MDL.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ZeroLengthRejectedFix))]
[Shared]
public sealed class ZeroLengthRejectedFix : GuardFix
{
    /// <summary>Called by the host.</summary>
    public ZeroLengthRejectedFix() : base("MDL2010", "Complete empty transfers first")
    {
    }

    private protected override Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        EmptyTransferTest.FindAsync(document, diagnostic, cancellationToken);
}
