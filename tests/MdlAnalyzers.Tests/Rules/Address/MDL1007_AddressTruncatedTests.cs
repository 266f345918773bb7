using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Addresses that end in 32 bits or less.</summary>
public sealed class MDL1007_AddressTruncatedTests
{
    private const string Members = "private uint _address; private uint Address { get; set; } private static void Start(uint address) { } private static void WriteAddressLow(uint half) { } private static int s_register; private static ref int Register => ref s_register;";
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; ";

    [Theory]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("int kernelAddress = {|MDL1007:(int)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("ushort kernelAddress = {|MDL1007:(ushort)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("var kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("var kernelAddress = unchecked({|MDL1007:(uint)sys|}); Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress; kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)(ulong)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)(sys + n)|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)sys + n|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)PAGE_ALIGN(sys)|}; Sink.Take(kernelAddress);")]
    [InlineData("uint? kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("byte* p = (byte*)sys; uint kernelAddress = {|MDL1007:(uint)p|}; Sink.Take(kernelAddress);")]
    [InlineData("byte* p = (byte*)sys; uint kernelAddress = {|MDL1007:(uint)(nuint)(p + 4)|}; Sink.Take(kernelAddress);")]
    [InlineData("_address = {|MDL1007:(uint)sys|};")]
    [InlineData("Address = {|MDL1007:(uint)sys|};")]
    [InlineData("Start({|MDL1007:(uint)sys|});")]
    [InlineData("Start(address: {|MDL1007:(uint)va|});")]
    [InlineData("uint userAddress = {|MDL1007:(uint)va|}; Sink.Take(userAddress);")]
    [InlineData("uint pageAddress = {|MDL1007:(uint)MmGetMdlBaseVa(mdl)|}; Sink.Take(pageAddress);")]
    [InlineData("uint[] addresses = [{|MDL1007:(uint)sys|}]; Sink.Take(addresses);")]
    [InlineData("uint[] addresses = new uint[2]; addresses[1] = {|MDL1007:(uint)sys|}; Sink.Take(addresses);")]
    [InlineData("List<uint> addresses = []; addresses.Add({|MDL1007:(uint)sys|});")]
    [InlineData("(uint address, uint length) = ({|MDL1007:(uint)sys|}, len); Sink.Take(address + length);")]
    [InlineData("uint kernelAddress = {|MDL1007:isRead ? (uint)sys : 0|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:n switch { 0 => 0, _ => (uint)sys }|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:uint.CreateTruncating(sys)|}; Sink.Take(kernelAddress);")]
    [InlineData("int kernelAddress = {|MDL1007:(int)(IntPtr)sys|}; Sink.Take(kernelAddress);")]
    [InlineData("Func<nuint, uint> cut = _ => {|MDL1007:(uint)sys|}; Sink.Take(cut);")]
    [InlineData("Sink.Take(Cut()); uint Cut() => {|MDL1007:(uint)sys|};")]
    [InlineData("{|MDL1007:Program(sys)|};")]
    [InlineData("uint kernelAddress = {|MDL1007:Narrow(sys)|}; Sink.Take(kernelAddress);")]
    [InlineData("Volatile.Write(ref Register, {|MDL1007:(int)sys|});")]
    [InlineData("System.Runtime.InteropServices.Marshal.WriteInt32(0x1000, {|MDL1007:(int)sys|});")]
    [InlineData("var d = new Descriptor { Address = {|MDL1007:(uint)sys|} }; Sink.Take(d);")]
    [InlineData("var d = new Record({|MDL1007:(uint)sys|}); Sink.Take(d);")]
    [InlineData("uint physical = {|MDL1007:(uint)((pfns[0] << 12) + off)|}; Sink.Take(physical);")]
    [InlineData("uint userAddress = {|MDL1007:(uint)_irp.UserBuffer|}; Sink.Take(userAddress);")]
    [InlineData("nuint kernelAddress = {|MDL1007:sys & 0xFFFFFFFF|}; Sink.Take(kernelAddress);")]
    [InlineData("ulong kernelAddress = {|MDL1007:sys & uint.MaxValue|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)(sys & 0xFFFFFFFF)|}; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)(va % 0x1_0000_0000)|}; Sink.Take(kernelAddress);")]
    [InlineData("_address = {|MDL1007:(uint)((sys + n) & 0xFFFFFFFF)|};")]
    [InlineData("Start({|MDL1007:(uint)(va & 0xFFFFFFFFu)|});")]
    public Task VirtualOrSystemAddress_Reports(string body) => Pages(
        Map + body,
        Members + " private void Program(nuint a) => _address = (uint)a; private static uint Narrow(nuint a) => (uint)a; private struct Descriptor { public uint Address; } private record Record(uint Address);");

    [Theory]
    [InlineData("Start({|MDL1007:(uint)logical.QuadPart|});")]
    [InlineData("Start(unchecked({|MDL1007:(uint)logical.QuadPart|}));")]
    [InlineData("Start({|MDL1007:logical.LowPart|});")]
    [InlineData("WriteAddressLow({|MDL1007:(uint)logical.QuadPart|});")]
    [InlineData("uint low = {|MDL1007:logical.LowPart|}; WriteAddressLow(low);")]
    [InlineData("long whole = logical.QuadPart; Start({|MDL1007:(uint)whole|});")]
    [InlineData("_address = {|MDL1007:(uint)(logical.QuadPart + 16)|};")]
    [InlineData("VirtualMemory.Write(_currentVa, {|MDL1007:(uint)logical.QuadPart|});")]
    [InlineData("Start({|MDL1007:(uint)(logical.QuadPart & 0xFFFFFFFF)|});")]
    [InlineData("VirtualMemory.Write(_currentVa, {|MDL1007:logical.QuadPart & 0xFFFFFFFF|});")]
    public Task LogicalAddress_Reports(string body) =>
        Method("PhysicalAddress logical = adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, isRead); " + body, Members);

    [Fact]
    public Task ElementsOfAList_Report() =>
        Method("adapter.GetScatterGatherList(device, mdl, MmGetMdlVirtualAddress(mdl), n, (d, i, list, c) => { foreach (var element in list.Elements) Start({|MDL1007:(uint)element.Address.QuadPart|}); }, null, isRead);", Members);

    [Fact]
    public Task PhysicalAddressOfMemory_Reports() =>
        Method("PhysicalAddress pa = MmGetPhysicalAddress(_currentVa); Start({|MDL1007:(uint)pa.QuadPart|}); Sink.Take(MmGetMdlByteCount(mdl));", Members);

    [Fact]
    public Task CommonBuffer_Reports() =>
        Method("nuint va = adapter.AllocateCommonBuffer(4096, out PhysicalAddress logical, true); if (va != 0) Start({|MDL1007:(uint)logical.QuadPart|});", Members);

    [Fact]
    public Task WideDevice_Reports() =>
        Class(
            "void Go(DmaAdapter adapter, Mdl m, uint n) { PhysicalAddress logical = adapter.MapTransfer(m, null, MmGetMdlVirtualAddress(m), ref n, true); Start({|MDL1007:(uint)logical.QuadPart|}); } static DeviceDescription Describe() => new() { Dma32BitAddresses = true, Dma64BitAddresses = true };" + Members);

    [Fact]
    public Task ReturnedFromAMethod_Reports() =>
        Class("static uint AddressOf(Mdl m) => {|MDL1007:(uint)MmGetMdlVirtualAddress(m)|};");

    [Fact]
    public Task AnnotatedParameter_Reports() =>
        Class("static uint Cut(Mdl mdl, [MdlValue(MdlValueKind.LogicalAddress)] ulong address) { Sink.Take(MmGetMdlByteCount(mdl)); return {|MDL1007:(uint)address|}; }");

    [Fact]
    public Task NullableOfHalfTheWidth_Reports() => Pages("uint? a = {|MDL1007:(uint?)va|}; Sink.Take(a);");
}
