using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Page frames that are read from the end of their array, from a slice of it or by a list pattern.</summary>
public sealed class MDL1011_FromEndTests
{
    [Theory]
    [InlineData("Hardware.Address = {|MDL1011:pfns[^1]|};")]
    [InlineData("Sink.Take({|MDL1011:pfns[^1] + off|});")]
    [InlineData("ulong pa = {|MDL1011:(uint)pfns[^1] << PAGE_SHIFT|}; Sink.Take(pa);")]
    [InlineData("nuint last = pfns[pfns.Length - 1]; Sink.Take({|MDL1011:last + off|});")]
    [InlineData("nuint last = pfns[^1]; Hardware.Address = {|MDL1011:last|};")]
    [InlineData("Span<nuint> rest = pfns[1..]; Sink.Take({|MDL1011:rest[0] + off|});")]
    [InlineData("Span<nuint> rest = pfns[1..^1]; Sink.Take({|MDL1011:rest[^1] + off|});")]
    [InlineData("Span<nuint> rest = pfns.Slice(1); Sink.Take({|MDL1011:rest[0] + PAGE_SIZE|});")]
    [InlineData("foreach (nuint pfn in pfns[1..]) Sink.Take({|MDL1011:pfn + off|});")]
    [InlineData("if (pfns is [.., var last]) Sink.Take({|MDL1011:last + off|});")]
    [InlineData("if (pfns is [var first, ..]) Sink.Take({|MDL1011:first + off|});")]
    [InlineData("if (pfns is [var first, .. var others]) Sink.Take({|MDL1011:others[0] + off|}); ")]
    [InlineData("nuint[] copy = pfns.ToArray(); Sink.Take({|MDL1011:copy[^1] + off|});")]
    [InlineData("Index last = ^1; Sink.Take({|MDL1011:pfns[last] + off|});")]
    [InlineData("Range tail = 1..; Sink.Take({|MDL1011:pfns[tail][0] + off|});")]
    [InlineData("ReadOnlySpan<nuint> view = pfns; Sink.Take({|MDL1011:view[^2] + off|});")]
    [InlineData("Span<nuint> rest = pfns.Slice(1, 2); Sink.Take({|MDL1011:rest[^1] + off|});")]
    [InlineData("ref nuint last = ref pfns[^1]; Sink.Take({|MDL1011:last + off|});")]
    [InlineData("Sink.Take({|MDL1011:MmGetMdlPfnArray(mdl)[^1] | off|});")]
    public Task FromEnd_Reports(string body) =>
        Pages(body);

    [Theory]
    [InlineData("Sink.Take(((ulong)pfns[^1] << PAGE_SHIFT) + off);")]
    [InlineData("Hardware.SendFrame(pfns[^1]);")]
    [InlineData("Sink.Take(pfns[^1] + 1);")]
    [InlineData("bool adjacent = pfns[^1] == pfns[0] + (nuint)pfns.Length - 1; Sink.Take(adjacent);")]
    [InlineData("foreach (nuint pfn in pfns[1..]) Hardware.SendFrame(pfn);")]
    [InlineData("ulong pa = (ulong)pfns[^1] * PAGE_SIZE; Sink.Take(pa);")]
    [InlineData("if (pfns is [.., var last]) Hardware.MapFrame(last, off, len);")]
    [InlineData("Sink.Take(pfns[^1] - pfns[0]);")]
    [InlineData("uint[] mine = new uint[4]; Sink.Take(mine[^1] + off);")]
    public Task FromEndNear_DoesNotReport(string body) =>
        Pages(body);

    [Fact]
    public Task OffsetOfALaterPage_Reports() =>
        Pages("Span<nuint> rest = pfns[1..]; Sink.Take({|MDL1002:(rest[^1] << PAGE_SHIFT) + off|});");
}
