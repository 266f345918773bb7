using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Positions that are counted from the page, and the page of a mapped address.</summary>
public sealed class MDL1003_PageBaseUsedAsBufferStartTests
{
    [Theory]
    [InlineData("nuint start = MmGetMdlBaseVa(mdl); uint left = MmGetMdlByteCount(mdl) - n; if (left == 0) return; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:start + n|}, left);")]
    [InlineData("uint left = MmGetMdlByteCount(mdl) - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:MmGetMdlBaseVa(mdl) + n|}, Math.Min(left, 512));")]
    [InlineData("uint left = MmGetMdlByteCount(mdl) - n; adapter.MapTransfer(mdl, registers, {|MDL1003:n + mdl.StartVa|}, ref left, false);")]
    [InlineData("if (n >= MmGetMdlByteCount(mdl)) return; adapter.FlushAdapterBuffers(mdl, registers, {|MDL1003:MmGetMdlBaseVa(mdl) + n|}, 512, false);")]
    [InlineData("nuint start = MmGetMdlBaseVa(mdl); if (n < mdl.ByteCount) start += n; else return; adapter.MapTransfer(mdl, registers, {|MDL1003:start|}, ref n, false);")]
    [InlineData("uint left = mdl.ByteCount - n; var (at, size) = (mdl.StartVa + n, left); IoBuildPartialMdl(mdl, _mdl, {|MDL1003:at|}, size);")]
    [InlineData("uint left = mdl.ByteCount - n; _currentVa = mdl.StartVa + n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:_currentVa|}, left);")]
    [InlineData("uint left = mdl.ByteCount - n; CurrentVa = checked(mdl.StartVa + n); IoBuildPartialMdl(mdl, _mdl, {|MDL1003:CurrentVa|}, left);")]
    [InlineData("uint left = mdl.ByteCount - n; byte* first = (byte*)({|MDL1003:mdl.StartVa + n|}); Sink.Take(*first);")]
    [InlineData("uint left = mdl.ByteCount - n; nuint page = MmGetMdlVirtualAddress(mdl) & ~(nuint)0xFFF; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:page + n|}, left);")]
    [InlineData("uint left = mdl.ByteCount - n; nuint page = PAGE_ALIGN(MmGetMdlVirtualAddress(mdl)); IoBuildPartialMdl(mdl, _mdl, {|MDL1003:page + n|}, left);")]
    [InlineData("uint left = mdl.ByteCount - n; nuint page = MmGetMdlVirtualAddress(mdl) - mdl.ByteOffset; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:page + n|}, left);")]
    [InlineData("uint left = mdl.ByteCount - n; var at = (ulong)mdl.StartVa + (ulong)n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:(nuint)at|}, left);")]
    [InlineData("Func<uint, bool> build = moved => { IoBuildPartialMdl(mdl, _mdl, {|MDL1003:mdl.StartVa + moved|}, 16); return true; }; build(n);")]
    [InlineData("uint left = mdl.ByteCount - n; IoBuildPartialMdl(mdl, _mdl, {|MDL1003:virtualAddress: mdl.StartVa + n|}, length: left);")]
    public Task PositionCountedFromThePage_Reports(string body) =>
        Method(body.Replace("{|MDL1003:virtualAddress: mdl.StartVa + n|}", "virtualAddress: {|MDL1003:mdl.StartVa + n|}", StringComparison.Ordinal));

    [Theory]
    [InlineData("nuint page = PAGE_ALIGN(sys); Sink.Take(VirtualMemory.Read<byte>({|MDL1003:page|}));")]
    [InlineData("Sink.Take(VirtualMemory.Read<byte>({|MDL1003:sys & ~(nuint)0xFFF|}));")]
    [InlineData("byte* first = (byte*){|MDL1003:PAGE_ALIGN(sys)|}; Sink.Take(*first);")]
    [InlineData("RtlCopyMemory(_currentVa, {|MDL1003:PAGE_ALIGN(sys)|}, n);")]
    [InlineData("RtlCopyMemory({|MDL1003:sys - MmGetMdlByteOffset(mdl)|}, _currentVa, n);")]
    [InlineData("RtlCopyMemory(_currentVa, {|MDL1003:PAGE_ALIGN(sys) + 8|}, n);")]
    [InlineData("var bytes = new Span<byte>((void*){|MDL1003:PAGE_ALIGN(sys)|}, (int)n); Sink.Take(bytes);")]
    public Task PageOfTheMappedAddress_Reports(string body) =>
        Method($"nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; {body}");

    [Fact]
    public Task BaseHandedToAMethod_Reports() =>
        Class("static void Move(Mdl m, Mdl part, nuint at) => IoBuildPartialMdl(m, part, at, 16); void Run(Mdl m, Mdl part) => {|MDL1003:Move(m, part, MmGetMdlBaseVa(m))|};");

    [Fact]
    public Task MappedFieldOfAReservedMapping_Reports() =>
        Method("if (MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached) == 0 || n >= mdl.ByteCount) return; Sink.Take(VirtualMemory.Read<byte>({|MDL1003:mdl.MappedSystemVa + n|}));");

    [Fact]
    public Task ProgressKeptInAField_Reports() =>
        Method("IoBuildPartialMdl(mdl, _mdl, {|MDL1003:MmGetMdlBaseVa(mdl) + _bytesDone|}, n);", "private uint _bytesDone;");

    [Fact]
    public async Task BaseInAsyncMethod_Reports() =>
        await Class("async Task Run(Mdl m, Mdl part, uint done) { await Task.Yield(); IoBuildPartialMdl(m, part, {|MDL1003:m.StartVa + done|}, 16); }");
}
