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
    /// <summary>Made by the editor.</summary>
    public ZeroLengthRejectedFix() : base("MDL2010", "Complete empty transfers first")
    {
    }

    private protected override async Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        await EmptyTransferTest.FindAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is { } test ? (test.Body, test.Guard) : null;
}
