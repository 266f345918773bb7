using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Accesses through an address that was tested, or that cannot be null.</summary>
public sealed class MDL2002_NearMissTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)";

    [Theory]
    [InlineData("if (p == 0) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p != 0) RtlZeroMemory(p, n);")]
    [InlineData("if (0 == p) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p is 0) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p is not 0) RtlZeroMemory(p, n);")]
    [InlineData("if (p > 0) RtlZeroMemory(p, n);")]
    [InlineData("if (p < 1) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p >= 0x1000) RtlZeroMemory(p, n);")]
    [InlineData("if (p == nuint.Zero) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p == UIntPtr.Zero) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p == default) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p.Equals(UIntPtr.Zero)) return; RtlZeroMemory(p, n);")]
    [InlineData("if ((byte*)p == null) return; RtlZeroMemory(p, n);")]
    [InlineData("byte* q = (byte*)p; if (q == null) return; *q = 1;")]
    [InlineData("if ((void*)p is null) return; RtlZeroMemory(p, n);")]
    [InlineData("bool mapped = p != 0; if (mapped) RtlZeroMemory(p, n);")]
    [InlineData("nuint q = p; if (q == 0) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p == 0) throw new NtStatusException(STATUS_INSUFFICIENT_RESOURCES); RtlZeroMemory(p, n);")]
    [InlineData("if (p == 0 || n == 0) return; RtlZeroMemory(p, n);")]
    [InlineData("if (n != 0 && p != 0) RtlZeroMemory(p, n);")]
    [InlineData("switch (p) { case 0: return; default: RtlZeroMemory(p, n); break; }")]
    [InlineData("Sink.Take(p == 0 ? 0 : VirtualMemory.Read<int>(p));")]
    [InlineData("Sink.Take(p switch { 0 => 0, _ => VirtualMemory.Read<int>(p) });")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfZero(p); RtlZeroMemory(p, n);")]
    [InlineData("if (!MmIsAddressValid(p)) return; RtlZeroMemory(p, n);")]
    [InlineData("if (p == 0) return; for (nuint q = p; q < p + n; q++) VirtualMemory.Write<byte>(q, 0);")]
    [InlineData("Sink.Take(p); _currentVa = p;")]
    [InlineData("Console.WriteLine(p);")]
    [InlineData("Sink.Take(p + 4);")]
    public Task TestedOrNotAccessed_DoesNotReport(string rest) => Method($"nuint p = {Map}; {rest}");

    [Fact]
    public Task TestInHelper_DoesNotReport() =>
        Method($"nuint p = {Map}; if (!IsMapped(p)) return; RtlZeroMemory(p, n);", "static bool IsMapped(nuint p) => p != 0;");

    [Fact]
    public Task CalleeTests_DoesNotReport() =>
        Method($"nuint p = {Map}; Clear(p, n);", "static void Clear(nuint p, uint n) { if (p == 0) return; RtlZeroMemory(p, n); }");

    [Fact]
    public Task MappingHelperTests_DoesNotReport() =>
        Method("if (!Get(mdl, out nuint p)) return; RtlZeroMemory(p, n);", $$"""static bool Get(Mdl mdl, out nuint p) { p = {{Map}}; return p != 0; }""");

    [Fact]
    public Task MappingHelperThrows_DoesNotReport() =>
        Method("nuint p = Get(mdl); RtlZeroMemory(p, n);", $$"""static nuint Get(Mdl mdl) { nuint p = {{Map}}; if (p == 0) throw new NtStatusException(STATUS_INSUFFICIENT_RESOURCES); return p; }""");

    [Fact]
    public Task TestInAssignment_DoesNotReport() =>
        Method($"nuint p; if ((p = {Map}) == 0) return; RtlZeroMemory(p, n);");

    [Fact]
    public Task TestInPattern_DoesNotReport() =>
        Method($$"""if ({{Map}} is var p and not 0) RtlZeroMemory(p, n);""");

    [Fact]
    public Task MappedAndTestedBefore_DoesNotReport() =>
        Method($"if ({Map} == 0) return; nuint p = {Map}; RtlZeroMemory(p, n);");

    [Fact]
    public Task NonPagedPool_DoesNotReport() =>
        Method($"MmBuildMdlForNonPagedPool(mdl); nuint p = {Map}; RtlZeroMemory(p, n);");

    [Fact]
    public Task MdlOfAField_DoesNotReport() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority); RtlZeroMemory(p, n);");

    [Fact]
    public Task StopOnFailure_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, {|MDL2006:true|}, NormalPagePriority); RtlZeroMemory(p, n);");

    [Fact]
    public Task UserMode_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, UserMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority); RtlZeroMemory(p, n);");

    [Fact]
    public Task RetryLoop_DoesNotReport() =>
        Method($"nuint p; while ((p = {Map}) == 0) Thread.Yield(); RtlZeroMemory(p, n);");

    [Fact]
    public Task AnnotatedParameter_DoesNotReport() =>
        Class("static void Clear(Mdl mdl, [MdlValue(MdlValueKind.SystemAddress)] nuint p, uint n) => RtlZeroMemory(p, n);");

    [Fact]
    public Task DelegateMayTest_DoesNotReport() =>
        Method($"nuint p = {Map}; _check(p); RtlZeroMemory(p, n);", "Action<nuint> _check = null!;");

    [Fact]
    public Task GotoFailure_DoesNotReport() =>
        Method($"nuint p = {Map}; if (p == 0) goto done; RtlZeroMemory(p, n); done: ;");
}
