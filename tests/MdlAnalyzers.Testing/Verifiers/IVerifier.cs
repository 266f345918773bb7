using System.Diagnostics.CodeAnalysis;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>The assertions a test run makes. A failing assertion throws.</summary>
public interface IVerifier
{
    /// <summary>Fails unless <paramref name="collection"/> has no element.</summary>
    void Empty<T>(string collectionName, IEnumerable<T> collection);

    /// <summary>Fails if <paramref name="collection"/> has no element.</summary>
    void NotEmpty<T>(string collectionName, IEnumerable<T> collection);

    /// <summary>Fails unless both values are equal by the default comparer.</summary>
    void Equal<T>(T expected, T actual, string? message = null);

    /// <summary>Fails unless <paramref name="assert"/> holds.</summary>
    void True([DoesNotReturnIf(false)] bool assert, string? message = null);

    /// <summary>Fails if <paramref name="assert"/> holds.</summary>
    void False([DoesNotReturnIf(true)] bool assert, string? message = null);

    /// <summary>Always fails.</summary>
    [DoesNotReturn]
    void Fail(string? message = null);

    /// <summary>Fails unless <paramref name="language"/> is a language this library can compile.</summary>
    void LanguageIsSupported(string language);

    /// <summary>Fails unless both sequences have equal elements in the same order.</summary>
    void SequenceEqual<T>(IEnumerable<T> expected, IEnumerable<T> actual, IEqualityComparer<T>? equalityComparer = null, string? message = null);

    /// <summary>Returns a verifier whose failures name <paramref name="context"/> after the contexts of this one.</summary>
    IVerifier PushContext(string context);
}
