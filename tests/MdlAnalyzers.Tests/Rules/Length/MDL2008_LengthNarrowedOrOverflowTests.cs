using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Byte counts that lose their upper bits, and sums that wrap around before they are compared.</summary>
public sealed class MDL2008_LengthNarrowedOrOverflowTests
{
    private const string Count = "uint count = MmGetMdlByteCount(mdl); uint head = _head, body = Body; ";
    private const string Members = "private uint _head; private uint Body { get; set; } private ushort _short; private ushort Short { get; set; }";

    [Theory]
    [InlineData("ushort s = {|MDL2008:(ushort)MmGetMdlByteCount(mdl)|}; Sink.Take(s);")]
    [InlineData("ushort s = {|MDL2008:(ushort)count|}; Sink.Take(s);")]
    [InlineData("var s = {|MDL2008:(short)count|}; Sink.Take(s);")]
    [InlineData("byte s = {|MDL2008:(byte)count|}; Sink.Take(s);")]
    [InlineData("Sink.Take({|MDL2008:(sbyte)count|});")]
    [InlineData("ushort s = unchecked({|MDL2008:(ushort)count|}); Sink.Take(s);")]
    [InlineData("_short = {|MDL2008:(ushort)count|};")]
    [InlineData("Short = {|MDL2008:(ushort)count|};")]
    [InlineData("var (s, l) = ({|MDL2008:(ushort)count|}, n); Sink.Take(s + l);")]
    [InlineData("Sink.Take(isRead ? {|MDL2008:(ushort)count|} : 0);")]
    [InlineData("Sink.Take(n switch { 0 => 0, _ => {|MDL2008:(ushort)count|} });")]
    [InlineData("nuint wide = count; Sink.Take({|MDL2008:(ushort)wide|});")]
    [InlineData("int whole = (int)count; Sink.Take({|MDL2008:(ushort)whole|});")]
    [InlineData("Sink.Take({|MDL2008:(ushort)(count + 8)|});")]
    [InlineData("Sink.Take({|MDL2008:ushort.CreateTruncating(count)|});")]
    [InlineData("if (body > {|MDL2008:(ushort)count|}) return;")]
    [InlineData("Func<ushort> f = () => {|MDL2008:(ushort)count|}; Sink.Take(f());")]
    [InlineData("Go(); void Go() { Sink.Take({|MDL2008:(ushort)count|}); }")]
    [InlineData("if (count == 0) return; Sink.Take({|MDL2008:(ushort)count|});")]
    [InlineData("if (count > 0x10000) return; Sink.Take({|MDL2008:(ushort)count|});")]
    public Task NarrowedCount_Reports(string body) => Method(Count + body, Members);

    [Fact]
    public Task NarrowedRequest_Reports() => Read("Sink.Take({|MDL2008:(ushort)sp.Parameters.Read.Length|});");

    [Fact]
    public Task NarrowedInHelper_ReportsItsCall() =>
        Method("Sink.Take({|MDL2008:Low(MmGetMdlByteCount(mdl))|});", "static ushort Low(uint value) => (ushort)value;");

    [Theory]
    [InlineData("if ({|MDL2008:head + body|} > count) return;")]
    [InlineData("if ({|MDL2008:head + body|} >= count) return;")]
    [InlineData("if ({|MDL2008:head + body|} <= count) Sink.Take(head);")]
    [InlineData("if ({|MDL2008:head + body|} < count) Sink.Take(head);")]
    [InlineData("if ({|MDL2008:head + body|} != count) return;")]
    [InlineData("if (count < {|MDL2008:head + body|}) return;")]
    [InlineData("if (({|MDL2008:head + body|}) > count) return;")]
    [InlineData("if ({|MDL2008:head + body|} > MmGetMdlByteCount(mdl)) return;")]
    [InlineData("if ({|MDL2008:head + body|} > count - 4) return;")]
    [InlineData("uint total = head + body; if ({|MDL2008:total|} > count) return;")]
    [InlineData("uint total = head; total += body; if ({|MDL2008:total|} > count) return;")]
    [InlineData("uint total = unchecked(head + body); if ({|MDL2008:total|} > count) return;")]
    [InlineData("ulong total = head + body; if ({|MDL2008:total|} > count) return;")]
    [InlineData("if ({|MDL2008:(ulong)(head + body)|} > count) return;")]
    [InlineData("if ({|MDL2008:head * body|} > count) return;")]
    [InlineData("if ({|MDL2008:n + head + body|} > count) return;")]
    [InlineData("bool fits = {|MDL2008:head + body|} <= count; if (!fits) return;")]
    [InlineData("Sink.Take({|MDL2008:head + body|} > count ? 1 : 2);")]
    [InlineData("if (n == 0 || {|MDL2008:head + body|} > count) return;")]
    [InlineData("if (head + body is var sum && {|MDL2008:sum|} > count) return;")]
    [InlineData("if (!({|MDL2008:head + body|} <= count)) throw new NtStatusException(STATUS_INVALID_PARAMETER);")]
    [InlineData("if (head > count) return; if ({|MDL2008:n + body|} > count) return;")]
    public Task WrappingSum_Reports(string body) => Method(Count + body, Members);

    [Theory]
    [InlineData("if ({|MDL2008:size + 8|} > count) return;")]
    [InlineData("if ({|MDL2008:size * 4|} > count) return;")]
    [InlineData("if ({|MDL2008:size << 2|} > count) return;")]
    [InlineData("uint end = size + 8; if ({|MDL2008:end|} > count) return;")]
    [InlineData("if ({|MDL2008:size + 16|} >= count) Sink.Take(size);")]
    [InlineData("uint at = 8; while (at < count) { if ({|MDL2008:at + size|} > count) return; at += 8; }")]
    public Task LengthFromTheBuffer_Reports(string body) => Method(
        Count + "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; uint size = VirtualMemory.Read<uint>(p); " + body,
        Members);

    [Fact]
    public Task Request_Reports() => Read("if ({|MDL2008:_head + _body|} > sp.Parameters.Read.Length) return STATUS_SUCCESS;", "private static uint _head, _body;");

    [Fact]
    public Task Helper_ReportsItsCall() =>
        Method("if (!{|MDL2008:Fits(_head, n, MmGetMdlByteCount(mdl))|}) return;", "private uint _head; static bool Fits(uint a, uint b, uint limit) => a + b <= limit;");

    [Fact]
    public Task Async_Reports() =>
        Class("async Task Go(Mdl mdl, uint a, uint b) { await Task.Yield(); if ({|MDL2008:a + b|} > MmGetMdlByteCount(mdl)) return; }");
}
