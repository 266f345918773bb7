using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Targets and pieces whose sizes are both parts of the byte count.</summary>
public sealed class MDL1006_HalvesTests
{
    [Theory]
    [InlineData("Mdl? part = {|MDL1006:IoAllocateMdl(0, (MmGetMdlByteCount(mdl) + 1) / 2, false, false, null)|}; if (part is null || MmGetMdlByteCount(mdl) < 2) return; uint half = MmGetMdlByteCount(mdl) / 2; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), half);")]
    [InlineData("uint half = (MmGetMdlByteCount(mdl) + 1) / 2; if (half == 0) return; Mdl? part = {|MDL1002:IoAllocateMdl(0, half, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), half);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = (len + 1) / 2; if (len < 2) return; Mdl? part = {|MDL1006:IoAllocateMdl(0, half, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len - len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = {|MDL1002:IoAllocateMdl(0, len / 2, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + len / 2, len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = {|MDL1006:IoAllocateMdl(MmGetMdlVirtualAddress(mdl), len / 2, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + len / 2, len - len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = {|MDL1006:IoAllocateMdl(MmGetMdlVirtualAddress(mdl), len / 2, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 4) return; Mdl? part = {|MDL1006:IoAllocateMdl(MmGetMdlVirtualAddress(mdl), len / 4, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = {|MDL1006:IoAllocateMdl(MmGetMdlVirtualAddress(mdl), len >> 1, false, false, null)|}; if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len - 1);")]
    public Task Halves_Reports(string body) =>
        Method(body);

    [Theory]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), len, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + len / 2, len - len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len < 2) return; Mdl? part = IoAllocateMdl(0, len / 2 + PAGE_SIZE, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len / 2);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = (len + 1) / 2; if (half == 0) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), half, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), half);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = (len + 1) / 2; if (half == 0) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl) + half, len - half, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + half, len - half);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = (len + 1) / 2; if (half == 0) return; Mdl? part = IoAllocateMdl(0, half + PAGE_SIZE, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl) + half, len - half);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = (len + 1) / 2; if (half == 0) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), half, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), Math.Min(half, 512));")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = len / 2; if (len < 4) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), half, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), len / 4);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl), half = len / 2; if (half == 0 || n > half) return; Mdl? part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), half, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), n);")]
    [InlineData("uint half = (MmGetMdlByteCount(mdl) + 1) / 2; if (half == 0) return; Mdl? part = IoAllocateMdl(0, (uint)ROUND_TO_PAGES(half) + PAGE_SIZE, false, false, null); if (part is null) return; IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), half);")]
    public Task HalvesNear_DoesNotReport(string body) =>
        Method(body);
}
