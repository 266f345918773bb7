using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Page frame numbers that are mixed with bytes and addresses.</summary>
public sealed class MDL1011_PfnUnitMixTests
{
    [Theory]
    [InlineData("ulong a = {|MDL1011:pfns[0] + off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:pfns[0] + MmGetMdlByteOffset(mdl)|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:off + pfns[0]|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:pfns[0] | off|}; Sink.Take(a);")]
    [InlineData("ulong a = (ulong)({|MDL1011:pfns[0] + off|}); Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[0] + off|}; Sink.Take(a);")]
    [InlineData("var frame = pfns[0]; ulong a = {|MDL1011:frame + off|}; Sink.Take(a);")]
    [InlineData("ulong a = pfns[0]; {|MDL1011:a += off|}; Sink.Take(a);")]
    [InlineData("var (frame, bytes) = (pfns[0], off); Sink.Take({|MDL1011:frame + bytes|});")]
    [InlineData("ulong end = {|MDL1011:pfns[0] + len|}; Sink.Take(end);")]
    [InlineData("ulong next = {|MDL1011:pfns[0] + PAGE_SIZE|}; Sink.Take(next);")]
    [InlineData("ref nuint first = ref pfns[0]; Sink.Take({|MDL1011:pfns[0] + off|}); Sink.Take(first);")]
    [InlineData("ulong a = {|MDL1011:pfns.ToArray()[0] + off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:MmGetMdlPfnArray(mdl)[0] + off|}; Sink.Take(a);")]
    [InlineData("ulong a = checked({|MDL1011:pfns[0] + off|}); Sink.Take(a);")]
    [InlineData("_sg[0] = new SgEntry({|MDL1011:pfns[0] + off|}, len);")]
    [InlineData("Hardware.Program({|MDL1011:pfns[0] + off|}, len);")]
    [InlineData("Hardware.Address = isRead ? {|MDL1011:pfns[0] + off|} : 0;")]
    [InlineData("for (int i = 0; i < pfns.Length; i++) Sink.Take({|MDL1011:pfns[i] + off|});")]
    [InlineData("foreach (nuint frame in pfns) Sink.Take({|MDL1011:frame + off|});")]
    public Task BytesAdded_Reports(string body) => Pages(body);

    [Theory]
    [InlineData("uint a = {|MDL1011:(uint)pfns[1] << PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("uint a = {|MDL1011:(uint)pfns[1] << 12|}; Sink.Take(a);")]
    [InlineData("uint a = {|MDL1011:(uint)pfns[1] * PAGE_SIZE|}; Sink.Take(a);")]
    [InlineData("uint a = {|MDL1011:PAGE_SIZE * (uint)pfns[1]|}; Sink.Take(a);")]
    [InlineData("int a = {|MDL1011:(int)pfns[1] << 12|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(uint)pfns[1] << PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("ulong a = (ulong)({|MDL1011:(uint)pfns[1] << PAGE_SHIFT|}); Sink.Take(a);")]
    [InlineData("uint frame = (uint)pfns[1]; ulong a = {|MDL1011:frame << PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("uint frame = (uint)pfns[1]; {|MDL1011:frame <<= 12|}; Sink.Take(frame);")]
    [InlineData("Hardware.Program({|MDL1011:(uint)pfns[1] << 12|}, len);")]
    [InlineData("for (int i = 1; i < pfns.Length; i++) Hardware.Program({|MDL1011:(uint)pfns[i] << PAGE_SHIFT|}, PAGE_SIZE);")]
    public Task NarrowShift_Reports(string body) => Pages(body);

    [Theory]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[1] << (int)PAGE_SIZE|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[1] * PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:((ulong)pfns[0] << 10) + off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:((ulong)pfns[0] << 13) + off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[0] * 512 + off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:((ulong)pfns[0] << 11) | off|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:((ulong)pfns[1] << PAGE_SHIFT) << PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:pfns[1] >> PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:pfns[1] / PAGE_SIZE|}; Sink.Take(a);")]
    public Task WrongScale_Reports(string body) => Pages(body);

    [Theory]
    [InlineData("Hardware.Address = {|MDL1011:pfns[1]|};")]
    [InlineData("Hardware.Program({|MDL1011:pfns[1]|}, PAGE_SIZE);")]
    [InlineData("_sg[1] = new SgEntry({|MDL1011:pfns[1]|}, PAGE_SIZE);")]
    [InlineData("ulong physicalAddress = {|MDL1011:pfns[1]|}; Sink.Take(physicalAddress);")]
    [InlineData("byte* p = (byte*){|MDL1011:pfns[1]|}; Sink.Take((nuint)p);")]
    [InlineData("PhysicalAddress pa = new({|MDL1011:(long)pfns[1]|}); Sink.Take(pa);")]
    [InlineData("var addresses = new ulong[4]; addresses[1] = {|MDL1011:pfns[1]|}; Sink.Take(addresses);")]
    [InlineData("RtlCopyMemory(_currentVa, {|MDL1011:pfns[1]|}, 16);")]
    public Task FrameAsAddress_Reports(string body) => Pages(body);

    [Fact]
    public Task Helper_ReportsAtTheCall() =>
        Pages("Sink.Take({|MDL1011:At(pfns[0], off)|});", "static ulong At(nuint frame, uint offset) => frame + offset;");

    [Fact]
    public Task LocalFunction_Reports() =>
        Pages("Sink.Take(At()); ulong At() => {|MDL1011:MmGetMdlPfnArray(mdl)[0] + MmGetMdlByteOffset(mdl)|};");

    [Fact]
    public Task Property_Reports() =>
        Class("ulong First => {|MDL1011:MmGetMdlPfnArray(_mdl)[0] + MmGetMdlByteOffset(_mdl)|};");

    [Theory]
    [InlineData("ulong pa = (ulong)pfns[1] << 10; Hardware.Program({|MDL1011:pa|}, PAGE_SIZE);")]
    [InlineData("Hardware.Program({|MDL1011:(ulong)pfns[1] << 13|}, PAGE_SIZE);")]
    public Task OtherShift_Reports(string body) => Pages(body);
}
