namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Answers of an MDL that go nowhere.</summary>
public sealed class MDL2009_UnusedBufferQueryTests
{
    [Theory]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("var off = {|MDL2009:MmGetMdlByteOffset(mdl)|};")]
    [InlineData("nuint va = {|MDL2009:MmGetMdlVirtualAddress(mdl)|};")]
    [InlineData("nuint start = {|MDL2009:MmGetMdlBaseVa(mdl)|};")]
    [InlineData("nuint p = {|MDL2009:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)|};")]
    [InlineData("byte* p = (byte*){|MDL2009:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)|};")]
    [InlineData("Span<nuint> pfns = {|MDL2009:MmGetMdlPfnArray(mdl)|};")]
    [InlineData("nuint first = {|MDL2009:MmGetMdlPfnArray(mdl)|}[0];")]
    [InlineData("{|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("uint len; len = {|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("uint len = 0; len += {|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; len++;")]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; len = n; Sink.Take(len);")]
    [InlineData("uint len = n; Sink.Take(len); len = {|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}, other = 4; Sink.Take(other);")]
    [InlineData("ulong end = {|MDL2009:MmGetMdlByteOffset(mdl)|} + (ulong){|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; uint end = len + 4;")]
    [InlineData("uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; uint most = Math.Min(len, n);")]
    [InlineData("nuint va = {|MDL2009:MmGetMdlVirtualAddress(mdl)|}; var page = PAGE_ALIGN(va);")]
    [InlineData("var pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES({|MDL2009:MmGetMdlVirtualAddress(mdl)|}, {|MDL2009:MmGetMdlByteCount(mdl)|});")]
    [InlineData("uint len = isRead ? {|MDL2009:MmGetMdlByteCount(mdl)|} : 0;")]
    [InlineData("uint len = n switch { 0 => 0, _ => {|MDL2009:MmGetMdlByteCount(mdl)|} };")]
    [InlineData("var (len, other) = ({|MDL2009:MmGetMdlByteCount(mdl)|}, n); Sink.Take(other);")]
    [InlineData("uint len, off; (len, off) = (MmGetMdlByteCount(mdl), {|MDL2009:MmGetMdlByteOffset(mdl)|}); Sink.Take(len);")]
    [InlineData("var both = ({|MDL2009:MmGetMdlByteCount(mdl)|}, {|MDL2009:MmGetMdlByteOffset(mdl)|});")]
    [InlineData("uint a = {|MDL2009:MmGetMdlByteCount(mdl)|}; uint b = a; uint c = b;")]
    [InlineData("n = {|MDL2009:MmGetMdlByteCount(mdl)|};")]
    [InlineData("if (isRead) { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; }")]
    [InlineData("for (int i = 0; i < 4; i++) { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; }")]
    [InlineData("Action a = () => { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; }; a();")]
    [InlineData("Local(); void Local() { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; }")]
    [InlineData("try { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; } finally { Sink.Take(n); }")]
    [InlineData("int len = checked((int){|MDL2009:MmGetMdlByteCount(mdl)|});")]
    [InlineData("nuint p = {|MDL2009:MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority)|};")]
    public Task AnswerGoesNowhere_Reports(string body) => Verify(DriverSource.Method(body));

    [Fact]
    public Task ReadRoutineWithDeadLocals_ReportsEach() => Verify(DriverSource.Dispatch("""
        if (irp.MdlAddress is not { } mdl) return Complete(irp, STATUS_SUCCESS, 0);
                uint readLength = sp.Parameters.Read.Length;
                uint mdlLength = {|MDL2009:MmGetMdlByteCount(mdl)|};
                nuint kernelVa = {|MDL2009:MmGetSystemAddressForMdlSafe(mdl, Prio)|};
        """));

    [Fact]
    public Task AnnotatedWrapper_Reports() => Verify(DriverSource.Class(
        "void Go(Mdl mdl) { uint len = {|MDL2009:LengthOf(mdl)|}; } [return: MdlValue(MdlValueKind.ByteCount)] static extern uint LengthOf(Mdl mdl);"));

    [Fact]
    public Task Async_Reports() =>
        Verify(DriverSource.Class("async Task Go(Mdl mdl) { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; await Task.Yield(); }"));

    [Fact]
    public Task Iterator_Reports() =>
        Verify(DriverSource.Class("IEnumerable<int> Go(Mdl mdl) { uint len = {|MDL2009:MmGetMdlByteCount(mdl)|}; yield return 1; }"));

    private static Task Verify(string source) => RuleVerifier.VerifyAsync(source, suggestion: "MDL2009");
}
