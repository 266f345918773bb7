using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.PageMathIgnoresOffsetFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1002_PageMathIgnoresOffsetFixTests
{
    [Theory]
    [InlineData(
        "uint pages = {|MDL1002:(MmGetMdlByteCount(mdl) + PAGE_SIZE - 1) / PAGE_SIZE|}; _sg = new SgEntry[pages];",
        "uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)); _sg = new SgEntry[pages];")]
    [InlineData(
        "uint len = MmGetMdlByteCount(mdl); uint pages = {|MDL1002:(len + PAGE_SIZE - 1) >> PAGE_SHIFT|}; _sg = new SgEntry[pages];",
        "uint len = MmGetMdlByteCount(mdl); uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), len); _sg = new SgEntry[pages];")]
    [InlineData(
        "nuint va = MmGetMdlVirtualAddress(mdl); uint len = MmGetMdlByteCount(mdl); uint rounded = (len + 0xFFF) & ~0xFFFu; uint pages = {|MDL1002:rounded >> 12|}; _sg = new SgEntry[pages]; Sink.Take(va);",
        "nuint va = MmGetMdlVirtualAddress(mdl); uint len = MmGetMdlByteCount(mdl); uint rounded = (len + 0xFFF) & ~0xFFFu; uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len); _sg = new SgEntry[pages]; Sink.Take(va);")]
    [InlineData(
        "int pages = (int){|MDL1002:BYTES_TO_PAGES(MmGetMdlByteCount(mdl))|}; _sg = new SgEntry[pages];",
        "int pages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)); _sg = new SgEntry[pages];")]
    [InlineData(
        "int pages = {|MDL1002:MmGetMdlByteCount(mdl) > PAGE_SIZE|} ? 2 : 1; _sg = new SgEntry[pages];",
        "int pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)) > 1 ? 2 : 1; _sg = new SgEntry[pages];")]
    [InlineData(
        "uint len = MmGetMdlByteCount(mdl); bool fits = {|MDL1002:len <= 4096|}; if (fits) Hardware.SendFrame(MmGetMdlPfnArray(mdl)[0]);",
        "uint len = MmGetMdlByteCount(mdl); bool fits = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), len) <= 1; if (fits) Hardware.SendFrame(MmGetMdlPfnArray(mdl)[0]);")]
    [InlineData(
        "uint len = MmGetMdlByteCount(mdl); var pfns = MmGetMdlPfnArray(mdl); for (int i = 0; i < {|MDL1002:len / PAGE_SIZE|}; i++) Hardware.SendFrame(pfns[i]);",
        "uint len = MmGetMdlByteCount(mdl); var pfns = MmGetMdlPfnArray(mdl); for (int i = 0; i < ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), len); i++) Hardware.SendFrame(pfns[i]);")]
    [InlineData(
        "uint len = MmGetMdlByteCount(mdl); nuint end = {|MDL1002:MmGetMdlBaseVa(mdl) + len|}; Sink.Take(end);",
        "uint len = MmGetMdlByteCount(mdl); nuint end = MmGetMdlVirtualAddress(mdl) + len; Sink.Take(end);")]
    [InlineData(
        "adapter.MapTransfer(mdl, registers, {|MDL1002:MmGetMdlBaseVa(mdl)|}, ref n, false);",
        "adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, false);")]
    [InlineData(
        "nuint start = MmGetMdlBaseVa(mdl); IoBuildPartialMdl(mdl, _mdl, {|MDL1002:start|}, n);",
        "nuint start = MmGetMdlBaseVa(mdl); IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl), n);")]
    [InlineData(
        "Hardware.MapFrame(MmGetMdlPfnArray(mdl)[0], offset: {|MDL1002:0|}, count: MmGetMdlByteCount(mdl));",
        "Hardware.MapFrame(MmGetMdlPfnArray(mdl)[0], offset: MmGetMdlByteOffset(mdl), count: MmGetMdlByteCount(mdl));")]
    [InlineData(
        "var pfns = MmGetMdlPfnArray(mdl); ulong pa = {|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|}; Hardware.Address = pa;",
        "var pfns = MmGetMdlPfnArray(mdl); ulong pa = ((ulong)pfns[0] << PAGE_SHIFT) + MmGetMdlByteOffset(mdl); Hardware.Address = pa;")]
    [InlineData(
        "uint off = MmGetMdlByteOffset(mdl); var pfns = MmGetMdlPfnArray(mdl); Hardware.Address = {|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|}; Sink.Take(off);",
        "uint off = MmGetMdlByteOffset(mdl); var pfns = MmGetMdlPfnArray(mdl); Hardware.Address = ((ulong)pfns[0] << PAGE_SHIFT) + off; Sink.Take(off);")]
    [InlineData(
        "uint first = {|MDL1002:Math.Min(MmGetMdlByteCount(mdl), PAGE_SIZE)|}; Sink.Take(MmGetMdlPfnArray(mdl)[0] + first);",
        "uint first = Math.Min(MmGetMdlByteCount(mdl), PAGE_SIZE - MmGetMdlByteOffset(mdl)); Sink.Take(MmGetMdlPfnArray(mdl)[0] + first);")]
    public Task OffsetIgnored_IsRepaired(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Method(before), DriverSource.Method(after));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Pages("""
                uint pages = {|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|};
                        Hardware.Address = {|MDL1002:(ulong)pfns[0] << PAGE_SHIFT|};
                        _sg = new SgEntry[pages + {|MDL1002:BYTES_TO_PAGES(len)|}];
                """),
            DriverSource.Pages("""
                uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len);
                        Hardware.Address = ((ulong)pfns[0] << PAGE_SHIFT) + off;
                        _sg = new SgEntry[pages + ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, len)];
                """));

    [Fact] // the offset belongs to the first page only
    public Task EveryFrameOfALoop_NoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Pages("for (int i = 0; i < _sg.Length; i++) _sg[i] = new SgEntry({|MDL1002:(ulong)pfns[i] << 12|}, PAGE_SIZE);"));

    [Theory] // the expression is a part of a count, so that replacing it would count too many
    [InlineData("uint pages = ({|MDL1002:(len - 1) >> PAGE_SHIFT|}) + 1; _sg = new SgEntry[pages];")]
    [InlineData("uint pages = {|MDL1002:len / PAGE_SIZE|} + (len % PAGE_SIZE != 0 ? 1u : 0u); _sg = new SgEntry[pages];")]
    [InlineData("uint last = {|MDL1002:(len - 1) / PAGE_SIZE|}; Hardware.SendFrame(pfns[(int)last]);")]
    public Task PartOfACount_NoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Pages(body));

    [Fact] // the remaining length is not the length of the MDL
    public Task LengthThatChanges_NoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Method("uint left = MmGetMdlByteCount(mdl); if (isRead) left = MmGetMdlByteCount(mdl); uint pages = {|MDL1002:(left + 0xFFF) >> 12|}; _sg = new SgEntry[pages];"));
}
