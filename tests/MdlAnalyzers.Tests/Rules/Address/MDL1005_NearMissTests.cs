using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Sums in which the byte offset counts once.</summary>
public sealed class MDL1005_NearMissTests
{
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; ";

    [Theory]
    [InlineData("Sink.Take(PAGE_ALIGN(sys) + off);")]
    [InlineData("Sink.Take(PAGE_ALIGN(sys) | off);")]
    [InlineData("Sink.Take(sys | off);")]
    [InlineData("Sink.Take((sys & ~(nuint)0xFFF) + off);")]
    [InlineData("nuint page = sys - off; Sink.Take(page + off);")]
    [InlineData("Sink.Take(sys - BYTE_OFFSET(sys) + MmGetMdlByteOffset(mdl));")]
    [InlineData("Sink.Take(sys + n);")]
    [InlineData("Sink.Take(sys + len);")]
    [InlineData("Sink.Take(sys + (PAGE_SIZE - off));")]
    [InlineData("nuint rest = PAGE_SIZE - off; for (nuint p = sys; p < sys + rest; p++) Sink.Take(VirtualMemory.Read<byte>(p));")]
    [InlineData("off = 0; Sink.Take(sys + off);")]
    [InlineData("if (off != 0) return; Sink.Take(sys + off);")]
    [InlineData("if (BYTE_OFFSET(sys) == 0) sys += off; Sink.Take(sys);")]
    [InlineData("if (BYTE_OFFSET(sys) != off) sys += off; Sink.Take(sys);")]
    [InlineData("if (sys == PAGE_ALIGN(sys)) sys += off; Sink.Take(sys);")]
    [InlineData("Sink.Take(sys + MmGetMdlByteOffset(_mdl));")]
    [InlineData("Sink.Take(_currentVa + off);")]
    [InlineData("uint dataOffset = _list.DataOffset; Sink.Take(sys + dataOffset);")]
    [InlineData("Sink.Take(sys + _list.CurrentMdlOffset);")]
    [InlineData("Sink.Take(sys - va);")]
    [InlineData("Sink.Take(sys + (_currentVa - va));")]
    [InlineData("Sink.Take(_currentVa - va + sys);")]
    [InlineData("Debug.Assert(sys + off != 0);")]
    [InlineData("Sink.Take((ulong)sys * 31 + off);")]
    [InlineData("Sink.Take(sys ^ off);")]
    [InlineData("Sink.Take(sys % PAGE_SIZE + off);")]
    [InlineData("var page = new Span<byte>((void*)PAGE_ALIGN(sys), (int)PAGE_SIZE); Sink.Take(page[(int)off..]);")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); Sink.Take(bytes[(int)n..]);")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); Sink.Take(bytes[..(int)(PAGE_SIZE - off)]);")]
    [InlineData("byte[] page = new byte[PAGE_SIZE]; Sink.Take(page[off]); Sink.Take(page.AsSpan((int)off));")]
    [InlineData("byte* page = (byte*)PAGE_ALIGN(sys); Sink.Take(page[off]);")]
    [InlineData("Sink.Take(nameof(MmGetMdlByteOffset) + sys);")]
    public Task OffsetCountsOnce_DoesNotReport(string body) => Pages(Map + body, "private readonly NetBufferList _list = new(0, 0); private sealed record NetBufferList(uint DataOffset, uint CurrentMdlOffset);");

    [Theory]
    [InlineData("Sink.Take(MmGetMdlBaseVa(mdl) + off);")]
    [InlineData("Sink.Take(mdl.StartVa | off);")]
    [InlineData("Sink.Take(PAGE_ALIGN(va) + off);")]
    [InlineData("Sink.Take(va + len);")]
    [InlineData("Sink.Take(ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len));")]
    [InlineData("Sink.Take((off + len + PAGE_SIZE - 1) >> PAGE_SHIFT);")]
    [InlineData("Sink.Take(((ulong)pfns[0] << 12) + off);")]
    [InlineData("nuint start = isRead ? va : MmGetMdlBaseVa(mdl) + off; Sink.Take(start);")]
    [InlineData("nuint start = MmGetMdlBaseVa(mdl); if (isRead) start = va; else start += off; Sink.Take(start);")]
    [InlineData("ulong done = n; adapter.MapTransferEx(mdl, registers, done, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, 0, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, _currentVa - va, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, PAGE_SIZE - off, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(_mdl, registers, off, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, len - n, off, ref n, isRead, null, 0, null, null);")]
    public Task AddressOrOffsetOfATransfer_DoesNotReport(string body) => Pages(body);

    [Fact]
    public Task PagesOfItsOwn_DoNotReport() =>
        Method("Mdl? m = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 8192); if (m is null) return; nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); if (p == 0) return; Sink.Take(p + m.ByteOffset);");

    [Fact]
    public Task FieldOfAReservedMapping_DoesNotReport() =>
        Method("if (MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached) == 0) return; Sink.Take(mdl.MappedSystemVa + mdl.ByteOffset);");

    [Fact]
    public Task FieldOfAnUnknownMapping_DoesNotReport() => Method("Sink.Take(mdl.MappedSystemVa + mdl.ByteOffset);");

    [Fact]
    public Task HelperForBothKindsOfAddress_DoesNotReport() =>
        Class("static nuint At(nuint page, uint distance) => page + distance; nuint Run(Mdl m) => At(m.StartVa, m.ByteOffset);");

    [Fact]
    public Task RoutineOfTheSameNameElsewhere_DoesNotReport() =>
        Method("Sink.Take(MmGetMdlVirtualAddress(mdl) + Header.MmGetMdlByteOffset(mdl));", "static class Header { public static uint MmGetMdlByteOffset(Mdl m) => 24; }");

    [Fact]
    public Task OffsetOfThePartInTheWhole_DoesNotReport() =>
        Method("nuint start = MmGetMdlVirtualAddress(mdl) + (MmGetMdlVirtualAddress(_mdl) - MmGetMdlVirtualAddress(mdl)); Sink.Take(start);");
}
