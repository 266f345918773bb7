using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.LengthNarrowedOrOverflowFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2008_LengthNarrowedOrOverflowFixTests
{
    private const string Count = "uint count = MmGetMdlByteCount(mdl); uint head = _head, body = Body; ";
    private const string Members = "private uint _head; private uint Body { get; set; }";

    [Theory]
    [InlineData("if ({|MDL2008:head + body|} > count) return;", "if (head > count || body > count - head) return;")]
    [InlineData("if ({|MDL2008:head + body|} >= count) return;", "if (head >= count || body >= count - head) return;")]
    [InlineData("if ({|MDL2008:head + body|} <= count) Sink.Take(n);", "if (head <= count && body <= count - head) Sink.Take(n);")]
    [InlineData("if (count < {|MDL2008:head + body|}) return;", "if (head > count || body > count - head) return;")]
    [InlineData("if (({|MDL2008:head + body|}) > count) return;", "if (head > count || body > count - head) return;")]
    [InlineData("if (n == 0 || {|MDL2008:head + body|} > count) return;", "if (n == 0 || head > count || body > count - head) return;")]
    [InlineData("if (n == 0 && {|MDL2008:head + body|} > count) return;", "if (n == 0 && (head > count || body > count - head)) return;")]
    [InlineData("if (!({|MDL2008:head + body|} <= count)) return;", "if (!(head <= count && body <= count - head)) return;")]
    [InlineData("if ({|MDL2008:head + body|} > MmGetMdlByteCount(mdl)) return;", "if (head > MmGetMdlByteCount(mdl) || body > MmGetMdlByteCount(mdl) - head) return;")]
    [InlineData("ushort s = {|MDL2008:(ushort)count|}; Sink.Take(s);", "uint s = count; Sink.Take(s);")]
    [InlineData("var s = {|MDL2008:(ushort)(count + 8)|}; Sink.Take(s);", "var s = count + 8; Sink.Take(s);")]
    [InlineData("Sink.Take({|MDL2008:(ushort)count|}); Sink.Take({|MDL2008:(byte)count|});", "Sink.Take(count); Sink.Take(count);")]
    public Task Defect_IsRepaired(string body, string repaired) => Verify.VerifyAsync(DriverSource.Method(Count + body, Members), DriverSource.Method(Count + repaired, Members));

    [Theory]
    [InlineData("if ({|MDL2008:size + 8|} > count) return;", "if (8 > count || size > count - 8) return;")]
    [InlineData("if ({|MDL2008:size * 4|} > count) return;", "if (size > count / 4) return;")]
    [InlineData("if ({|MDL2008:size * 4|} <= count) Sink.Take(n);", "if (size <= count / 4) Sink.Take(n);")]
    public Task LengthFromTheBuffer_IsComparedSafely(string body, string repaired)
    {
        const string start = Count + "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; uint size = VirtualMemory.Read<uint>(p); ";
        return Verify.VerifyAsync(DriverSource.Method(start + body, Members), DriverSource.Method(start + repaired, Members));
    }

    [Theory]
    [InlineData("uint total = head + body; if ({|MDL2008:total|} > count) return;")]
    [InlineData("if ({|MDL2008:head + body|} != count) return;")]
    [InlineData("if ({|MDL2008:head * body|} > count) return;")]
    [InlineData("ushort s; s = {|MDL2008:(ushort)count|}; Sink.Take(s);")]
    public Task NoSafeRepair_GetsNoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Method(Count + body, Members));
}
