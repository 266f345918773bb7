using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Fails with <see cref="InvalidOperationException"/>, so that it works under every test runner.</summary>
public class DefaultVerifier : IVerifier
{
    /// <summary>Creates a verifier without context.</summary>
    public DefaultVerifier()
        : this(ImmutableStack<string>.Empty)
    {
    }

    /// <summary>Creates a verifier with a context stack; the top is the innermost context.</summary>
    protected DefaultVerifier(ImmutableStack<string> context) => Context = context ?? throw new ArgumentNullException(nameof(context));

    /// <summary>What the run was doing, innermost first.</summary>
    protected ImmutableStack<string> Context { get; }

    /// <inheritdoc/>
    public virtual void Empty<T>(string collectionName, IEnumerable<T> collection)
    {
        var items = collection.ToList();
        if (items.Count > 0)
            Fail($"'{collectionName}' should be empty but has {items.Count} element(s): {string.Join(", ", items)}");
    }

    /// <inheritdoc/>
    public virtual void NotEmpty<T>(string collectionName, IEnumerable<T> collection)
    {
        if (!collection.Any())
            Fail($"'{collectionName}' should not be empty");
    }

    /// <inheritdoc/>
    public virtual void Equal<T>(T expected, T actual, string? message = null)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            Fail(message ?? $"expected '{expected}' but got '{actual}'");
    }

    /// <inheritdoc/>
    public virtual void True([DoesNotReturnIf(false)] bool assert, string? message = null)
    {
        if (!assert)
            Fail(message ?? "expected true but got false");
    }

    /// <inheritdoc/>
    public virtual void False([DoesNotReturnIf(true)] bool assert, string? message = null)
    {
        if (assert)
            Fail(message ?? "expected false but got true");
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public virtual void Fail(string? message = null) =>
        throw new InvalidOperationException(CreateMessage(message ?? "the test failed without giving a reason"));

    /// <inheritdoc/>
    public virtual void LanguageIsSupported(string language) =>
        True(language == LanguageNames.CSharp, $"language '{language}' is not supported, only '{LanguageNames.CSharp}' is");

    /// <inheritdoc/>
    public virtual void SequenceEqual<T>(IEnumerable<T> expected, IEnumerable<T> actual, IEqualityComparer<T>? equalityComparer = null, string? message = null)
    {
        var expectedItems = expected.ToList();
        var actualItems = actual.ToList();
        if (!expectedItems.SequenceEqual(actualItems, equalityComparer ?? EqualityComparer<T>.Default))
            Fail($"{message ?? "the sequences differ"}: expected [{string.Join(", ", expectedItems)}] but got [{string.Join(", ", actualItems)}]");
    }

    /// <inheritdoc/>
    public virtual IVerifier PushContext(string context)
    {
        // A derived verifier that does not override this would silently lose its own behaviour.
        if (GetType() != typeof(DefaultVerifier))
            throw new InvalidOperationException($"{GetType().Name} must override {nameof(PushContext)}");
        return new DefaultVerifier(Context.Push(context));
    }

    /// <summary>Puts the contexts, outermost first, in front of <paramref name="message"/>.</summary>
    protected virtual string CreateMessage(string? message)
    {
        var builder = new StringBuilder();
        foreach (var context in Context.Reverse())
            builder.Append("Context: ").Append(context).Append('\n');
        return builder.Append(message).ToString();
    }
}
