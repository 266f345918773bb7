using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.PartialTargetTooSmallFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1006_PartialTargetTooSmallFixTests
{
    [Theory]
    [InlineData("0, n", "0, n + PAGE_SIZE", "va, Math.Min(n, len)")]
    [InlineData("PAGE_ALIGN(_currentVa), 8192", "PAGE_ALIGN(_currentVa), 8192 + PAGE_SIZE", "va + n, 8192")]
    [InlineData("0, isRead ? n : n", "0, (isRead ? n : n) + PAGE_SIZE", "va, Math.Min(n, len)")]
    [InlineData("0, n + 4", "0, n + 4 + PAGE_SIZE", "va, Math.Min(n + 4, len)")]
    [InlineData("va, 1000", "va, 1000 + PAGE_SIZE", "va + n, 1000")]
    public Task Target_GetsAPageMore(string before, string after, string piece) =>
        Verify.VerifyAsync(
            DriverSource.Pages($$"""Mdl? t = {|MDL1006:IoAllocateMdl({{before}}, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, {{piece}});"""),
            DriverSource.Pages($"Mdl? t = IoAllocateMdl({after}, false, false, null); if (t is null) return; IoBuildPartialMdl(mdl, t, {piece});"));

    [Fact]
    public Task NamedArgument_GetsAPageMore() =>
        Verify.VerifyAsync(
            DriverSource.Pages("Mdl? t = {|MDL1006:IoAllocateMdl(length: n, virtualAddress: 0, irp: null, chargeQuota: false, secondaryBuffer: false)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));"),
            DriverSource.Pages("Mdl? t = IoAllocateMdl(length: n + PAGE_SIZE, virtualAddress: 0, irp: null, chargeQuota: false, secondaryBuffer: false); if (t is null) return; IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));"));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Pages("""
                Mdl? t = {|MDL1006:IoAllocateMdl(0, n, false, false, null)|};
                        Mdl? u = {|MDL1006:IoAllocateMdl(PAGE_ALIGN(_currentVa), 4096, false, false, null)|};
                        if (t is null || u is null) return;
                        IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));
                        IoBuildPartialMdl(mdl, u, va, 4096);
                """),
            DriverSource.Pages("""
                Mdl? t = IoAllocateMdl(0, n + PAGE_SIZE, false, false, null);
                        Mdl? u = IoAllocateMdl(PAGE_ALIGN(_currentVa), 4096 + PAGE_SIZE, false, false, null);
                        if (t is null || u is null) return;
                        IoBuildPartialMdl(mdl, t, va, Math.Min(n, len));
                        IoBuildPartialMdl(mdl, u, va, 4096);
                """));

    [Theory]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(va, 4096, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, 65536);")]
    [InlineData("Mdl? t = {|MDL1006:IoAllocateMdl(0, 4096, false, false, null)|}; if (t is null) return; IoBuildPartialMdl(mdl, t, va, len);")]
    [InlineData("MmInitializeMdl(_mdl, PAGE_ALIGN(_currentVa), 4096); IoBuildPartialMdl(mdl, {|MDL1006:_mdl|}, va, 4096);")]
    public Task APageThatIsNotEnough_IsNotOffered(string body) => Verify.VerifyNoFixAsync(DriverSource.Pages(body));
}
