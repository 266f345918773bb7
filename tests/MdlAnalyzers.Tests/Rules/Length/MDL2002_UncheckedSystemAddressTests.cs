using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Accesses through an address that nobody tested.</summary>
public sealed class MDL2002_UncheckedSystemAddressTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)";

    [Fact]
    public Task Local_Reports() => Method($$"""nuint p = {{Map}}; RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task CallAsArgument_Reports() => Method($$"""RtlZeroMemory({|MDL2002:{{Map}}|}, n);""");

    [Fact]
    public Task CopyTarget_Reports() => Method($$"""nuint p = {{Map}}; RtlCopyMemory({|MDL2002:p|}, _currentVa, n);""");

    [Fact]
    public Task CopySource_Reports() => Method($$"""nuint p = {{Map}}; RtlCopyMemory(_currentVa, {|MDL2002:p|}, n);""");

    [Fact]
    public Task ReadValue_Reports() => Method($$"""nuint p = {{Map}}; Sink.Take(VirtualMemory.Read<int>({|MDL2002:p|}));""");

    [Fact]
    public Task WriteBehindTheStart_Reports() => Method($$"""nuint p = {{Map}}; VirtualMemory.Write<int>({|MDL2002:p + 8|}, 1);""");

    [Fact]
    public Task Span_Reports() => Method($$"""nuint p = {{Map}}; if (VirtualMemory.TryGetSpan({|MDL2002:p|}, n, out Span<byte> s)) s.Clear();""");

    [Fact]
    public Task PointerIndirection_Reports() => Method($$"""byte* p = (byte*){{Map}}; Sink.Take(*{|MDL2002:p|});""");

    [Fact]
    public Task PointerElement_Reports() => Method($$"""byte* p = (byte*){{Map}}; {|MDL2002:p|}[3] = 1;""");

    [Fact]
    public Task SpanOverPointer_Reports() => Method($$"""void* p = (void*){{Map}}; var s = new Span<byte>({|MDL2002:p|}, 16); s.Clear();""");

    [Fact]
    public Task BufferMemoryCopy_Reports() => Method($$"""byte* p = (byte*){{Map}}; byte* own = stackalloc byte[8]; Buffer.MemoryCopy(own, {|MDL2002:p|}, 8, 8);""");

    [Fact]
    public Task Tuple_Reports() => Method($$"""var (p, l) = ({{Map}}, n); RtlZeroMemory({|MDL2002:p|}, l);""");

    [Fact]
    public Task Ternary_Reports() => Method($$"""nuint p = isRead ? {{Map}} : _currentVa; RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task Field_Reports() => Method($$"""_currentVa = {{Map}}; RtlZeroMemory({|MDL2002:_currentVa|}, n);""");

    [Fact]
    public Task Property_Reports() => Method($$"""CurrentVa = {{Map}}; RtlZeroMemory({|MDL2002:CurrentVa|}, n);""");

    [Fact]
    public Task HelperReturnsIt_Reports() =>
        Method("nuint p = Get(mdl); RtlZeroMemory({|MDL2002:p|}, n);", $"static nuint Get(Mdl mdl) => {Map};");

    [Fact]
    public Task OutHelper_Reports() =>
        Method("Get(mdl, out nuint p); RtlZeroMemory({|MDL2002:p|}, n);", $$"""static void Get(Mdl mdl, out nuint p) { p = {{Map}}; }""");

    [Fact]
    public Task HelperAccesses_Reports() =>
        Method($$"""nuint p = {{Map}}; {|MDL2002:Clear(p, n)|};""", "static void Clear(nuint at, uint count) => RtlZeroMemory(at, count);");

    [Fact]
    public Task LocalFunction_Reports() =>
        Method($$"""Clear(); void Clear() { nuint p = {{Map}}; RtlZeroMemory({|MDL2002:p|}, n); }""");

    [Fact]
    public Task Lambda_Reports() =>
        Method($$"""Action a = () => { nuint p = {{Map}}; RtlZeroMemory({|MDL2002:p|}, n); }; a();""");

    [Fact]
    public Task Async_Reports() =>
        Class($$"""async Task Go(Mdl mdl) { nuint p = {{Map}}; await Task.Yield(); RtlZeroMemory({|MDL2002:p|}, 4); }""");

    [Fact]
    public Task Loop_Reports() =>
        Method($$"""nuint p = {{Map}}; for (uint i = 0; i < n; i++) VirtualMemory.Write<byte>({|MDL2002:p + i|}, 0);""");

    [Fact]
    public Task TestOnOnePathOnly_Reports() =>
        Method($$"""nuint p = {{Map}}; if (isRead && p == 0) return; RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task TestOnlyLogs_Reports() =>
        Method($$"""nuint p = {{Map}}; if (p == 0) Console.WriteLine("none"); RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task Assertion_Reports() =>
        Method($$"""nuint p = {{Map}}; Debug.Assert(p != 0); RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task TestWrongWay_Reports() =>
        Method($$"""nuint p = {{Map}}; if (p != 0) return; RtlZeroMemory({|MDL2002:p|}, n);""");

    [Fact]
    public Task TestAfterwards_Reports() =>
        Method($$"""nuint p = {{Map}}; RtlZeroMemory({|MDL2002:p|}, n); if (p == 0) return; RtlZeroMemory(p, n);""");

    [Fact]
    public Task OtherMdlTested_Reports() =>
        Method($$"""nuint p = {{Map}}; if (mdl.Next is not { } next) return; nuint q = MmGetSystemAddressForMdlSafe(next, NormalPagePriority); if (q == 0) return; RtlCopyMemory(q, {|MDL2002:p|}, n);""");

    [Fact]
    public Task MdlTestedInstead_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(m, Prio); RtlZeroMemory({|MDL2002:p|}, 4);");

    [Fact]
    public Task SpecifyCache_Reports() =>
        Method("nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority); RtlZeroMemory({|MDL2002:p|}, n);");

    [Fact]
    public Task Switch_Reports() =>
        Method($$"""nuint p = {{Map}}; switch (n) { case 0: return; default: RtlZeroMemory({|MDL2002:p|}, n); break; }""");

    [Fact]
    public Task BufferOfAnotherMdl_Reports() =>
        Method($$"""nuint p = {{Map}}; Sink.Take(IoAllocateMdl({|MDL2002:p|}, n, false, false, null));""");
}
