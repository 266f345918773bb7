using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Numbers that fit, and comparisons that cannot wrap around.</summary>
public sealed class MDL2008_NearMissTests
{
    private const string Count = "uint count = MmGetMdlByteCount(mdl); uint head = _head, body = Body; ";
    private const string Members = "private uint _head; private uint Body { get; set; } private byte Small { get; set; } const uint Header = 16;";

    [Theory]
    [InlineData("if (count > 0xFFFF) return; Sink.Take((ushort)count);")]
    [InlineData("if (count <= ushort.MaxValue) Sink.Take((ushort)count);")]
    [InlineData("if (count < 256) Sink.Take((byte)count);")]
    [InlineData("Sink.Take((ushort)Math.Min(count, 0xFFFF));")]
    [InlineData("Sink.Take((ushort)Math.Min(count, head));")]
    [InlineData("Sink.Take((ushort)(count & 0x7F0));")]
    [InlineData("Sink.Take((byte)(count % 64));")]
    [InlineData("Sink.Take(checked((ushort)count));")]
    [InlineData("checked { Sink.Take((ushort)count); }")]
    [InlineData("Sink.Take(Convert.ToUInt16(count));")]
    [InlineData("Sink.Take(ushort.CreateChecked(count));")]
    [InlineData("Sink.Take(ushort.CreateSaturating(count));")]
    [InlineData("Sink.Take((byte)count); Sink.Take((byte)(count >> 8)); Sink.Take((byte)(count >> 16));")]
    [InlineData("Sink.Take((ushort)(count >> 16)); Sink.Take((ushort)count);")]
    [InlineData("if ((ushort)count != count) return; Sink.Take(count);")]
    [InlineData("Sink.Take((int)count); Sink.Take((long)count); Sink.Take((ulong)count);")]
    [InlineData("Span<byte> s = new byte[(int)count]; s.Clear();")]
    [InlineData("Sink.Take((ushort)MmGetMdlByteOffset(mdl));")]
    [InlineData("Sink.Take((ushort)n); Sink.Take((ushort)head);")]
    [InlineData("Console.WriteLine((ushort)count); Sink.Take($\"{(ushort)count}\");")]
    public Task NumberFits_DoesNotReport(string body) => Method(Count + body, Members);

    [Theory]
    [InlineData("if (head > count || body > count - head) return;")]
    [InlineData("if (head <= count && body <= count - head) Sink.Take(head);")]
    [InlineData("if ((ulong)head + body > count) return;")]
    [InlineData("if (head + (ulong)body > count) return;")]
    [InlineData("ulong total = head; total += body; if (total > count) return;")]
    [InlineData("if ((long)head + body > count) return;")]
    [InlineData("nuint wide = head; if (wide + body > count) return;")]
    [InlineData("if (checked(head + body) > count) return;")]
    [InlineData("checked { if (head + body > count) return; }")]
    [InlineData("uint total = checked(head + body); if (total > count) return;")]
    [InlineData("if (head > count || body > count) return; if (head + body > count) return;")]
    [InlineData("if (head > 4096 || body > 4096) return; if (head + body > count) return;")]
    [InlineData("if (Math.Min(head, 64) + Math.Min(body, 64) > count) return;")]
    [InlineData("if ((head & 0xFF) + (body & 0xFF) > count) return;")]
    [InlineData("if (head % 512 + body % 512 > count) return;")]
    [InlineData("if (head + Header > count) return;")]
    [InlineData("if (head + Small > count) return;")]
    [InlineData("if (Small * Small > count) return;")]
    [InlineData("if (head + 1 > count) return;")]
    [InlineData("for (uint at = 0; at + 8 <= count; at += 8) Sink.Take(at);")]
    [InlineData("for (uint at = 0; at + n <= count; at += n) Sink.Take(at);")]
    [InlineData("uint done = 0; while (done < count) { uint piece = Math.Min(n, count - done); if (done + piece > count) return; done += piece; }")]
    [InlineData("for (uint done = 0; done < count; ) { uint piece = count - done; adapter.MapTransfer(mdl, registers!, MmGetMdlVirtualAddress(mdl) + done, ref piece, false); done += piece; }")]
    [InlineData("if (MmGetMdlByteOffset(mdl) + count > 4096) return;")]
    [InlineData("if (head + body > 4096) return; Sink.Take(count);")]
    [InlineData("if (head + body > n) return; Sink.Take(count);")]
    [InlineData("Sink.Take(head + body + count);")]
    [InlineData("if (head + body == 0) return; Sink.Take(count);")]
    public Task CannotWrapOrNoByteCount_DoesNotReport(string body) => Method(Count + body, Members);

    [Fact]
    public Task LengthFromTheBufferThatIsSmall_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; ushort size = VirtualMemory.Read<ushort>(p); if (size + 8 > MmGetMdlByteCount(mdl)) return;");

    [Fact]
    public Task LengthFromTheBufferThatWasTested_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; uint size = VirtualMemory.Read<uint>(p); if (size > 4096) return; if (size + 8 > MmGetMdlByteCount(mdl)) return;");

    [Fact]
    public Task LengthOfTheRequestPlusHeader_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; if (sp.Parameters.Read.Length + 16 > MmGetMdlByteCount(mdl)) return STATUS_SUCCESS;");

    [Fact]
    public Task CalleeOfUnknownLimit_DoesNotReport() =>
        Class("static bool Fits(uint a, uint b, uint limit, Mdl mdl) { Sink.Take(MmGetMdlByteOffset(mdl)); return a + b <= limit; }");
}
