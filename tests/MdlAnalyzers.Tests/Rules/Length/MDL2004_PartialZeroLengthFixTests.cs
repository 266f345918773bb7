using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.PartialZeroLengthFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2004_PartialZeroLengthFixTests
{
    [Fact]
    public Task RoutineWithStatus_ReturnsSuccess() => Verify.VerifyAsync(
        Helper("uint piece = Math.Min(n, 4096);", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:piece|});"),
        Helper("uint piece = Math.Min(n, 4096);", "if (piece == 0)", "{", "    return STATUS_SUCCESS;", "}", "", "IoBuildPartialMdl(mdl, part, va, piece);"));

    [Fact]
    public Task Expression_IsTestedItself() => Verify.VerifyAsync(
        Helper("IoBuildPartialMdl(mdl, part, va, {|MDL2004:Math.Min(n, 4096)|});"),
        Helper("if (Math.Min(n, 4096) == 0)", "{", "    return STATUS_SUCCESS;", "}", "", "IoBuildPartialMdl(mdl, part, va, Math.Min(n, 4096));"));

    [Fact]
    public Task Cast_IsLeftOutOfTheTest() => Verify.VerifyAsync(
        Helper("ulong piece = Math.Min((ulong)n, 4096UL);", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:(uint)piece|});"),
        Helper("ulong piece = Math.Min((ulong)n, 4096UL);", "if (piece == 0)", "{", "    return STATUS_SUCCESS;", "}", "", "IoBuildPartialMdl(mdl, part, va, (uint)piece);"));

    [Fact]
    public Task DispatchRoutine_CompletesTheRequest() => Verify.VerifyAsync(
        DriverSource.Dispatch("""
            uint piece = Math.Min(_left, 4096);
                    IoBuildPartialMdl(_own, _part, MmGetMdlVirtualAddress(_own), {|MDL2004:piece|});
            """, Fields),
        DriverSource.Dispatch("""
            uint piece = Math.Min(_left, 4096);
                    if (piece == 0)
                    {
                        irp.IoStatus.Status = STATUS_SUCCESS;
                        irp.IoStatus.Information = 0;
                        IoCompleteRequest(irp, IO_NO_INCREMENT);
                        return STATUS_SUCCESS;
                    }

                    IoBuildPartialMdl(_own, _part, MmGetMdlVirtualAddress(_own), piece);
            """, Fields));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() => Verify.VerifyAsync(
        Helper("uint a = Math.Min(n, 4096);", "uint b = n % 512;", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:a|});", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:b|});"),
        Helper(
            "uint a = Math.Min(n, 4096);", "uint b = n % 512;",
            "if (a == 0)", "{", "    return STATUS_SUCCESS;", "}", "", "IoBuildPartialMdl(mdl, part, va, a);",
            "if (b == 0)", "{", "    return STATUS_SUCCESS;", "}", "", "IoBuildPartialMdl(mdl, part, va, b);"));

    [Theory]
    [InlineData("for (uint i = 0; i < 4; i++)", "    IoBuildPartialMdl(mdl, part, va, {|MDL2004:Math.Min(n, 512)|});")]
    [InlineData("Mdl? own = IoAllocateMdl(va, n, false, false, null);", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:Math.Min(n, 512)|});")]
    [InlineData("", "IoBuildPartialMdl(mdl, part, va, {|MDL2004:Math.Min(Next(), 512)|});")]
    public Task NoSafePlaceForATest_GetsNoFix(string before, string call) => Verify.VerifyNoFixAsync(Helper(before, call));

    [Fact]
    public Task NoStatus_GetsNoFix() => Verify.VerifyNoFixAsync(
        DriverSource.Pages("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Math.Min(n, 512)|});"));

    private const string Fields = "private uint _left; private Mdl _own = null!; private Mdl _part = null!;";

    private static string Helper(params string[] lines) => $$"""
        #nullable enable
        internal static class Driver
        {
            public static NtStatus Build(Mdl mdl, Mdl part, uint n)
            {
                nuint va = MmGetMdlVirtualAddress(mdl);
        {{string.Join("\n", lines.Select(static l => l.Length == 0 ? l : "        " + l))}}
                return STATUS_SUCCESS;
            }

            private static uint Next() => 1;
        }
        """;
}
