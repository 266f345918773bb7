using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Compares a fixed solution with the expected one, file by file.</summary>
internal static class SolutionComparison
{
    public static async Task VerifyAsync(Solution expected, Solution actual, IVerifier verifier, CancellationToken cancellationToken)
    {
        verifier.SequenceEqual(ProjectNames(expected), ProjectNames(actual), StringComparer.Ordinal, "names of the projects");
        foreach (var expectedProject in expected.Projects)
        {
            var actualProject = actual.Projects.Single(project => project.Name == expectedProject.Name);
            await VerifyAsync("documents", expectedProject.Documents, actualProject.Documents).ConfigureAwait(false);
            await VerifyAsync("additional files", expectedProject.AdditionalDocuments, actualProject.AdditionalDocuments).ConfigureAwait(false);
            await VerifyAsync("analyzer config files", expectedProject.AnalyzerConfigDocuments, actualProject.AnalyzerConfigDocuments).ConfigureAwait(false);
        }

        async Task VerifyAsync(string what, IEnumerable<TextDocument> expectedDocuments, IEnumerable<TextDocument> actualDocuments)
        {
            var expectedSorted = Sorted(expectedDocuments);
            var actualSorted = Sorted(actualDocuments);
            verifier.SequenceEqual(expectedSorted.Select(FolderAndName), actualSorted.Select(FolderAndName), StringComparer.Ordinal, $"folders and names of the {what}");
            foreach (var (expectedDocument, actualDocument) in expectedSorted.Zip(actualSorted))
                await VerifyDocumentAsync(expectedDocument, actualDocument, verifier, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task VerifyDocumentAsync(TextDocument expected, TextDocument actual, IVerifier verifier, CancellationToken cancellationToken)
    {
        var name = FolderAndName(expected);
        var expectedText = await expected.GetTextAsync(cancellationToken).ConfigureAwait(false);
        var actualText = await actual.GetTextAsync(cancellationToken).ConfigureAwait(false);
        verifier.EqualOrDiff(expectedText.ToString(), actualText.ToString(), $"content of '{name}'");
        verifier.Equal(NameOf(expectedText.Encoding), NameOf(actualText.Encoding), $"encoding of '{name}': expected {NameOf(expectedText.Encoding)}, got {NameOf(actualText.Encoding)}");
        verifier.Equal(expectedText.ChecksumAlgorithm, actualText.ChecksumAlgorithm, $"checksum algorithm of '{name}': expected {expectedText.ChecksumAlgorithm}, got {actualText.ChecksumAlgorithm}");
    }

    private static IEnumerable<string> ProjectNames(Solution solution) =>
        solution.Projects.Select(static project => project.Name).Order(StringComparer.Ordinal);

    private static List<TextDocument> Sorted(IEnumerable<TextDocument> documents) =>
        [.. documents.OrderBy(FolderAndName, StringComparer.Ordinal)];

    private static string FolderAndName(TextDocument document) => string.Join('/', document.Folders.Append(document.Name));

    private static string NameOf(Encoding? encoding) =>
        encoding is null ? "none" : encoding.WebName + (encoding.Preamble.IsEmpty ? "" : " with byte order mark");
}
