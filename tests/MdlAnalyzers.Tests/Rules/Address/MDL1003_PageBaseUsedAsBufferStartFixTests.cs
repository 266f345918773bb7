using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.PageBaseUsedAsBufferStartFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1003_PageBaseUsedAsBufferStartFixTests
{
    [Theory]
    [InlineData(
        "uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:MmGetMdlBaseVa(mdl) + n|}, left);",
        "uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl) + n, left);")]
    [InlineData(
        "uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:n + mdl.StartVa|}, left);",
        "uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, n + MmGetMdlVirtualAddress(mdl), left);")]
    [InlineData(
        "nuint first = mdl.StartVa; uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:first + n|}, left);",
        "nuint first = mdl.StartVa; uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl) + n, left);")]
    [InlineData(
        "nuint va = MmGetMdlVirtualAddress(mdl); uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:mdl.StartVa + n|}, left); Sink.Take(va);",
        "nuint va = MmGetMdlVirtualAddress(mdl); uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, va + n, left); Sink.Take(va);")]
    public Task PageBase_BecomesTheVirtualAddress(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Method(before), DriverSource.Method(after));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Method("""
                uint left = mdl.ByteCount - n;
                        IoBuildPartialMdl(mdl, _mdl, {|MDL1003:mdl.StartVa + n|}, left);
                        adapter.MapTransfer(mdl, registers, {|MDL1003:MmGetMdlBaseVa(mdl) + n|}, ref left, false);
                """),
            DriverSource.Method("""
                uint left = mdl.ByteCount - n;
                        IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl) + n, left);
                        adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl) + n, ref left, false);
                """));

    [Fact]
    public Task PageOfAMapping_GetsNoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Method("nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; RtlCopyMemory(_currentVa, {|MDL1003:PAGE_ALIGN(sys)|}, n);"));
}
