namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Assertions built on <see cref="IVerifier"/>.</summary>
public static class IVerifierExtensions
{
    /// <summary>Fails with a line diff, line endings visible, unless both texts are equal by ordinal comparison.</summary>
    public static void EqualOrDiff(this IVerifier verifier, string expected, string actual, string? message = null)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        if (string.Equals(expected, actual, StringComparison.Ordinal))
            return;

        verifier.Fail($"{message ?? "the texts differ"} (- expected, + actual)\n{LineDiff.Render(expected, actual)}");
    }
}
