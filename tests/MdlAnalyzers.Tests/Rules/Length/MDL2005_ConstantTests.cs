using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Chains whose first MDL is taken for a whole packet of a fixed size, or is all that is freed of them.</summary>
public sealed class MDL2005_ConstantTests
{
    [Theory]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:8192|}); }")]
    [InlineData("const uint FrameLength = 1514; void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:FrameLength|}); }")]
    [InlineData("void Copy(Mdl chain) { nuint p = MmGetSystemAddressForMdlSafe(chain, NormalPagePriority); if (p == 0) return; byte[] packet = new byte[1514]; VirtualMemory.CopyTo(p, {|MDL2005:packet|}); Sink.Take(packet); }")]
    [InlineData("void Copy(Mdl mdlChain, Mdl part) { IoBuildPartialMdl(mdlChain, part, MmGetMdlVirtualAddress(mdlChain), {|MDL2005:64 * 1024|}); }")]
    [InlineData("class Packet { public Mdl MdlChain = null!; } void Copy(Packet packet) { nuint p = MmGetSystemAddressForMdlSafe(packet.MdlChain, NormalPagePriority); if (p == 0) return; RtlCopyMemory(0x1000, p, {|MDL2005:2048|}); }")]
    [InlineData("enum Sizes : uint { Jumbo = 9000 } void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:(nuint)Sizes.Jumbo|}); }")]
    [InlineData("static Mdl GetMdlChain(object o) => throw null!; extern static Mdl MdlChainOf(object o); void Copy(object o) { Mdl m = MdlChainOf(o); nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:4096|}); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; {|MDL2005:Clear(p)|}; } static void Clear(nuint at) => RtlZeroMemory(at, 2048);")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; if (VirtualMemory.TryGetSpan(p, {|MDL2005:4 * PAGE_SIZE|}, out Span<byte> s)) s.Clear(); }")]
    public Task Constants_Reports(string body) =>
        Class(body);

    [Theory]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; if (MmGetMdlByteCount(mdlChain) < 64) return; RtlZeroMemory(p, 64); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, Math.Min(8192, MmGetMdlByteCount(mdlChain))); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, 14); }")]
    [InlineData("void Copy(Mdl mdlChain) { for (Mdl? m = mdlChain; m is not null; m = m.Next) { nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, 4096); } }")]
    [InlineData("void Copy(Mdl mdlChain) { if (mdlChain.Next is not null) return; nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, 4096); }")]
    [InlineData("void Copy(Mdl mdl) { nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, 8192); }")]
    [InlineData("const uint HeaderLength = 54; void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, HeaderLength); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; byte[] header = new byte[128]; VirtualMemory.CopyTo(p, header); Sink.Take(header); }")]
    [InlineData("void Copy(Mdl mdlChain) { Mdl? own = IoAllocateMdl(0x1000, 8192, false, false, null); if (own is null) return; nuint p = MmGetSystemAddressForMdlSafe(own, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, 8192); Sink.Take(mdlChain.ByteCount); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; uint have = MmGetMdlByteCount(mdlChain); if (have >= 2048) RtlZeroMemory(p, 2048); }")]
    public Task ConstantsNear_DoesNotReport(string body) =>
        Class(body);

    [Theory]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; byte[] packet = new byte[9000]; VirtualMemory.CopyTo(p, {|MDL2005:packet.AsSpan(0, 1514)|}); Sink.Take(packet); }")]
    [InlineData("void Copy(Mdl mdlChain, byte[] packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyFrom(p, {|MDL2005:packet.AsSpan(0, 1514)|}); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, {|MDL2005:packet.Slice(0, 1514)|}); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, {|MDL2005:packet[..1514]|}); }")]
    [InlineData("void Copy(Mdl mdlChain, byte[] packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyFrom(p, {|MDL2005:packet.AsSpan()[16..2048]|}); }")]
    [InlineData("void Copy(Mdl mdlChain) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; Span<byte> b = stackalloc byte[2048]; VirtualMemory.CopyTo(p, {|MDL2005:b.Slice(16, 1024)|}); Sink.Take(b); }")]
    public Task Slices_Reports(string body) =>
        Class(body);

    [Theory]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet.Slice(0, 64)); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet[1500..1514]); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet.Slice(1514)); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet[1514..]); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet[..^1514]); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; VirtualMemory.CopyTo(p, packet.Slice(0, (int)Math.Min(1514, MmGetMdlByteCount(mdlChain)))); }")]
    [InlineData("void Copy(Mdl mdlChain, Span<byte> packet) { nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority); if (p == 0) return; if (MmGetMdlByteCount(mdlChain) >= 1514) VirtualMemory.CopyTo(p, packet[..1514]); }")]
    public Task SlicesNear_DoesNotReport(string body) =>
        Class(body);

    // Whatever is found behind Next, the rest of the chain is not freed.
    [Theory]
    [InlineData("void Free(Mdl mdlChain) { Mdl? next = mdlChain.Next; MmUnlockPages(mdlChain); {|MDL2005:IoFreeMdl(mdlChain)|}; }")]
    [InlineData("void Free(Mdl mdlChain) { for (Mdl? m = mdlChain; m is not null; m = m.Next) MmUnlockPages(m); {|MDL2005:IoFreeMdl(mdlChain)|}; }")]
    [InlineData("void Free(Mdl mdlChain) { uint total = 0; for (Mdl? m = mdlChain; m is not null; m = m.Next) total += MmGetMdlByteCount(m); Sink.Take(total); {|MDL2005:IoFreeMdl(mdlChain)|}; }")]
    [InlineData("void Free(Mdl? mdlChain) { if (mdlChain is null) return; Mdl? m = mdlChain; while (m != null) { MmUnlockPages(m); m = m.Next; } {|MDL2005:IoFreeMdl(mdlChain)|}; }")]
    [InlineData("void Free(Mdl mdlChain) { try { for (Mdl? m = mdlChain; m is not null; m = m.Next) MmUnlockPages(m); } finally { {|MDL2005:IoFreeMdl(mdlChain)|}; } }")]
    public Task RestIsLost_Reports(string body) =>
        Class(body);

    [Theory]
    [InlineData("Mdl? _rest; void Free(Mdl mdlChain) { _rest = mdlChain.Next; IoFreeMdl(mdlChain); }")]
    [InlineData("static extern void Drop(Mdl? m); void Free(Mdl mdlChain) { Mdl? next = mdlChain.Next; IoFreeMdl(mdlChain); Drop(next); }")]
    [InlineData("Mdl? Pop(Mdl mdlChain) { Mdl? next = mdlChain.Next; IoFreeMdl(mdlChain); return next; }")]
    [InlineData("void Free(Mdl mdlChain) { int n = 0; for (Mdl? m = mdlChain; m is not null; m = m.Next) n++; Debug.Assert(n == 1); IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl mdlChain) { int n = 0; for (Mdl? m = mdlChain; m is not null; m = m.Next) n++; if (n > 1) return; IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl mdlChain) { Mdl? rest = mdlChain.Next; mdlChain.Next = null; IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl mdlChain) { Mdl? next = mdlChain.Next; if (next is not null) throw new InvalidOperationException(); IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl mdlChain) { Mdl? next = mdlChain.Next; Debug.Assert(next is null); IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl? mdlChain) { while (mdlChain is { } head) { Mdl? next = head.Next; IoFreeMdl(head); mdlChain = next; } }")]
    [InlineData("void Free(Mdl mdlChain) { var rest = new List<Mdl>(); for (Mdl? m = mdlChain.Next; m is not null; m = m.Next) rest.Add(m); IoFreeMdl(mdlChain); foreach (Mdl m in rest) IoFreeMdl(m); }")]
    [InlineData("void Free(Mdl mdlChain) { for (Mdl? m = mdlChain.Next; m is not null; m = m.Next) return; IoFreeMdl(mdlChain); }")]
    [InlineData("void Free(Mdl mdlChain) { Mdl last = mdlChain; while (last.Next is not null) last = last.Next; Sink.Take(last); IoFreeMdl(mdlChain); }")]
    public Task RestMayBeElsewhere_DoesNotReport(string body) =>
        Class(body);
}
