using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The places where a value of the wrong accessor ends up: texts, elements, tuples, positions of a transfer.</summary>
public sealed class MDL1001_PlacesTests
{
    [Fact]
    public Task BaseIntoAddress_Reports() =>
        Method("nuint va = {|MDL1001:MmGetMdlBaseVa(mdl)|}; Sink.Take(va);");

    [Fact]
    public Task StartVaIntoCurrentVa_Reports() =>
        Method("nuint currentVa = {|MDL1001:mdl.StartVa|}; adapter.MapTransfer(mdl, registers, currentVa, ref n, false);");

    [Fact]
    public Task MappedAddressGivenDirectly_Reports() =>
        Method("adapter.MapTransfer(mdl, registers, (nuint){|MDL1001:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)|}, ref n, false);");

    [Fact]
    public Task MappedAddressThroughLocal_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; adapter.MapTransfer(mdl, registers, {|MDL1001:p|}, ref n, false);");

    [Fact]
    public Task MappedAddressPlusProgress_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; uint done = 0; while (done < n) { uint len = n - done; adapter.MapTransfer(mdl, registers, {|MDL1001:p + done|}, ref len, false); done += len; }");

    [Fact]
    public Task MappedAddressFlushed_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; adapter.FlushAdapterBuffers(mdl, registers, {|MDL1001:p|}, n, false);");

    [Fact]
    public Task MappedAddressForAList_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; adapter.GetScatterGatherList(device, mdl, {|MDL1001:p|}, n, (d, i, l, c) => { }, null, false);");

    [Fact]
    public Task MappedAddressForAPartialMdl_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; IoBuildPartialMdl(mdl, _mdl, {|MDL1001:p|}, n);");

    [Fact]
    public Task OwnMappingAsPosition_Reports() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KProcessorMode.KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; adapter.MapTransfer(mdl, registers, {|MDL1001:p|}, ref n, false);");

    [Fact]
    public Task NonPagedMdlAtItsSystemAddress_DoesNotReport() =>
        Method("MmBuildMdlForNonPagedPool(mdl); nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); adapter.MapTransfer(mdl, registers, p, ref n, false);");

    [Fact]
    public Task OwnMdlOverTheMapping_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; Mdl? own = IoAllocateMdl(p, n, false, false, null); if (own is null) return; MmBuildMdlForNonPagedPool(own); adapter.MapTransfer(own, registers, p, ref n, false);");

    [Fact]
    public Task TextCallsTheOffsetAnAddress_Reports() =>
        Method("Console.WriteLine($\"buffer address {{|MDL1001:MmGetMdlByteOffset(mdl)|}:X}\");");

    [Fact]
    public Task LogCallsTheOffsetAnAddress_Reports() =>
        Method("Log($\"buffer address {{|MDL1001:MmGetMdlByteOffset(mdl)|}:X}\");", "static void Log(string text) { }");

    [Fact]
    public Task ConcatenatedTextCallsTheOffsetAnAddress_Reports() =>
        Method("Console.WriteLine(\"buffer address \" + {|MDL1001:MmGetMdlByteOffset(mdl)|});");

    [Fact]
    public Task TextNamesBothRightly_DoesNotReport() =>
        Method("Console.WriteLine($\"buffer address {MmGetMdlVirtualAddress(mdl):X} offset {MmGetMdlByteOffset(mdl):X}, address offset {MmGetMdlByteOffset(mdl)}\"); Console.WriteLine($\"address {_currentVa:X}+{MmGetMdlByteOffset(mdl):X}\");");

    [Fact]
    public Task TextWithASeparator_DoesNotReport() =>
        Method("Console.WriteLine($\"va {PAGE_ALIGN(_currentVa):X} / {MmGetMdlByteOffset(mdl)}\");");

    [Fact]
    public Task ElementOfAddresses_Reports() =>
        Method("nuint[] addresses = [{|MDL1001:MmGetMdlByteOffset(mdl)|}]; Sink.Take(addresses);");

