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
    /// <summary>Called by the host.</summary>
    public UncheckedSystemAddressFix() : base("MDL2002", "Fail the request when the MDL cannot be mapped")
    {
    }

    private protected override Task<(SyntaxNode Body, TextChange Guard)?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        MappingTest.FindAsync(document, diagnostic, cancellationToken);
}
