using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2002: tests the address behind the mapping call and fails the request with insufficient resources.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UncheckedSystemAddressFix))]
[Shared]
public sealed class UncheckedSystemAddressFix : GuardFix
{
    /// <summary>Made by the editor.</summary>
    public UncheckedSystemAddressFix() : base("MDL2002", "Fail the request when the MDL cannot be mapped")
    {
    }

    private protected override async Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        await MappingTest.FindAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is { } test ? (test.Body, test.Guard) : null;
}
