using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Positions behind the page base that a local function or a lambda captures.</summary>
public sealed class MDL1003_CapturedTests
{
    [Theory]
    [InlineData("void Send(Mdl mdl, Mdl part, uint done) { nuint start = MmGetMdlBaseVa(mdl); nuint s_done = done; nuint At() => start + s_done; IoBuildPartialMdl(mdl, part, {|MDL1003:At()|}, 512); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); void Go() { IoBuildPartialMdl(mdl, part, {|MDL1003:start + s_done|}, 512); } Go(); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); Action go = () => IoBuildPartialMdl(mdl, part, {|MDL1003:start + s_done|}, 512); go(); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); Func<nuint> at = () => start + s_done; IoBuildPartialMdl(mdl, part, {|MDL1003:at()|}, 512); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); nuint at = start + s_done; Run(() => IoBuildPartialMdl(mdl, part, {|MDL1003:at|}, 512)); } static void Run(Action action) => action();")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint at = 0; void Set() => at = MmGetMdlBaseVa(mdl) + s_done; Set(); IoBuildPartialMdl(mdl, part, {|MDL1003:at|}, 512); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); static nuint Sum(nuint a, nuint b) => a + b; IoBuildPartialMdl(mdl, part, {|MDL1003:Sum(start, s_done)|}, 512); }")]
    [InlineData("static nuint s_done; event Action? Go; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); Go += () => IoBuildPartialMdl(mdl, part, {|MDL1003:start + s_done|}, 512); }")]
    [InlineData("static nuint s_done; Task Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); return Task.Run(() => { IoBuildPartialMdl(mdl, part, {|MDL1003:start + s_done|}, 512); }); }")]
    [InlineData("private nuint _done; async Task Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); await Task.Yield(); IoBuildPartialMdl(mdl, part, {|MDL1003:start + _done|}, 512); }")]
    public Task Captured_Reports(string body) =>
        Class(body);

    [Theory]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlVirtualAddress(mdl); void Go() { IoBuildPartialMdl(mdl, part, start + s_done, 512); } Go(); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); uint off = MmGetMdlByteOffset(mdl); Func<nuint> at = () => start + off + s_done; IoBuildPartialMdl(mdl, part, at(), 512); }")]
    [InlineData("static nuint s_offset; void Send(Mdl mdl, Mdl part) { s_offset = MmGetMdlByteOffset(mdl); nuint start = MmGetMdlBaseVa(mdl); nuint At() => start + s_offset; IoBuildPartialMdl(mdl, part, At(), 512); }")]
    [InlineData("static nuint s_pages; void Send(Mdl mdl) { nuint start = MmGetMdlBaseVa(mdl); for (nuint at = start; at < start + s_pages; at += PAGE_SIZE) Sink.Take(at); }")]
    [InlineData("void Send(Mdl mdl) { nuint start = MmGetMdlBaseVa(mdl); Func<nuint, nuint> index = va => (va - start) >> PAGE_SHIFT; Sink.Take(index(MmGetMdlVirtualAddress(mdl))); }")]
    [InlineData("static nuint s_skip; void Send(Mdl mdl, Mdl part) { nuint start = MmGetMdlBaseVa(mdl); nuint At() => start + s_skip; IoBuildPartialMdl(mdl, part, At(), 512); }")]
    [InlineData("static nuint s_done; void Send(Mdl mdl, Mdl part) { if (MmGetMdlByteOffset(mdl) != 0) return; nuint start = MmGetMdlBaseVa(mdl); nuint At() => start + s_done; IoBuildPartialMdl(mdl, part, At(), 512); }")]
    public Task CapturedNear_DoesNotReport(string body) =>
        Class(body);
}
