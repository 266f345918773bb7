using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Chains of which only the first MDL is looked after, and accesses to it with the length of the whole.</summary>
public sealed class MDL2005_MdlChainIgnoredTests
{
    private const string Packet = """
        internal sealed class NetBuffer
        {
            public Mdl MdlChain { get; set; } = null!;
            public Mdl CurrentMdl { get; set; } = null!;
            public Mdl? Buffers;
            public uint DataLength { get; set; }
        }
        """;

    private const string Mapped = "nuint p = MmGetSystemAddressForMdlSafe(nb.MdlChain, NormalPagePriority); if (p == 0) return;";

    [Theory]
    [InlineData(Mapped + " RtlCopyMemory(_currentVa, p, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " RtlCopyMemory(p, _currentVa, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " RtlFillMemory(p, {|MDL2005:nb.DataLength|}, 1);")]
    [InlineData(Mapped + " uint n = nb.DataLength; RtlZeroMemory(p, {|MDL2005:n|});")]
    [InlineData(Mapped + " RtlZeroMemory(p + 8, {|MDL2005:nb.DataLength - 8|});")]
    [InlineData(Mapped + " RtlZeroMemory(p, {|MDL2005:(nuint)nb.DataLength|});")]
    [InlineData(Mapped + " RtlZeroMemory(p, {|MDL2005:Math.Min(nb.DataLength, 9000)|});")]
    [InlineData(Mapped + " var (at, length) = (p, nb.DataLength); RtlZeroMemory(at, {|MDL2005:length|});")]
    [InlineData(Mapped + " nuint q = p; RtlZeroMemory(q, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " if (nb.DataLength > 1500) return; RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " var s = new Span<byte>((void*)p, {|MDL2005:(int)nb.DataLength|}); s.Clear();")]
    [InlineData(Mapped + " if (VirtualMemory.TryGetSpan(p, {|MDL2005:nb.DataLength|}, out Span<byte> s)) s.Clear();")]
    [InlineData(Mapped + " Copy(p, _currentVa, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " {|MDL2005:Clear(nb, p)|};")]
    [InlineData("{|MDL2005:Fill(nb.MdlChain, nb.DataLength)|};")]
    [InlineData("nuint p = MapIt(nb.MdlChain); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData("Mdl m = nb.MdlChain; nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(nb.CurrentMdl, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData("if (nb.Buffers is not { } m) return; nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData("if (nb.MdlChain is { } m && MmGetSystemAddressForMdlSafe(m, NormalPagePriority) is var p and not 0) RtlZeroMemory(p, {|MDL2005:nb.DataLength|});")]
    [InlineData(Mapped + " for (uint i = 0; i < nb.DataLength; i++) VirtualMemory.Write({|MDL2005:p + i|}, (byte)0);")]
    [InlineData(Mapped + " for (uint i = nb.DataLength; i-- > 0;) VirtualMemory.Write(p, (byte)0); uint j = 0; while (j < nb.DataLength) { Sink.Take(VirtualMemory.Read<byte>({|MDL2005:p + j|})); j++; }")]
    [InlineData(Mapped + " RtlZeroMemory(p, {|MDL2005:nb.DataLength|}); GiveBack(nb.MdlChain);")]
    [InlineData("if (nb.DataLength == 0) { GiveBack(nb.MdlChain); return; } " + Mapped + " RtlZeroMemory(p, {|MDL2005:nb.DataLength|}); GiveBack(nb.MdlChain);")]
    [InlineData("IoBuildPartialMdl(nb.MdlChain, _mdl, MmGetMdlVirtualAddress(nb.MdlChain), {|MDL2005:nb.DataLength|});")]
    [InlineData("Action go = () => { " + Mapped + " RtlZeroMemory(p, {|MDL2005:nb.DataLength|}); }; go();")]
    [InlineData("Go(); void Go() { " + Mapped + " RtlZeroMemory(p, {|MDL2005:nb.DataLength|}); }")]
    [InlineData(Mapped + " RtlZeroMemory(p, nb.DataLength > 64 ? {|MDL2005:nb.DataLength|} : 64);", "conditional")]
    public Task LengthOfTheWhole_Reports(string body, string form = "") =>
        VerifyAsync(Driver("void Send(NetBuffer nb) { " + (form == "conditional" ? body.Replace("nb.DataLength > 64 ? {|MDL2005:nb.DataLength|} : 64", "{|MDL2005:nb.DataLength > 64 ? nb.DataLength : 64|}", StringComparison.Ordinal) : body) + " }"));

    [Theory]
    [InlineData("void Free(Mdl mdlChain) { {|MDL2005:IoFreeMdl(mdlChain)|}; }")]
    [InlineData("void Free(Mdl? chain) { if (chain is not null) {|MDL2005:IoFreeMdl(chain)|}; }")]
    [InlineData("void Free(Mdl chain) { MmUnlockPages(chain); {|MDL2005:IoFreeMdl(chain)|}; }")]
    [InlineData("void Free(Mdl chain) { {|MDL2005:MmUnlockPages(chain)|}; }")]
    [InlineData("void Free(NetBuffer nb) { {|MDL2005:IoFreeMdl(nb.MdlChain)|}; }")]
    [InlineData("void Free(NetBuffer nb) { var m = nb.MdlChain; {|MDL2005:IoFreeMdl(m)|}; }")]
    [InlineData("void Free(NetBuffer nb) { {|MDL2005:Release(nb.MdlChain)|}; }")]
    [InlineData("Mdl _chain = null!; void Free() { {|MDL2005:IoFreeMdl(_chain)|}; }")]
    [InlineData("Mdl _chain = null!; void Free() { {|MDL2005:IoFreeMdl(_chain)|}; } void Reset(NetBuffer nb) { _chain = nb.MdlChain; Free(); }")]
    [InlineData("Mdl? SendChain { get; set; } void Free() { if (SendChain is { } m) {|MDL2005:IoFreeMdl(m)|}; }")]
    [InlineData("Mdl GetMdlChain() => _mdl; void Free() { }")]
    [InlineData("extern Mdl TakeChain(); void Free() { {|MDL2005:IoFreeMdl(TakeChain())|}; }")]
    [InlineData("void Free(Mdl readChain, Mdl writeChain) { {|MDL2005:IoFreeMdl(readChain)|}; {|MDL2005:IoFreeMdl(writeChain)|}; }")]
    [InlineData("void Free(Mdl head, Mdl tail) { head.Next = tail; {|MDL2005:IoFreeMdl(head)|}; }")]
    [InlineData("void Add(Irp irp, nuint va) { IoAllocateMdl(va, 16, true, false, irp); if (irp.MdlAddress is { } m) {|MDL2005:IoFreeMdl(m)|}; }")]
    [InlineData("void Build(Irp irp, nuint va) { Mdl? m = IoAllocateMdl(va, 16, false, false, irp); if (m is null) return; IoAllocateMdl(va + 4096, 16, true, false, irp); {|MDL2005:IoFreeMdl(m)|}; }")]
    [InlineData("async Task Free(Mdl chain) { await Task.Yield(); {|MDL2005:IoFreeMdl(chain)|}; }")]
    [InlineData("void Free(Mdl chain) { try { Sink.Take(4); } finally { {|MDL2005:IoFreeMdl(chain)|}; } }")]
    [InlineData("void Free(Mdl chain) { Console.WriteLine(chain); {|MDL2005:IoFreeMdl(chain)|}; }")]
    public Task OnlyTheHeadEnds_Reports(string members) => VerifyAsync(Driver(members));

    internal static string Driver(string members) => DriverSource.Class($$"""
        {{members}}
            extern static void GiveBack(Mdl head);
            static void Copy(nuint from, nuint to, uint length) => RtlCopyMemory(to, from, length);
            static void Clear(NetBuffer nb, nuint p) => RtlZeroMemory(p, nb.DataLength);
            static nuint MapIt(Mdl m) => MmGetSystemAddressForMdlSafe(m, NormalPagePriority);
            static void Release(Mdl m) => IoFreeMdl(m);
            static void Fill(Mdl m, uint length) { nuint p = MapIt(m); if (p == 0) return; RtlZeroMemory(p, length); }
        """, Packet).Replace("internal class Driver", members.Contains("void*", StringComparison.Ordinal) ? "internal unsafe class Driver" : "internal class Driver", StringComparison.Ordinal);
}
