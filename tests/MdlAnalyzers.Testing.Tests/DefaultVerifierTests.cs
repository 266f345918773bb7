using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class DefaultVerifierTests
{
    private readonly IVerifier _verifier = new DefaultVerifier();

    [Fact]
    public void Empty_refuses_a_collection_with_elements()
    {
        _verifier.Empty("things", Array.Empty<int>());

        Assert.Contains("'things' should be empty", Message(() => _verifier.Empty("things", [1])), StringComparison.Ordinal);
    }

    [Fact]
    public void NotEmpty_refuses_an_empty_collection()
    {
        _verifier.NotEmpty("things", [1]);

        Assert.Contains("'things' should not be empty", Message(() => _verifier.NotEmpty("things", Array.Empty<int>())), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_refuses_different_values()
    {
        _verifier.Equal("a", "a");

        Assert.Contains("expected 'a' but got 'b'", Message(() => _verifier.Equal("a", "b")), StringComparison.Ordinal);
    }

    [Fact]
    public void True_refuses_false()
    {
        _verifier.True(true);

        Assert.Equal("why", Message(() => _verifier.True(false, "why")));
    }

    [Fact]
    public void False_refuses_true()
    {
        _verifier.False(false);

        Assert.Equal("why", Message(() => _verifier.False(true, "why")));
    }

    [Fact]
    public void Fail_always_fails() => Assert.Equal("why", Message(() => _verifier.Fail("why")));

    [Fact]
    public void Only_CSharp_is_supported()
    {
        _verifier.LanguageIsSupported("C#");

        Assert.Contains("'Visual Basic' is not supported", Message(() => _verifier.LanguageIsSupported("Visual Basic")), StringComparison.Ordinal);
    }

    [Fact]
    public void SequenceEqual_refuses_another_order()
    {
        _verifier.SequenceEqual([1, 2], [1, 2]);

        Assert.Contains("expected [1, 2] but got [2, 1]", Message(() => _verifier.SequenceEqual([1, 2], [2, 1])), StringComparison.Ordinal);
    }

    [Fact]
    public void SequenceEqual_uses_the_comparer_it_is_given()
    {
        _verifier.SequenceEqual(["a"], ["A"], StringComparer.OrdinalIgnoreCase);

        Assert.NotEmpty(Message(() => _verifier.SequenceEqual(["a"], ["A"])));
    }

    [Fact]
    public void Failures_name_the_contexts_from_the_outside_in() =>
        Assert.Equal("Context: outer\nContext: inner\nwhy", Message(() => _verifier.PushContext("outer").PushContext("inner").Fail("why")));

    [Fact]
    public void A_derived_verifier_must_push_contexts_itself() =>
        Assert.Contains("must override PushContext", Message(() => new DerivedVerifier().PushContext("c")), StringComparison.Ordinal);

    [Fact]
    public void EqualOrDiff_shows_the_lines_that_differ()
    {
        _verifier.EqualOrDiff("a\nb", "a\nb");

        Assert.EndsWith("  a<LF>\n- b<LF>\n+ x<LF>\n  c\n", Message(() => _verifier.EqualOrDiff("a\nb\nc", "a\nx\nc")), StringComparison.Ordinal);
    }

    [Fact]
    public void EqualOrDiff_shows_line_endings() =>
        Assert.EndsWith("- a<CR><LF>\n+ a<LF>\n", Message(() => _verifier.EqualOrDiff("a\r\n", "a\n")), StringComparison.Ordinal);

    [Fact]
    public void EqualOrDiff_compares_ordinally() =>
        Assert.NotEmpty(Message(() => _verifier.EqualOrDiff("a\u200Db", "ab")));

    private static string Message(Action action) => Assert.Throws<InvalidOperationException>(action).Message;

    private sealed class DerivedVerifier() : DefaultVerifier(ImmutableStack<string>.Empty);
}
