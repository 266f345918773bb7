using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.NullPlusOffsetFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2007_NullPlusOffsetFixTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)";

    [Fact]
    public Task Initializer_IsAddedBehindTheTest() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "if ({|MDL2007:p|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Difference_IsSubtractedBehindTheTest() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} - n;", "if ({|MDL2007:p|} is 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "RtlZeroMemory(p, 4);"),
        Helper($"nuint p = {Map};", "if (p is 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "p -= n;", "", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Assignment_IsAddedBehindTheTest() => Verify.VerifyAsync(
        Helper("nuint p;", $"p = n + {Map};", "if (n == 0 || {|MDL2007:p|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);"),
        Helper("nuint p;", $"p = {Map};", "if (n == 0 || p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Addition_MovesBehindTheTest() => Verify.VerifyAsync(
        Helper($"nuint p = {Map};", "p += n;", "if ({|MDL2007:p|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task SuccessBlock_StartsWithTheAddition() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "if ({|MDL2007:p|} != 0)", "{", "    RtlZeroMemory(p, 4);", "}", ""),
        Helper($"nuint p = {Map};", "if (p != 0)", "{", "    p += n;", "    RtlZeroMemory(p, 4);", "}", ""));

    [Fact]
    public Task BytePointer_IsAddedBehindTheTest() => Verify.VerifyAsync(
        Helper($"byte* p = (byte*){Map} + n;", "if ({|MDL2007:p|} == null)", "    return STATUS_INSUFFICIENT_RESOURCES;", "*p = 1;"),
        Helper($"byte* p = (byte*){Map};", "if (p == null)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "*p = 1;"));

    [Fact]
    public Task SumInsideACast_KeepsTheCast() => Verify.VerifyAsync(
        Helper($"byte* p = (byte*)({Map} + n);", "if ({|MDL2007:p|} == null)", "    return STATUS_INSUFFICIENT_RESOURCES;", "*p = 1;"),
        Helper($"byte* p = (byte*){Map};", "if (p == null)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "*p = 1;"));

    [Fact]
    public Task TestedSum_LosesTheDisplacement() => Verify.VerifyAsync(
        Helper($"nuint p = {Map};", "if ({|MDL2007:p + n|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p + n, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p + n, 4);"));

    [Fact]
    public Task MissingTest_IsAdded() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "RtlZeroMemory({|MDL2007:p|}, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "p += n;", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Several_AreFixedTogether() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "if ({|MDL2007:p|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);", $"nuint q = {Map.Replace("mdl,", "other,")} + 8;", "if ({|MDL2007:q|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(q, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "p += n;", "RtlZeroMemory(p, 4);", $"nuint q = {Map.Replace("mdl,", "other,")};", "if (q == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "", "q += 8;", "RtlZeroMemory(q, 4);"));

    [Fact]
    public Task CountedInElements_GetsNoFix() => Verify.VerifyNoFixAsync(
        Helper($"int* p = (int*)({Map} + n);", "if ({|MDL2007:p|} == null)", "    return STATUS_INSUFFICIENT_RESOURCES;", "*p = 1;"));

    [Fact]
    public Task TestThatOnlyLogs_GetsTheTestAtTheCall() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "if ({|MDL2007:p|} == 0)", "    Sink.Take(n);", "RtlZeroMemory(p, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "p += n;", "if (p == 0)", "    Sink.Take(n);", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task OtherStatementBetween_GetsTheTestAtTheCall() => Verify.VerifyAsync(
        Helper($"nuint p = {Map} + n;", "Sink.Take(n);", "if ({|MDL2007:p|} == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);"),
        Helper($"nuint p = {Map};", "if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "p += n;", "Sink.Take(n);", "if (p == 0)", "    return STATUS_INSUFFICIENT_RESOURCES;", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task NoStatus_GetsNoFix() => Verify.VerifyNoFixAsync(
        DriverSource.Method($$"""nuint p = {{Map}} + n; RtlZeroMemory({|MDL2007:p|}, 4);"""));

    private static string Helper(params string[] lines) => $$"""
        #nullable enable
        internal static unsafe class Driver
        {
            public static NtStatus Clear(Mdl mdl, Mdl other, uint n)
            {
        {{string.Join("\n", lines.Select(static l => l.Length == 0 ? l : "        " + l))}}
                return STATUS_SUCCESS;
            }
        }
        """;
}
