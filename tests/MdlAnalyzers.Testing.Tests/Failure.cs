using Xunit;

namespace MdlAnalyzers.Testing.Tests;

/// <summary>Asserts that a verifier fails, and why.</summary>
internal static class Failure
{
    /// <summary>Asserts that <paramref name="run"/> fails with a message that contains every one of <paramref name="parts"/>.</summary>
    public static async Task Contains(Func<Task> run, params string[] parts)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(run);

        foreach (var part in parts)
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }
}
