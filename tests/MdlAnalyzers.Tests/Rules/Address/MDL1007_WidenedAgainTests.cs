using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Addresses that are cut and handed on in a place that has room for all of them.</summary>
public sealed class MDL1007_WidenedAgainTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; ";

    [Theory]
    [InlineData("Hardware.Program({|MDL1007:(ulong)(uint)va|}, len);")]
    [InlineData("Hardware.Address = {|MDL1007:(ulong)(uint)va|};")]
    public Task WidenedAgain_Reports(string body) =>
        Pages(body);

    [Theory]
    [InlineData("RtlZeroMemory({|MDL1007:(nuint)(uint)p|}, MmGetMdlByteCount(mdl));")]
    [InlineData("nuint q = {|MDL1007:(nuint)(int)p|}; RtlZeroMemory(q, MmGetMdlByteCount(mdl));")]
    [InlineData("byte* b = {|MDL1007:(byte*)(uint)p|}; *b = 1;")]
    [InlineData("Hardware.Address = {|MDL1007:unchecked((uint)p) + 16ul|};")]
    [InlineData("VirtualMemory.Write({|MDL1007:(nuint)unchecked((uint)(p + 4))|}, 1);")]
    [InlineData("(nuint at, uint count) = ({|MDL1007:(uint)p|}, MmGetMdlByteCount(mdl)); RtlZeroMemory(at, count);")]
    [InlineData("nuint at = {|MDL1007:isRead ? (uint)p : p|}; RtlZeroMemory(at, 4);")]
    [InlineData("RtlZeroMemory({|MDL1007:Convert.ToUInt32(1u) + (nuint)(uint)p|}, 4);")]
    public Task WidenedAgain2_Reports(string body) =>
        Method(Map + body);

    [Theory]
    [InlineData("PhysicalAddress logical = adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, false); Hardware.Program({|MDL1007:(ulong)(uint)logical.QuadPart|}, n);")]
    [InlineData("PhysicalAddress logical = adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, false); Hardware.ProgramList([new SgEntry({|MDL1007:(uint)logical.QuadPart|}, n)]);")]
    public Task WidenedAgain3_Reports(string body) =>
        Method(body);

    [Fact]
    public Task WidenedAgain4_Reports() =>
        Method("Sink.Take({|MDL1007:Low(MmGetMdlVirtualAddress(mdl))|});", "static ulong Low(nuint address) => (uint)address;");

    [Theory]
    [InlineData("ulong lower = (ulong)(uint)va, upper = (ulong)va >> 32; Hardware.Program(lower | upper << 32, len);")]
    [InlineData("ulong page = (uint)va & 0xFFF; Sink.Take(page);")]
    [InlineData("ulong hash = (uint)va * 2654435761ul; Sink.Take(hash);")]
    [InlineData("Console.WriteLine((ulong)(uint)va);")]
    [InlineData("if (va <= uint.MaxValue) Hardware.Program((ulong)(uint)va, len);")]
    [InlineData("if ((ulong)(uint)va == va) Sink.Take(len);")]
    [InlineData("bool fits = va == (nuint)(uint)va; Sink.Take(fits);")]
    [InlineData("ulong inPage = (ulong)((uint)va & (PAGE_SIZE - 1)); Sink.Take(inPage);")]
    [InlineData("Hardware.Program((ulong)va, (uint)len);")]
    [InlineData("Hardware.Program((ulong)checked((uint)va), len);")]
    [InlineData("ulong key = (uint)va; var map = new Dictionary<ulong, int> { [key] = 1 }; Sink.Take(map);")]
    [InlineData("nuint distance = (uint)(va + len - va); Sink.Take(distance);")]
    [InlineData("ulong alignment = (ulong)(uint)va % 64; Sink.Take(alignment);")]
    public Task WidenedNear_DoesNotReport(string body) =>
        Pages(body);
}
