using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Additions after the test, to addresses that cannot be null, and comparisons that are no null tests.</summary>
public sealed class MDL2007_NearMissTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)";

    [Theory]
    [InlineData("if (b == 0) return; nuint p = b + n; RtlZeroMemory(p, 4);")]
    [InlineData("if (b != 0) RtlZeroMemory(b + n, 4);")]
    [InlineData("nuint p = b + n; if (b == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("if (b == 0) return; b += n; RtlZeroMemory(b, 4);")]
    [InlineData("if (b == 0) return; nuint p = b + n; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b == 0 ? 0 : b + n; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b is 0 ? 0 : b + n; if (p != 0) RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b switch { 0 => 0, _ => b + n }; if (p is 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b + 0; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("const uint header = 0; nuint p = b + header; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b + 8 - 8; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("if (n != 0) return; nuint p = b + n; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint p = b + n; p -= n; if (p == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint page = b - MmGetMdlByteOffset(mdl); if (page == 0) return; RtlZeroMemory(b, 4);")]
    [InlineData("nuint page = PAGE_ALIGN(b); if (page == 0) return; RtlZeroMemory(b, 4);")]
    [InlineData("nuint end = b + n; if (b == 0) return; for (nuint q = b; q < end; q++) VirtualMemory.Write<byte>(q, 0);")]
    [InlineData("nuint end = b + n; if (end < b) return; Sink.Take(end);")]
    [InlineData("nuint end = b + n; if (end == _currentVa) return; Sink.Take(end);")]
    [InlineData("nuint end = b + n; if ((end & 3) == 0) Sink.Take(end);")]
    [InlineData("nuint end = b + n; Sink.Take(end - b == 0);")]
    [InlineData("if (b + n == b) return; Sink.Take(b);")]
    [InlineData("if (!MmIsAddressValid(b + n)) return; Sink.Take(b);")]
    [InlineData("Debug.Assert(b + n != 0); if (b == 0) return; RtlZeroMemory(b, 4);")]
    [InlineData("byte* p = (byte*)b; if (p == null) return; p += n; *p = 1;")]
    [InlineData("(nuint start, nuint end) = (b, b + n); if (start == 0) return; RtlZeroMemory(end - 4, 4);")]
    [InlineData("b = 0; nuint p = b + n; if (p == 0) return;")]
    [InlineData("b = _currentVa; nuint p = b + n; if (p == 0) return; RtlZeroMemory(p, 4);")]
    public Task TestedFirstOrNoNullTest_DoesNotReport(string rest) => Method($"nuint b = {Map}; {rest}");

    [Fact]
    public Task HelperTestsBeforeAdding_DoesNotReport() =>
        Method("nuint p = Get(mdl, n); if (p == 0) return; RtlZeroMemory(p, 4);", $$"""static nuint Get(Mdl mdl, uint n) { nuint b = {{Map}}; return b == 0 ? 0 : b + n; }""");

    [Fact]
    public Task HelperThrows_DoesNotReport() =>
        Method("nuint p = Get(mdl) + n; if (p == 0) return; RtlZeroMemory(p, 4);", $$"""static nuint Get(Mdl mdl) { nuint b = {{Map}}; if (b == 0) throw new NtStatusException(STATUS_INSUFFICIENT_RESOURCES); return b; }""");

    [Fact]
    public Task NonPagedPool_DoesNotReport() =>
        Method($"MmBuildMdlForNonPagedPool(mdl); nuint p = {Map} + n; if (p == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task MappedAndTestedBefore_DoesNotReport() =>
        Method($"if ({Map} == 0) return; nuint p = {Map} + n; if (p == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task StopOnFailure_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, {|MDL2006:true|}, NormalPagePriority) + n; if (p == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task UserMode_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, UserMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority) + n; if (p == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task AddressOfAnotherKind_DoesNotReport() =>
        Method("nuint p = MmGetMdlVirtualAddress(mdl) + n; if (p == 0) return; Sink.Take(p);");

    [Fact]
    public Task ParameterIsTheCallersAddress_DoesNotReport() =>
        Class("static void Clear(Mdl mdl, [MdlValue(MdlValueKind.SystemAddress)] nuint address, uint n) { nuint p = address + n; if (p == 0) return; RtlZeroMemory(p, 4); }");

    [Fact]
    public Task RetryLoop_DoesNotReport() =>
        Method($"nuint b; while ((b = {Map}) == 0) Thread.Yield(); nuint p = b + n; if (p == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task AddressIsStillAtHand_LeavesTheAccessToTheOtherRule() =>
        Method($$"""nuint b = {{Map}}; nuint p = b + n; RtlZeroMemory({|MDL2002:p|}, 4);""");

    [Fact]
    public Task MdlOfAFieldNotTested_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority) + n; RtlZeroMemory(p, 4);");

    [Fact]
    public Task UnknownGuard_DoesNotReport() =>
        Method($"nuint p = {Map} + n; if (!_check(p)) return; RtlZeroMemory(p, 4);", "Func<nuint, bool> _check = null!;");
}
