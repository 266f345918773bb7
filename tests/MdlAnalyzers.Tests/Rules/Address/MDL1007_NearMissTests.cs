using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Parts of addresses, and numbers that fit.</summary>
public sealed class MDL1007_NearMissTests
{
    private const string Members = "private uint _value; private static void WriteLow(uint half) { } private static void WriteHigh(uint half) { } private static void Log(string text, uint value) { } private static uint Hash(uint value) => value; private static uint Low(ulong a) => (uint)a; private static uint High(ulong a) => (uint)(a >> 32);";
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; ";

    [Theory]
    [InlineData("uint offset = (uint)va & 0xFFF; Sink.Take(offset);")]
    [InlineData("uint offset = (uint)(va & 0xFFF); Sink.Take(offset);")]
    [InlineData("uint offset = (uint)va & (PAGE_SIZE - 1); Sink.Take(offset);")]
    [InlineData("uint offset = (uint)BYTE_OFFSET(sys); Sink.Take(offset);")]
    [InlineData("uint offset = (uint)(sys % PAGE_SIZE); Sink.Take(offset);")]
    [InlineData("if (((uint)sys & 3) != 0) return;")]
    [InlineData("uint length = (uint)(va + n - va); Sink.Take(length);")]
    [InlineData("uint distance = (uint)(_currentVa - va); Sink.Take(distance);")]
    [InlineData("uint distance = (uint)sys - (uint)MmGetMdlByteOffset(mdl) - (uint)PAGE_ALIGN(sys); Sink.Take(distance);")]
    [InlineData("uint pages = (uint)ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); Sink.Take(pages);")]
    [InlineData("uint frame = (uint)pfns[0]; Sink.Take(frame);")]
    [InlineData("int index = (int)((va - MmGetMdlBaseVa(mdl)) >> PAGE_SHIFT); Sink.Take(pfns[index]);")]
    [InlineData("uint low = (uint)sys; uint high = (uint)((ulong)sys >> 32); Sink.Take(low + high);")]
    [InlineData("WriteLow((uint)sys); WriteHigh((uint)((ulong)sys >> 32));")]
    [InlineData("WriteHigh((uint)((ulong)sys / 0x1_0000_0000)); WriteLow((uint)sys);")]
    [InlineData("WriteLow(Low(sys)); WriteHigh(High(sys));")]
    [InlineData("WriteLow((uint)((pfns[0] << 12) + off)); WriteHigh((uint)(pfns[0] >> 20));")]
    [InlineData("uint address = checked((uint)sys); Sink.Take(address);")]
    [InlineData("checked { _value = (uint)sys; }")]
    [InlineData("if (sys > uint.MaxValue) return; _value = (uint)sys;")]
    [InlineData("if (sys != (uint)sys) return; _value = (uint)sys;")]
    [InlineData("_value = sys <= 0xFFFFFFFF ? (uint)sys : 0;")]
    [InlineData("int hash = (int)sys; Sink.Take(hash);")]
    [InlineData("Sink.Take(Hash((uint)sys));")]
    [InlineData("Sink.Take(HashCode.Combine((uint)sys, n));")]
    [InlineData("Sink.Take(((uint)sys).ToString(\"X8\"));")]
    [InlineData("Console.WriteLine((uint)sys);")]
    [InlineData("Console.WriteLine($\"{(uint)sys:X8}\");")]
    [InlineData("Log(\"at\", (uint)sys);")]
    [InlineData("Sink.Take((uint)sys == (uint)va);")]
    [InlineData("uint mixed = (uint)sys * 31 ^ n; Sink.Take(mixed);")]
    [InlineData("ulong address = sys; Sink.Take(address);")]
    [InlineData("long address = (long)sys; Sink.Take(address);")]
    [InlineData("uint count = len; Sink.Take(count);")]
    [InlineData("ushort inPage = (ushort)off; Sink.Take(inPage);")]
    [InlineData("uint number = (uint)_currentVa; Sink.Take(number);")]
    [InlineData("ulong low = sys & 0xFFFFFFFF, high = (ulong)sys >> 32; Sink.Take(low + high);")]
    [InlineData("WriteLow((uint)(sys & 0xFFFFFFFF)); WriteHigh((uint)((ulong)sys >> 32));")]
    [InlineData("WriteLow((uint)(sys & 0xFFFFFFFF)); WriteHigh((uint)(((ulong)sys & 0xFFFFFFFF00000000) >> 32));")]
    [InlineData("WriteLow((uint)sys); WriteHigh((uint)(((ulong)sys >> 32) & 0xFFFFFFFF));")]
    [InlineData("if ((sys & 0xFFFFFFFF) != sys) return; _value = (uint)(sys & uint.MaxValue);")]
    [InlineData("if (sys != (sys & 0xFFFFFFFF)) return; _value = (uint)sys;")]
    [InlineData("ulong length = len & 0xFFFFFFFF; Sink.Take(length);")]
    [InlineData("ulong distance = (sys - MmGetMdlByteOffset(mdl) - PAGE_ALIGN(sys)) & 0xFFFFFFFF; Sink.Take(distance);")]
    [InlineData("Sink.Take((sys & 0xFFFFFFFF).ToString());")]
    [InlineData("ulong key = sys & 0xFFFFFFFF; Sink.Take(key);")]
    [InlineData("if ((sys & 0xFFFFFFFF) == 0) return;")]
    public Task PartOfAnAddress_DoesNotReport(string body) => Pages(Map + body, Members);

