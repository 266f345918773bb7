using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class DiagnosticResultTests
{
    [Fact]
    public void A_descriptor_gives_id_default_severity_and_format_but_no_message()
    {
        var result = new DiagnosticResult(BadNameAnalyzer.Rule);

        Assert.Equal((BadNameAnalyzer.Id, DiagnosticSeverity.Warning), (result.Id, result.Severity));
        Assert.Null(result.Message);
        Assert.False(result.HasLocation);
    }

    [Fact]
    public void Compiler_diagnostics_have_the_severity_of_their_name()
    {
        Assert.Equal(DiagnosticSeverity.Error, DiagnosticResult.CompilerError("CS1").Severity);
        Assert.Equal(DiagnosticSeverity.Warning, DiagnosticResult.CompilerWarning("CS1").Severity);
        Assert.Empty(DiagnosticResult.EmptyDiagnosticResults);
    }

    [Fact]
    public void Arguments_fill_the_format() =>
        Assert.Equal("Class 'X' has a bad name", new DiagnosticResult(BadNameAnalyzer.Rule).WithArguments("X").Message);

    [Fact]
    public void A_message_wins_over_arguments() =>
        Assert.Equal("m", new DiagnosticResult(BadNameAnalyzer.Rule).WithArguments("X").WithMessage("m").Message);

    [Fact]
    public void A_null_message_compares_none() =>
        Assert.Null(new DiagnosticResult(BadNameAnalyzer.Rule).WithArguments("X").WithMessage(null).Message);

    [Fact]
    public void A_format_can_be_given_to_an_id() =>
        Assert.Equal("<1>", new DiagnosticResult("X", DiagnosticSeverity.Info).WithMessageFormat("<{0}>").WithArguments(1).Message);

    [Fact]
    public void Changed_copies_leave_the_original_as_it_was()
    {
        var original = new DiagnosticResult("X", DiagnosticSeverity.Info);

        _ = original.WithSeverity(DiagnosticSeverity.Error).WithLocation(1, 1).WithIsSuppressed(true).WithOptions(DiagnosticOptions.IgnoreSeverity);

        Assert.Equal(DiagnosticSeverity.Info, original.Severity);
        Assert.False(original.HasLocation);
        Assert.Null(original.IsSuppressed);
        Assert.Equal(DiagnosticOptions.None, original.Options);
    }

    [Fact]
    public void A_location_is_one_based_and_has_no_length()
    {
        var location = Assert.Single(new DiagnosticResult("X", DiagnosticSeverity.Info).WithLocation("f", 2, 3).Spans);

        Assert.Equal(new FileLinePositionSpan("f", new LinePosition(1, 2), new LinePosition(1, 2)), location.Span);
        Assert.Equal(DiagnosticLocationOptions.IgnoreLength, location.Options);
    }

    [Fact]
    public void A_span_is_one_based_and_has_its_length()
    {
        var location = Assert.Single(new DiagnosticResult("X", DiagnosticSeverity.Info).WithSpan("f", 2, 3, 4, 5).Spans);

        Assert.Equal(new FileLinePositionSpan("f", new LinePosition(1, 2), new LinePosition(3, 4)), location.Span);
        Assert.Equal(DiagnosticLocationOptions.None, location.Options);
    }

    [Fact]
    public void The_default_path_goes_to_locations_without_one()
    {
        var result = new DiagnosticResult("X", DiagnosticSeverity.Info).WithLocation(1, 1).WithLocation("other", new LinePosition(0, 0)).WithLocation(0).WithDefaultPath("default");

        Assert.Equal(["default", "other", "#0"], result.Spans.Select(static location => location.Span.Path));
    }

    [Fact]
    public void A_line_offset_moves_every_location()
    {
        var result = new DiagnosticResult("X", DiagnosticSeverity.Info).WithSpan(1, 2, 3, 4).WithLocation(new LinePosition(7, 0)).WithLineOffset(2);

        Assert.Equal([2, 9], result.Spans.Select(static location => location.Span.StartLinePosition.Line));
        Assert.Equal(4, result.Spans[0].Span.EndLinePosition.Line);
    }

    [Fact]
    public void No_location_takes_all_locations_away() =>
        Assert.False(new DiagnosticResult("X", DiagnosticSeverity.Info).WithLocation(1, 1).WithNoLocation().HasLocation);

    [Fact]
    public void Its_text_names_position_severity_id_and_message()
    {
        var result = new DiagnosticResult(BadNameAnalyzer.Rule).WithLocation("f", 2, 3);

        Assert.Equal("f(2,3): warning T0001 with arguments \"X\"", result.WithArguments("X").ToString());
        Assert.Equal("f(2,3): warning T0001: m", result.WithMessage("m").ToString());
    }
}
