using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class MarkupParserTests
{
    [Theory]
    [InlineData("")]
    [InlineData("class C { int[] a = { 1 | 2 }; }")]
    [InlineData("a\r\nb")]
    [InlineData("{ | } [ | ] $")]
    public void Text_without_markup_stays_as_it_is(string input)
    {
        var (output, positions, spans) = Parse(input);

        Assert.Equal(input, output);
        Assert.Empty(positions);
        Assert.Empty(spans);
    }

    [Fact]
    public void Positions_are_offsets_in_the_text_without_markup()
    {
        var (output, positions, _) = Parse("$$a[|b|]$$c");

        Assert.Equal("abc", output);
        Assert.Equal([0, 2], positions);
    }

    [Fact]
    public void Unnamed_spans_have_the_empty_name()
    {
        var (output, _, spans) = Parse("a[|bc|]d[||]");

        Assert.Equal("abcd", output);
        Assert.Equal([new TextSpan(1, 2), new TextSpan(4, 0)], spans[""]);
    }

    [Theory]
    [InlineData("CS0103")]
    [InlineData("MDL1001")]
    [InlineData("a-b_c.d+e")]
    public void Named_spans_have_the_name_before_the_colon(string name)
    {
        var (output, _, spans) = Parse($"a{{|{name}:bc|}}d");

        Assert.Equal("abcd", output);
        Assert.Equal([new TextSpan(1, 2)], spans[name]);
    }

    [Fact]
    public void Numbered_spans_have_a_name_with_a_hash()
    {
        var (output, _, spans) = Parse("{|#0:a|}{|#12:b|}");

        Assert.Equal("ab", output);
        Assert.Equal([new TextSpan(0, 1)], spans["#0"]);
        Assert.Equal([new TextSpan(1, 1)], spans["#12"]);
    }

    [Fact]
    public void Nested_spans_end_from_the_inside()
    {
        var (output, _, spans) = Parse("{|X:a[|b|]{|Y:c|}d|}");

        Assert.Equal("abcd", output);
        Assert.Equal([new TextSpan(0, 4)], spans["X"]);
        Assert.Equal([new TextSpan(1, 1)], spans[""]);
        Assert.Equal([new TextSpan(2, 1)], spans["Y"]);
    }

    [Fact]
    public void Numbered_ends_let_spans_overlap()
    {
        var (output, _, spans) = Parse("{|#0:a{|#1:b|#0}c|#1}");

        Assert.Equal("abc", output);
        Assert.Equal([new TextSpan(0, 2)], spans["#0"]);
        Assert.Equal([new TextSpan(1, 2)], spans["#1"]);
    }

    [Fact]
    public void A_doubtful_bracket_outside_of_a_span_starts_one()
    {
        var (output, _, spans) = Parse("[|]x|]");

        Assert.Equal("]x", output);
        Assert.Equal([new TextSpan(0, 2)], spans[""]);
    }

    [Fact]
    public void A_doubtful_bracket_inside_an_unnamed_span_ends_it()
    {
        var (output, _, spans) = Parse("[|x[|]");

        Assert.Equal("x[", output);
        Assert.Equal([new TextSpan(0, 2)], spans[""]);
    }

    [Fact]
    public void A_doubtful_brace_outside_of_a_named_span_starts_an_unnamed_one()
    {
        var (output, _, spans) = Parse("[|}x|]");

        Assert.Equal("}x", output);
        Assert.Equal([new TextSpan(0, 2)], spans[""]);
    }

    [Fact]
    public void A_doubtful_brace_inside_a_named_span_ends_it()
    {
        var (output, _, spans) = Parse("{|X:x[|}");

        Assert.Equal("x[", output);
        Assert.Equal([new TextSpan(0, 2)], spans["X"]);
    }

    [Theory]
    [InlineData("[|a", "'[|' has no end")]
    [InlineData("{|X:a", "'{|X:' has no end")]
    [InlineData("{|#0:a", "'{|#0:' has no end")]
    [InlineData("a|]", "'|]' has no matching start")]
    [InlineData("a|}", "'|}' has no matching start")]
    [InlineData("[|a|}", "'|}' has no matching start")]
    [InlineData("{|X:a|]", "'|]' has no matching start")]
    [InlineData("{|#0:a|#1}|}", "'|#1}' ends a span that was not started")]
    [InlineData("{|#0:a|}{|#0:b|}", "the number of '{|#0:' is used twice")]
    [InlineData("a\n[|b", "line 2")]
    public void Bad_markup_is_refused(string input, string reason)
    {
        var exception = Assert.Throws<ArgumentException>(() => Parse(input));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    private static (string Output, ImmutableArray<int> Positions, ImmutableDictionary<string, ImmutableArray<TextSpan>> Spans) Parse(string input)
    {
        TestFileMarkupParser.GetPositionsAndSpans(input, out var output, out var positions, out var spans);
        return (output, positions, spans);
    }
}
