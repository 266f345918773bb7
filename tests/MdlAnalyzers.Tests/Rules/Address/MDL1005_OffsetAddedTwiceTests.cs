using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The byte offset is added to what counts from the first byte of the buffer already.</summary>
public sealed class MDL1005_OffsetAddedTwiceTests
{
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; ";

    [Theory]
    [InlineData("nuint data = sys + {|MDL1005:MmGetMdlByteOffset(mdl)|}; Sink.Take(data);")]
    [InlineData("nuint data = {|MDL1005:MmGetMdlByteOffset(mdl)|} + sys; Sink.Take(data);")]
    [InlineData("nuint data = sys + {|MDL1005:off|}; Sink.Take(data);")]
    [InlineData("nuint data = sys + {|MDL1005:mdl.ByteOffset|}; Sink.Take(data);")]
    [InlineData("nuint data = sys + {|MDL1005:BYTE_OFFSET(va)|}; Sink.Take(data);")]
    [InlineData("nuint data = sys + {|MDL1005:BYTE_OFFSET(sys)|}; Sink.Take(data);")]
    [InlineData("nuint data = sys + ({|MDL1005:va & 0xFFF|}); Sink.Take(data);")]
    [InlineData("nuint data = sys + {|MDL1005:(nuint)(int)off|}; Sink.Take(data);")]
    [InlineData("nuint data = checked(sys + {|MDL1005:off|}); Sink.Take(data);")]
    [InlineData("nuint data = sys + n + {|MDL1005:off|}; Sink.Take(data);")]
    [InlineData("nuint data = sys + ({|MDL1005:off + n|}); Sink.Take(data);")]
    [InlineData("uint at = off + n; nuint data = sys + {|MDL1005:at|}; Sink.Take(data);")]
    [InlineData("nuint data = sys; data += {|MDL1005:off|}; Sink.Take(data);")]
    [InlineData("_currentVa = sys; _currentVa += {|MDL1005:off|};")]
    [InlineData("CurrentVa = sys; CurrentVa = CurrentVa + {|MDL1005:off|};")]
    [InlineData("byte* data = (byte*)sys + {|MDL1005:off|}; Sink.Take(*data);")]
    [InlineData("byte* data = (byte*)sys; data += {|MDL1005:off|}; Sink.Take(*data);")]
    [InlineData("byte* data = (byte*)sys; Sink.Take(data[{|MDL1005:off|}]);")]
    [InlineData("byte* data = (byte*)sys; for (uint i = 0; i < n; i++) Sink.Take(data[{|MDL1005:off + i|}]);")]
    [InlineData("byte* data = (byte*)sys; for (uint i = 0; i < n; i++) Sink.Take(*(data + i + {|MDL1005:off|}));")]
    [InlineData("IntPtr data = IntPtr.Add((IntPtr)sys, {|MDL1005:(int)off|}); Sink.Take(data);")]
    [InlineData("nint data = (nint)sys + {|MDL1005:(nint)off|}; Sink.Take(data);")]
    [InlineData("void* data = System.Runtime.CompilerServices.Unsafe.Add<byte>((void*)sys, {|MDL1005:(int)off|}); Sink.Take((nuint)data);")]
    [InlineData("Sink.Take(System.Runtime.InteropServices.Marshal.ReadByte((IntPtr)sys, {|MDL1005:(int)off|}));")]
    [InlineData("RtlCopyMemory(_currentVa, sys + {|MDL1005:off|}, n);")]
    [InlineData("var (start, skip) = (sys, off); Sink.Take(start + {|MDL1005:skip|});")]
    [InlineData("nuint start = isRead ? sys : va; Sink.Take(start + {|MDL1005:off|});")]
    [InlineData("uint skip = n switch { 0 => 0, _ => off }; Sink.Take(sys + {|MDL1005:skip|});")]
    [InlineData("if (off is var skip and > 0) Sink.Take(sys + {|MDL1005:skip|});")]
    [InlineData("Func<uint, nuint> at = i => sys + {|MDL1005:off|} + i; Sink.Take(at(n));")]
    [InlineData("Sink.Take(At(n)); nuint At(uint i) => sys + i + {|MDL1005:off|};")]
    [InlineData("ref nuint start = ref sys; start += {|MDL1005:off|}; Sink.Take(sys);")]
    [InlineData("nuint[] parts = [sys, off]; Sink.Take(parts[0] + {|MDL1005:parts[1]|});")]
    [InlineData("nuint data = PAGE_ALIGN(sys) + off + {|MDL1005:off|}; Sink.Take(data);")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); Sink.Take({|MDL1005:bytes[(int)off..]|});")]
    [InlineData("var bytes = new ReadOnlySpan<byte>((void*)sys, (int)len); Sink.Take({|MDL1005:bytes.Slice((int)off)|});")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); Sink.Take({|MDL1005:bytes.Slice((int)off, 16)|});")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); Sink.Take(bytes[{|MDL1005:(int)off|}]);")]
    [InlineData("var bytes = new Span<byte>((void*)sys, (int)len); for (int i = 0; i < 16; i++) bytes[{|MDL1005:(int)off + i|}] = 0;")]
    public Task OffsetAddedToTheMappedAddress_Reports(string body) => Pages(Map + body);

    [Theory]
    [InlineData("nuint start = va + {|MDL1005:off|}; Sink.Take(start);")]
    [InlineData("va += {|MDL1005:off|}; Sink.Take(va);")]
    [InlineData("adapter.MapTransfer(mdl, registers, va + {|MDL1005:off|}, ref n, isRead);")]
    [InlineData("adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl) + n + {|MDL1005:MmGetMdlByteOffset(mdl)|}, ref n, isRead);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + {|MDL1005:off|}, n);")]
    [InlineData("nuint start = MmGetMdlBaseVa(mdl) + off; start += {|MDL1005:off|}; Sink.Take(start);")]
    [InlineData("nuint start = mdl.StartVa | off; Sink.Take(start + {|MDL1005:off|});")]
    [InlineData("nuint page = va - MmGetMdlByteOffset(mdl); Sink.Take(page + off + {|MDL1005:off|});")]
    [InlineData("ulong start = (ulong)va + {|MDL1005:(ulong)off|}; Sink.Take(start);")]
    public Task OffsetAddedToTheVirtualAddress_Reports(string body) => Pages(body);

    [Theory]
    [InlineData("adapter.MapTransferEx(mdl, registers, {|MDL1005:off|}, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, {|MDL1005:(ulong)MmGetMdlByteOffset(mdl)|}, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("ulong done = 0; while (done < len) { adapter.MapTransferEx(mdl, registers, {|MDL1005:off + done|}, 0, ref n, isRead, null, 0, null, null); done += n; }")]
    [InlineData("adapter.FlushAdapterBuffersEx(mdl, registers, {|MDL1005:BYTE_OFFSET(va)|}, n, isRead);")]
    [InlineData("DmaTransferInfo info = default; adapter.GetDmaTransferInfo(mdl, {|MDL1005:va - mdl.StartVa|}, n, isRead, ref info);")]
    [InlineData("adapter.MapTransferEx(mapRegisterBase: registers, mdl: mdl, offset: {|MDL1005:off|}, deviceOffset: 0, length: ref n, writeToDevice: isRead, scatterGatherBuffer: null, scatterGatherBufferLength: 0, completionRoutine: null, completionContext: null);")]
    public Task OffsetInThePageAsOffsetOfATransfer_Reports(string body) => Pages(body);

    [Fact]
    public Task HelperAdds_Reports() =>
        Pages("nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; Sink.Take({|MDL1005:At(sys, off)|});", "static nuint At(nuint start, uint distance) => start + distance;");

    [Fact]
    public Task HelperReturnsTheAddress_Reports() =>
        Class("static nuint Map(Mdl m) => MmGetSystemAddressForMdlSafe(m, NormalPagePriority); nuint Data(Mdl m) => Map(m) + {|MDL1005:MmGetMdlByteOffset(m)|};");

    [Fact]
    public Task AnnotatedParameter_Reports() =>
        Class("static nuint Data(Mdl mdl, [MdlValue(MdlValueKind.SystemAddress)] nuint address) => address + {|MDL1005:mdl.ByteOffset|};");

    [Fact]
    public Task AnnotatedWrapper_Reports() =>
        Class(
            "nuint Data(Mdl mdl) => Native.Map(mdl) + {|MDL1005:Native.Skip(mdl)|};",
            "static class Native { [return: MdlValue(MdlValueKind.SystemAddress)] public static extern nuint Map(Mdl mdl); [return: MdlValue(MdlValueKind.ByteOffset)] public static extern uint Skip(Mdl mdl); }");

    [Fact]
    public Task ReservedMapping_Reports() =>
        Method("nuint p = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); if (p == 0) return; Sink.Take(p + {|MDL1005:MmGetMdlByteOffset(mdl)|});");

    [Fact]
    public Task FieldOfAnOrdinaryMapping_Reports() =>
        Method("if (MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == 0) return; Sink.Take(mdl.MappedSystemVa + {|MDL1005:mdl.ByteOffset|});");

    [Fact]
    public Task OutHelper_Reports() =>
        Method("Get(mdl, out nuint p, out uint skip); Sink.Take(p + {|MDL1005:skip|});", "static void Get(Mdl m, out nuint p, out uint skip) { p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); skip = m.ByteOffset; }");

    [Fact]
    public Task MdlOfARequest_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return Complete(irp, STATUS_SUCCESS, 0); nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return Complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0); Sink.Take(p + {|MDL1005:m.ByteOffset|});");

    [Fact]
    public Task AsyncMethod_Reports() =>
        Class("async Task<nuint> Data(Mdl m) { nuint p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority); await Task.Yield(); return p + {|MDL1005:m.ByteOffset|}; }");

    [Fact]
    public Task Iterator_Reports() =>
        Class("IEnumerable<nuint> Addresses(Mdl m, uint count) { nuint p = MmGetMdlVirtualAddress(m); for (uint i = 0; i < count; i++) yield return p + i + {|MDL1005:m.ByteOffset|}; }");

    [Fact]
    public Task RecordOfAddressAndOffset_Reports() =>
        Method(
            "var view = new View(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), mdl.ByteOffset); Sink.Take(view.Start + {|MDL1005:view.Skip|});",
            "record View(nuint Start, uint Skip);");
}
