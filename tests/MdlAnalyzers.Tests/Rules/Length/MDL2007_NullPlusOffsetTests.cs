using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Null tests of an address that something was added to before, and accesses after which nothing was left to test.</summary>
public sealed class MDL2007_NullPlusOffsetTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)";

    [Theory]
    [InlineData("if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("if (0 == {|MDL2007:p|}) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} != 0) RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} > 0) RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} < 1) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} is 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} is not 0) RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} is > 0) RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} == nuint.Zero) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} == UIntPtr.Zero) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} == default) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|}.Equals(UIntPtr.Zero)) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:(byte*)p|} == null) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:(void*)p|} is null) return; RtlZeroMemory(p, 4);")]
    [InlineData("bool mapped = {|MDL2007:p|} != 0; if (!mapped) return; RtlZeroMemory(p, 4);")]
    [InlineData("nuint q = p; if ({|MDL2007:q|} == 0) return; RtlZeroMemory(q, 4);")]
    [InlineData("switch ({|MDL2007:p|}) { case 0: return; default: RtlZeroMemory(p, 4); break; }")]
    [InlineData("Sink.Take({|MDL2007:p|} == 0 ? 0 : VirtualMemory.Read<int>(p));")]
    [InlineData("if (n == 0 || {|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);")]
    [InlineData("if ({|MDL2007:p|} == 0) throw new NtStatusException(STATUS_INSUFFICIENT_RESOURCES); RtlZeroMemory(p, 4);")]
    public Task TestAfterAddition_Reports(string rest) => Method($"nuint p = {Map} + n; {rest}");

    [Theory]
    [InlineData("+ 8")]
    [InlineData("- 8")]
    [InlineData("+ (nuint)sizeof(long)")]
    [InlineData("+ PAGE_SIZE")]
    [InlineData("+ 2 * n")]
    [InlineData("+ (n << 3)")]
    [InlineData("+ _currentVa")]
    public Task AnyDisplacement_Reports(string displacement) => Method($$"""nuint p = {{Map}} {{displacement}}; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task AddressBehindTheEnd_Reports() => Method($$"""nuint p = {{Map}} + MmGetMdlByteCount(mdl); if ({|MDL2007:p|} == 0) return; RtlZeroMemory({|MDL2003:p|}, 4);""");

    [Fact]
    public Task TestOfTheSum_Reports() => Method($$"""nuint p = {{Map}}; if ({|MDL2007:p + n|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task Pointer_Reports() => Method($$"""byte* p = (byte*){{Map}} + n; if ({|MDL2007:p|} == null) return; *p = 1;""");

    [Fact]
    public Task AddressOfElement_Reports() => Method($$"""byte* b = (byte*){{Map}}; byte* p = &b[n]; if ({|MDL2007:p|} == null) return; *p = 1;""");

    [Fact]
    public Task AdditionMethod_Reports() => Method($$"""UIntPtr p = UIntPtr.Add({{Map}}, 16); if ({|MDL2007:p|} == UIntPtr.Zero) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task CompoundAssignment_Reports() => Method($$"""nuint p = {{Map}}; p += n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task Increment_Reports() => Method($$"""nuint p = {{Map}}; p++; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task Tuple_Reports() => Method($$"""var (p, l) = ({{Map}} + n, 4u); if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, l);""");

    [Fact]
    public Task Field_Reports() => Method($$"""_currentVa = {{Map}} + n; if ({|MDL2007:_currentVa|} == 0) return; RtlZeroMemory(_currentVa, 4);""");

    [Fact]
    public Task Property_Reports() => Method($$"""CurrentVa = {{Map}} + n; if ({|MDL2007:CurrentVa|} == 0) return; RtlZeroMemory(CurrentVa, 4);""");

    [Fact]
    public Task Ternary_Reports() => Method($$"""nuint p = isRead ? {{Map}} + n : {{Map}} + 2 * n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task SwitchExpression_Reports() => Method($$"""nuint p = n switch { 0 => {{Map}}, _ => {{Map}} + n }; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task AssignmentInCondition_Reports() => Method($$"""nuint p; if (({|MDL2007:p = {{Map}} + n|}) == 0) return; RtlZeroMemory(p, 4);""");

    [Fact]
    public Task PatternVariable_Reports() => Method($$"""if ({|MDL2007:{{Map}} + n|} is var p and not 0) RtlZeroMemory(p, 4);""");

    [Fact]
    public Task HelperReturnsTheSum_Reports() =>
        Method("nuint p = Get(mdl, n); if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);", $"static nuint Get(Mdl mdl, uint n) => {Map} + n;");

    [Fact]
    public Task OutHelper_Reports() =>
        Method("Get(mdl, out nuint p); if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);", $$"""static void Get(Mdl mdl, out nuint p) { p = {{Map}} + 64; }""");

    [Fact]
    public Task HelperTests_Reports() =>
        Method($$"""nuint p = {{Map}} + n; if (!{|MDL2007:IsMapped(p)|}) return; RtlZeroMemory(p, 4);""", "static bool IsMapped(nuint p) => p != 0;");

    [Fact]
    public Task LocalFunction_Reports() =>
        Method($$"""Clear(); void Clear() { nuint p = {{Map}} + n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4); }""");

    [Fact]
    public Task Lambda_Reports() =>
        Method($$"""Action a = () => { nuint p = {{Map}} + n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4); }; a();""");

    [Fact]
    public Task Async_Reports() =>
        Class($$"""async Task Go(Mdl mdl) { nuint p = {{Map}} + 32; await Task.Yield(); if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4); }""");

    [Fact]
    public Task SpecifyCache_Reports() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority) + n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task MdlOfAField_Reports() =>
        Method("nuint p = MmGetSystemAddressForMdlSafe(_mdl, NormalPagePriority) + n; if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4);");

    [Fact]
    public Task Request_Reports() =>
        Write("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(m, Prio) + 16; if ({|MDL2007:p|} == 0) return Complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0); Sink.Take(VirtualMemory.Read<int>(p));");

    [Fact]
    public Task NoTest_ReportsTheAccess() => Method($$"""nuint p = {{Map}} + n; RtlZeroMemory({|MDL2007:p|}, 4);""");

    [Fact]
    public Task NoTestOfTheCall_ReportsTheAccess() => Method($$"""RtlZeroMemory({|MDL2007:{{Map}} + 8|}, 4);""");

    [Fact]
    public Task NoTestOfThePointer_ReportsTheAccess() => Method($$"""byte* p = (byte*){{Map}} + 8; Sink.Take({|MDL2007:p|}[n]); p[0] = 1;""");

    [Fact]
    public Task AddressIsOverwritten_ReportsTheAccess() => Method($$"""nuint p = {{Map}}; p += 8; RtlZeroMemory({|MDL2007:p|}, 4);""");
}
