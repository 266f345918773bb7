using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.PfnUnitMixFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1011_PfnUnitMixFixTests
{
    [Theory]
    [InlineData("ulong a = {|MDL1011:pfns[0] + off|}; Sink.Take(a);", "ulong a = ((ulong)pfns[0] << PAGE_SHIFT) + off; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[0] + off|}; Sink.Take(a);", "ulong a = ((ulong)pfns[0] << PAGE_SHIFT) + off; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:off + pfns[0]|}; Sink.Take(a);", "ulong a = off + ((ulong)pfns[0] << PAGE_SHIFT); Sink.Take(a);")]
    [InlineData("nuint a = {|MDL1011:pfns[0] + off|}; Sink.Take(a);", "nuint a = ((nuint)pfns[0] << PAGE_SHIFT) + off; Sink.Take(a);")]
    [InlineData("nuint frame = pfns[0]; ulong a = {|MDL1011:frame | off|}; Sink.Take(a);", "nuint frame = pfns[0]; ulong a = ((ulong)frame << PAGE_SHIFT) | off; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(uint)pfns[1] << PAGE_SHIFT|}; Sink.Take(a);", "ulong a = (ulong)pfns[1] << PAGE_SHIFT; Sink.Take(a);")]
    [InlineData("uint a = {|MDL1011:(uint)pfns[1] << PAGE_SHIFT|}; Sink.Take(a);", "ulong a = (ulong)pfns[1] << PAGE_SHIFT; Sink.Take(a);")]
    [InlineData("var a = {|MDL1011:(uint)pfns[1] * PAGE_SIZE|}; Sink.Take(a);", "var a = (ulong)pfns[1] * PAGE_SIZE; Sink.Take(a);")]
    [InlineData("Hardware.Program({|MDL1011:(uint)pfns[1] << 12|}, PAGE_SIZE);", "Hardware.Program((ulong)pfns[1] << 12, PAGE_SIZE);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[1] << (int)PAGE_SIZE|}; Sink.Take(a);", "ulong a = (ulong)pfns[1] << PAGE_SHIFT; Sink.Take(a);")]
    public Task Frame_BecomesAnAddress(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Pages(before), DriverSource.Pages(after));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Pages("ulong a = {|MDL1011:pfns[0] + off|}; ulong b = {|MDL1011:(uint)pfns[1] << 12|}; Sink.Take(a); Sink.Take(b);"),
            DriverSource.Pages("ulong a = ((ulong)pfns[0] << PAGE_SHIFT) + off; ulong b = (ulong)pfns[1] << 12; Sink.Take(a); Sink.Take(b);"));

    [Theory]
    [InlineData("ulong a = {|MDL1011:pfns[1] / PAGE_SIZE|}; Sink.Take(a);")]
    [InlineData("ulong a = {|MDL1011:(ulong)pfns[1] * PAGE_SHIFT|}; Sink.Take(a);")]
    [InlineData("Hardware.Address = {|MDL1011:pfns[1]|};")]
    [InlineData("ulong a = pfns[0]; {|MDL1011:a += off|}; Sink.Take(a);")]
    public Task UnclearIntent_GetsNoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Pages(body));
}
