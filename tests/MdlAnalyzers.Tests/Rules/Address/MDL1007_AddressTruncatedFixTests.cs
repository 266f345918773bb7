using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.AddressTruncatedFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1007_AddressTruncatedFixTests
{
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; ";

    [Theory]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);", "nuint kernelAddress = sys; Sink.Take(kernelAddress);")]
    [InlineData("var kernelAddress = {|MDL1007:(uint)sys|}; Sink.Take(kernelAddress);", "var kernelAddress = sys; Sink.Take(kernelAddress);")]
    [InlineData("int kernelAddress = {|MDL1007:(int)(sys + n)|}; Sink.Take(kernelAddress);", "nuint kernelAddress = sys + n; Sink.Take(kernelAddress);")]
    [InlineData("ushort kernelAddress = {|MDL1007:(ushort)(uint)sys|}; Sink.Take(kernelAddress);", "nuint kernelAddress = sys; Sink.Take(kernelAddress);")]
    [InlineData("byte* p = (byte*)sys; uint kernelAddress = {|MDL1007:(uint)(nuint)p|}; Sink.Take(kernelAddress);", "byte* p = (byte*)sys; nuint kernelAddress = (nuint)p; Sink.Take(kernelAddress);")]
    [InlineData("uint kernelAddress = unchecked({|MDL1007:(uint)sys|}); Sink.Take(kernelAddress);", "nuint kernelAddress = sys; Sink.Take(kernelAddress);")]
    [InlineData("uint whole = {|MDL1007:(uint)MmGetPhysicalAddress(sys).QuadPart|}; Sink.Take(whole);", "long whole = MmGetPhysicalAddress(sys).QuadPart; Sink.Take(whole);")]
    public Task Local_IsDeclaredWithTheTypeOfTheAddress(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Method(Map + before), DriverSource.Method(Map + after));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Method(Map + """
                uint first = {|MDL1007:(uint)sys|};
                        int second = {|MDL1007:(int)MmGetMdlVirtualAddress(mdl)|};
                        Sink.Take((first, second));
                """),
            DriverSource.Method(Map + """
                nuint first = sys;
                        nuint second = MmGetMdlVirtualAddress(mdl);
                        Sink.Take((first, second));
                """));

    [Theory]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)sys|}; Start(kernelAddress);")]
    [InlineData("Start({|MDL1007:(uint)sys|});")]
    [InlineData("_kept = {|MDL1007:(uint)sys|};")]
    [InlineData("uint kernelAddress = {|MDL1007:(uint)sys + n|}; Sink.Take(kernelAddress);")]
    public Task OtherPlaces_GetNoFix(string body) =>
        Verify.VerifyNoFixAsync(DriverSource.Method(Map + body, "private uint _kept; private void Start(uint address) => _kept = address;"));
}