    [Fact]
    public Task InitializerOfAddresses_Reports() =>
        Method("nuint[] addresses = { {|MDL1001:MmGetMdlByteOffset(mdl)|} }; Sink.Take(addresses);");

    [Fact]
    public Task ListOfAddresses_Reports() =>
        Method("List<nuint> addresses = [MmGetMdlVirtualAddress(mdl), {|MDL1001:MmGetMdlByteOffset(mdl)|}]; Sink.Take(addresses);");

    [Fact]
    public Task StoredAmongVas_Reports() =>
        Method("nuint[] vas = new nuint[2]; vas[0] = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(vas);");

    [Theory]
    [InlineData("Span<nuint> vas = stackalloc nuint[2]; vas[0] = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(vas[0]);")]
    [InlineData("Span<nuint> addresses = stackalloc nuint[] { MmGetMdlVirtualAddress(mdl), {|MDL1001:MmGetMdlByteOffset(mdl)|} }; Sink.Take(addresses[0]);")]
    [InlineData("Span<nuint> parts = stackalloc nuint[1]; parts[0] = MmGetMdlByteOffset(mdl); nuint va = {|MDL1001:parts[0]|}; Sink.Take(va);")]
    [InlineData("Span<nuint> parts = stackalloc[] { MmGetMdlVirtualAddress(mdl), (nuint)MmGetMdlByteOffset(mdl) }; nuint va = {|MDL1001:parts[1]|}; Sink.Take(va);")]
    public Task ElementOnTheStack_Reports(string body) => Method(body);

    [Theory]
    [InlineData("Span<nuint> parts = stackalloc nuint[2]; parts[0] = MmGetMdlVirtualAddress(mdl); parts[1] = MmGetMdlByteOffset(mdl); nuint va = parts[0]; nuint offset = parts[1]; Sink.Take(va); Sink.Take(offset);")]
    [InlineData("Span<nuint> parts = stackalloc nuint[1]; parts[0] = MmGetMdlByteOffset(mdl); parts.Clear(); nuint va = parts[0]; Sink.Take(va);")]
    [InlineData("Span<nuint> parts = stackalloc nuint[] { MmGetMdlByteOffset(mdl) }; parts[(int)n] = MmGetMdlVirtualAddress(mdl); nuint va = parts[0]; Sink.Take(va);")]
    public Task ElementOnTheStack_DoesNotReport(string body) => Method(body);

    [Fact]
    public Task NamedTupleElement_Reports() =>
        Method("uint offset = MmGetMdlByteOffset(mdl); var pair = (va: {|MDL1001:(nuint)offset|}, length: n); Sink.Take(pair);");

    [Fact]
    public Task TupleConvertedToNames_Reports() =>
        Method("(nuint Va, uint Length) pair = ({|MDL1001:MmGetMdlByteOffset(mdl)|}, n); Sink.Take(pair);");

    [Fact]
    public Task TupleReturnedWithNames_Reports() =>
        Method("Sink.Take(Describe(mdl));", "static (nuint address, uint length) Describe(Mdl m) => ({|MDL1001:MmGetMdlByteOffset(m)|}, MmGetMdlByteCount(m));");

    [Fact]
    public Task TupleOfOffsetAndVa_DoesNotReport() =>
        Method("var pair = (offset: MmGetMdlByteOffset(mdl), va: MmGetMdlVirtualAddress(mdl)); (uint off, uint len) = (MmGetMdlByteOffset(mdl), n); nuint[] offsets = [MmGetMdlByteOffset(mdl)]; Sink.Take(pair); Sink.Take(off + len); Sink.Take(offsets);");

    [Fact]
    public Task MdlInAnArray_Reports() =>
        Method("Mdl[] mdls = [mdl]; nuint va = {|MDL1001:MmGetMdlByteOffset(mdls[0])|}; Sink.Take(va);");
}