    [Theory]
    [InlineData("WriteLow((uint)logical.QuadPart); WriteHigh((uint)(logical.QuadPart >> 32));")]
    [InlineData("WriteLow(logical.LowPart); WriteHigh((uint)logical.HighPart);")]
    [InlineData("WriteHigh((uint)((ulong)logical.QuadPart >> 32)); WriteLow(unchecked((uint)logical.QuadPart));")]
    [InlineData("long whole = logical.QuadPart; WriteLow((uint)whole); WriteHigh((uint)(whole >> 32));")]
    [InlineData("if (logical.QuadPart > uint.MaxValue) return; WriteLow((uint)logical.QuadPart);")]
    [InlineData("if (logical.HighPart != 0) return; WriteLow(logical.LowPart);")]
    [InlineData("ulong whole = (ulong)logical.QuadPart; Sink.Take(whole);")]
    [InlineData("uint inPage = (uint)logical.QuadPart & 0xFFF; Sink.Take(inPage);")]
    [InlineData("WriteLow(checked((uint)logical.QuadPart));")]
    public Task BothHalvesOfALogicalAddress_DoNotReport(string body) =>
        Method("PhysicalAddress logical = adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, isRead); " + body, Members);

    [Fact]
    public Task BothHalvesOfAnElement_DoNotReport() =>
        Method("adapter.GetScatterGatherList(device, mdl, MmGetMdlVirtualAddress(mdl), n, (d, i, list, c) => { WriteLow(list.Elements[0].Address.LowPart); WriteHigh((uint)list.Elements[0].Address.HighPart); }, null, isRead);", Members);

    [Theory]
    [InlineData("Dma32BitAddresses = true")]
    [InlineData("DmaAddressWidth = 32")]
    [InlineData("DmaAddressWidth = 24")]
    [InlineData("Dma32BitAddresses = true, Dma64BitAddresses = false")]
    public Task DeviceWith32AddressLines_DoesNotReport(string description) =>
        Class(
            "void Go(DmaAdapter adapter, Mdl m, uint n) { PhysicalAddress logical = adapter.MapTransfer(m, null, MmGetMdlVirtualAddress(m), ref n, true); WriteLow((uint)logical.QuadPart); } static DeviceDescription Describe() => new() { " + description + " };" + Members);

    [Fact]
    public Task GetHashCode_DoesNotReport() =>
        Class("public override int GetHashCode() => (int)MmGetMdlVirtualAddress(_mdl);");

    [Fact]
    public Task OffsetInThePageByName_IsToldByTheRuleAboutQuantities() =>
        Method("uint offset = (uint){|MDL1001:MmGetMdlVirtualAddress(mdl)|}; Sink.Take(MmGetMdlBaseVa(mdl) + offset);");

    [Theory]
    [InlineData("ulong? a = va; nint? b = (nint)va; Sink.Take((a, b));")]
    [InlineData("nuint? next = len != 0 ? va + 16 : null; Sink.Take(next);")]
    public Task NullableOfFullWidth_DoesNotReport(string body) => Pages(body);
}
