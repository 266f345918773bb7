using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Pieces of partial MDLs at addresses that are none of the source's, or that end behind it.</summary>
public sealed class MDL1008_PartialRangeOutsideSourceTests
{
    private const string Fields = "private uint _done; private uint Done { get; set; } private Mdl _part = null!;";

    [Theory]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:sys + n|}, 16);")]
    [InlineData("nuint at = sys + n; IoBuildPartialMdl(mdl, _part, {|MDL1008:at|}, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:sys + 512|}, 16);")]
    [InlineData("byte* p = (byte*)sys; p += n; IoBuildPartialMdl(mdl, _part, {|MDL1008:(nuint)p|}, 16);")]
    [InlineData("byte* p = (byte*)sys; IoBuildPartialMdl(mdl, _part, {|MDL1008:(nuint)(p + 8)|}, 16);")]
    [InlineData("_currentVa = sys + n; IoBuildPartialMdl(mdl, _part, {|MDL1008:_currentVa|}, 16);")]
    [InlineData("CurrentVa = checked(sys + n); IoBuildPartialMdl(mdl, _part, {|MDL1008:CurrentVa|}, 16);")]
    [InlineData("var (at, size) = (sys + n, 16u); IoBuildPartialMdl(mdl, _part, {|MDL1008:at|}, size);")]
    [InlineData("nuint at = isRead ? sys + n : MmGetMdlVirtualAddress(mdl); IoBuildPartialMdl(mdl, _part, {|MDL1008:at|}, 16);")]
    [InlineData("IoBuildPartialMdl(virtualAddress: {|MDL1008:sys + n|}, length: 16, sourceMdl: mdl, targetMdl: _part);")]
    [InlineData("ulong at = (ulong)sys + n; IoBuildPartialMdl(mdl, _part, {|MDL1008:(nuint)at|}, 16);")]
    [InlineData("nuint at = sys; at += n; IoBuildPartialMdl(mdl, _part, {|MDL1008:at|}, 16);")]
    [InlineData("Build(); void Build() => IoBuildPartialMdl(mdl, _part, {|MDL1008:sys + n|}, 16);")]
    [InlineData("Action build = () => IoBuildPartialMdl(mdl, _part, {|MDL1008:sys + n|}, 16); build();")]
    [InlineData("for (uint i = 1; i < n; i++) IoBuildPartialMdl(mdl, _part, {|MDL1008:sys + i|}, 1);")]
    public Task SystemAddress_Reports(string body) =>
        Method($"nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (sys == 0) return; {body}", Fields);

    [Theory]
    [InlineData("if (mdl.Next is not { } next) return; IoBuildPartialMdl(next, _part, {|MDL1008:va|}, 16);")]
    [InlineData("if (mdl.Next is not { } next) return; IoBuildPartialMdl(next, _part, {|MDL1008:va + n|}, 16);")]
    [InlineData("if (mdl.Next is not { } next) return; IoBuildPartialMdl(mdl, _part, {|MDL1008:MmGetMdlVirtualAddress(next) + n|}, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:off + 16|}, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:off + n|}, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:(nuint)off + _done|}, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, {|MDL1008:(pfns[1] << PAGE_SHIFT) + n|}, 16);")]
    public Task OtherOrigin_Reports(string body) => Pages(body, Fields);

    [Theory]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, {|MDL1008:len|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + 512, {|MDL1008:len|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va, {|MDL1008:len + 4|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va, {|MDL1008:len + n|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + _done, {|MDL1008:MmGetMdlByteCount(mdl)|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + Done, {|MDL1008:len|});")]
    [InlineData("nuint at = va; at += n; uint size = len; IoBuildPartialMdl(mdl, _part, at, {|MDL1008:size|});")]
    [InlineData("if (n >= len) return; IoBuildPartialMdl(mdl, _part, va + n + 16, {|MDL1008:len - n|});")]
    [InlineData("if (len < 512) IoBuildPartialMdl(mdl, _part, va, {|MDL1008:512|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, {|MDL1008:Math.Min(len, len + 8)|});")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, {|MDL1008:Math.Max(len, 512)|});")]
    [InlineData("if (n >= len) return; IoBuildPartialMdl(mdl, _part, va + n, {|MDL1008:512|});")]
    [InlineData("for (uint done = 0; done < len; done += 4096) IoBuildPartialMdl(mdl, _part, va + done, {|MDL1008:4096|});")]
    [InlineData("uint done = 0; while (len > done) { IoBuildPartialMdl(mdl, _part, va + done, {|MDL1008:512|}); done += 512; }")]
    [InlineData("var (at, size) = (va + n, len); IoBuildPartialMdl(mdl, _part, at, {|MDL1008:size|});")]
    [InlineData("uint size = isRead ? len : 16; if (n + 16 > len) return; IoBuildPartialMdl(mdl, _part, va + n, {|MDL1008:size|});")]
    public Task EndBehindTheSource_Reports(string body) => Pages(body, Fields);

    [Fact]
    public Task LengthOfTheRequestFromAPosition_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m) + _done, {|MDL1008:sp.Parameters.Read.Length|});", Fields);

    [Fact]
    public Task UserBufferOfTheRequest_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, {|MDL1008:irp.UserBuffer + _done|}, 16);", Fields);

    [Fact]
    public Task SystemBufferOfTheRequest_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, {|MDL1008:irp.AssociatedIrp.SystemBuffer + 4|}, 16);", Fields);

    [Fact]
    public Task NumberInsteadOfAnAddress_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; uint done = _done; IoBuildPartialMdl(m, _part, {|MDL1008:done|}, 16);", Fields);

    [Fact]
    public Task HandedToAHelper_ReportsAtTheCall() =>
        Pages("{|MDL1008:Build(mdl, _part, va + n, len)|};", Fields + " static void Build(Mdl s, Mdl t, nuint at, uint count) => IoBuildPartialMdl(s, t, at, count);");

    [Fact]
    public Task Async_Reports() =>
        Class("async Task Go(Mdl m, Mdl part, uint done) { await Task.Yield(); IoBuildPartialMdl(m, part, MmGetMdlVirtualAddress(m) + done, {|MDL1008:MmGetMdlByteCount(m)|}); }");

    [Fact]
    public Task BeforeTheFirstByte_Reports() => Pages("IoBuildPartialMdl(mdl, _mdl, {|MDL1008:va - 8|}, 8);");
}
