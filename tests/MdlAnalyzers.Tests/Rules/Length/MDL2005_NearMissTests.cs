using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Chains that are followed, and MDLs that are none.</summary>
public sealed class MDL2005_NearMissTests
{
    private const string Mapped = "nuint p = MmGetSystemAddressForMdlSafe(nb.MdlChain, NormalPagePriority); if (p == 0) return;";

    [Theory]
    [InlineData("uint left = nb.DataLength; for (Mdl? m = nb.MdlChain; m is not null && left != 0; m = m.Next) { uint n = Math.Min(left, MmGetMdlByteCount(m)); nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, n); left -= n; }")]
    [InlineData(Mapped + " RtlZeroMemory(p, MmGetMdlByteCount(nb.MdlChain));")]
    [InlineData(Mapped + " RtlZeroMemory(p, Math.Min(nb.DataLength, MmGetMdlByteCount(nb.MdlChain)));")]
    [InlineData(Mapped + " uint n = MmGetMdlByteCount(nb.MdlChain); if (n > nb.DataLength) n = nb.DataLength; RtlZeroMemory(p, n);")]
    [InlineData(Mapped + " if (nb.DataLength > MmGetMdlByteCount(nb.MdlChain)) return; RtlZeroMemory(p, nb.DataLength);")]
    [InlineData(Mapped + " if (MmGetMdlByteCount(nb.MdlChain) >= nb.DataLength) RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("if (nb.MdlChain.Next is not null) return; " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("Debug.Assert(nb.MdlChain.Next is null); " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("if (nb.MdlChain is not { Next: null }) return; " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData(Mapped + " RtlZeroMemory(p, 14);")]
    [InlineData(Mapped + " Sink.Take(VirtualMemory.Read<ushort>(p));")]
    [InlineData(Mapped + " uint headLength = nb.DataLength / 4; RtlZeroMemory(p, Piece(nb)); Sink.Take(headLength);")]
    [InlineData("Mdl? m = IoAllocateMdl(_currentVa, nb.DataLength, false, false, null); if (m is null) return; nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("nuint p = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority); RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("_adapter.GetScatterGatherList(_device, nb.MdlChain, MmGetMdlVirtualAddress(nb.MdlChain), nb.DataLength, (d, i, l, c) => { }, null, true);")]
    [InlineData("_mdl = nb.MdlChain; " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("var index = new MdlChain(nb.MdlChain); " + Mapped + " Sink.Take(index.Length);")]
    [InlineData("if (!IsSingle(nb.MdlChain)) return; " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData(Mapped + " for (uint i = 0; i < MmGetMdlByteCount(nb.MdlChain); i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData(Mapped + " for (uint i = 0; i < nb.DataLength && i < MmGetMdlByteCount(nb.MdlChain); i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData(Mapped + " for (uint i = 0; i < Math.Min(nb.DataLength, MmGetMdlByteCount(nb.MdlChain)); i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData(Mapped + " for (uint i = 0; i < 14; i++) VirtualMemory.Write(p + i, (byte)0); for (uint i = 0; i < nb.DataLength; i++) Sink.Take(i);")]
    [InlineData("Prepare(nb.MdlChain); " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("foreach (Mdl m in Walk(nb.MdlChain)) Sink.Take(MmGetMdlByteCount(m)); " + Mapped + " RtlZeroMemory(p, nb.DataLength);")]
    [InlineData("IoBuildPartialMdl(nb.MdlChain, _mdl, MmGetMdlVirtualAddress(nb.MdlChain), Math.Min(nb.DataLength, MmGetMdlByteCount(nb.MdlChain)));")]
    public Task BoundedOrFollowed_DoesNotReport(string body) => Verify("void Send(NetBuffer nb) { " + body + " }");

    [Theory]
    [InlineData("void Free(Mdl? chain) { while (chain is not null) { Mdl? next = chain.Next; IoFreeMdl(chain); chain = next; } }")]
    [InlineData("void Free(Mdl? chain) { for (Mdl? m = chain, next; m is not null; m = next) { next = m.Next; IoFreeMdl(m); } }")]
    [InlineData("void Free(Mdl? chain) { if (chain is null) return; Free(chain.Next); IoFreeMdl(chain); }")]
    [InlineData("void Free(Mdl chain) { Debug.Assert(chain.Next is null); IoFreeMdl(chain); }")]
    [InlineData("void Free(Mdl chain) { if (chain.Next is not null) throw new InvalidOperationException(); IoFreeMdl(chain); }")]
    [InlineData("void Free(Mdl chain) { FreeTail(chain); IoFreeMdl(chain); } static void FreeTail(Mdl m) { while (m.Next is { } next) { m.Next = next.Next; IoFreeMdl(next); } }")]
    [InlineData("void Free(Mdl chain) { foreach (Mdl m in Walk(chain)) Sink.Take(m); IoFreeMdl(chain); }")]
    [InlineData("void Free(Mdl chain) { FreeChain(chain); } extern static void FreeChain(Mdl chain);")]
    [InlineData("void Free(Mdl chain) { FreeOthers(chain); IoFreeMdl(chain); } extern static void FreeOthers(Mdl m);")]
    [InlineData("void Free(Mdl mdl) { MmUnlockPages(mdl); IoFreeMdl(mdl); }")]
    [InlineData("void Free(Mdl blockMdl, uint chains) { IoFreeMdl(blockMdl); Sink.Take(chains); }")]
    [InlineData("void Free(Irp irp) { if (irp.MdlAddress is { } chain) { MmUnlockPages(chain); IoFreeMdl(chain); } }")]
    [InlineData("void Free(Mdl head, Mdl tail) { head.Next = tail; IoFreeMdl(head); IoFreeMdl(tail); }")]
    [InlineData("void Free(Mdl head) { head.Next = null; IoFreeMdl(head); }")]
    [InlineData("void Add(Irp irp, nuint va) { Mdl? second = IoAllocateMdl(va, 16, true, false, irp); if (irp.MdlAddress is not { } m || second is null) return; IoFreeMdl(m); IoFreeMdl(second); }")]
    [InlineData("void Add(Irp irp, Irp other, nuint va) { IoAllocateMdl(va, 16, true, false, other); if (irp.MdlAddress is { } m) IoFreeMdl(m); }")]
    [InlineData("Mdl? _chain; void Free() { for (Mdl? next; _chain is not null; _chain = next) { next = _chain.Next; IoFreeMdl(_chain); } } void Reset(NetBuffer nb) { _chain = nb.MdlChain; Free(); }")]
    [InlineData("Mdl Keep(Mdl chain) => chain;")]
    public Task EveryMdlEnds_DoesNotReport(string members) => Verify(members);

    [Fact] // the MDL of a read or write is never a chain
    public Task RequestLength_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return Complete(irp, STATUS_SUCCESS, 0); nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_UNSUCCESSFUL; RtlZeroMemory(p, sp.Parameters.Read.Length);");

    private static Task Verify(string members) => VerifyAsync(MDL2005_MdlChainIgnoredTests.Driver($$"""
        {{members}}
            DeviceObject _device = null!;
            static uint Piece(NetBuffer nb) { uint pieceLength = nb.DataLength; return Math.Min(pieceLength, MmGetMdlByteCount(nb.MdlChain)); }
            extern static void Prepare(Mdl m);
            static bool IsSingle(Mdl m) => m.Next is null;
            static IEnumerable<Mdl> Walk(Mdl? m) { for (; m is not null; m = m.Next) yield return m; }
        """));
}
