using MdlAnalyzers.CodeFixes;
using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.UnusedBufferQueryFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2009_UnusedBufferQueryFixTests
{
    private const string Length = "{|MDL2009:MmGetMdlByteCount(mdl)|}";

    [Fact]
    public Task Declaration_IsRemoved() => Verify.VerifyAsync(
        Lines($"uint length = {Length};", "Sink.Take(n);"),
        Lines("Sink.Take(n);"));

    [Fact]
    public Task CommentAbove_Stays() => Verify.VerifyAsync(
        Lines("// the whole buffer", $"uint length = {Length};", "Sink.Take(n);"),
        Lines("// the whole buffer", "Sink.Take(n);"));

    [Fact]
    public Task TwoQueriesInOneDeclaration_GoTogether() => Verify.VerifyAsync(
        Lines("uint end = {|MDL2009:MmGetMdlByteOffset(mdl)|} + " + Length + ";", "Sink.Take(n);"),
        Lines("Sink.Take(n);"),
        iterations: 1);

    [Fact]
    public Task Statement_IsRemoved() => Verify.VerifyAsync(
        Lines($"{Length};", "Sink.Take(n);"),
        Lines("Sink.Take(n);"));

    [Fact]
    public Task Assignment_IsRemoved() => Verify.VerifyAsync(
        Lines("uint length = n;", "Sink.Take(length);", $"length = {Length};"),
        Lines("uint length = n;", "Sink.Take(length);"));

    [Fact]
    public Task OverwrittenValue_LeavesTheVariable() => Verify.VerifyAsync(
        Lines($"uint length = {Length};", "length = n;", "Sink.Take(length);"),
        Lines("uint length;", "length = n;", "Sink.Take(length);"));

    [Fact]
    public Task OneOfSeveralVariables_IsRemoved() => Verify.VerifyAsync(
        Lines($"uint length = {Length}, other = n;", "Sink.Take(other);"),
        Lines("uint other = n;", "Sink.Take(other);"));

    [Fact]
    public Task SeveralDeclarations_AreRemovedAtOnce() => Verify.VerifyAsync(
        Lines($"uint length = {Length};", "nuint p = {|MDL2009:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)|};", "Sink.Take(n);"),
        Lines("Sink.Take(n);"),
        UnusedBufferQueryFix.Remove);

    [Fact]
    public Task Mapping_CanBeKept() => Verify.VerifyAsync(
        Lines("byte* p = (byte*){|MDL2009:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)|};", "Sink.Take(n);"),
        Lines("_ = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "Sink.Take(n);"),
        UnusedBufferQueryFix.Discard);

    [Fact]
    public Task LengthOfTheRequest_IsCompared() => Verify.VerifyAsync(
        DriverSource.Dispatch("if (irp.MdlAddress is not { } mdl) return Complete(irp, STATUS_SUCCESS, 0);\n        uint readLength = sp.Parameters.Read.Length;\n        uint mdlLength = " + Length + ";\n"),
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl) return Complete(irp, STATUS_SUCCESS, 0);
                    uint readLength = sp.Parameters.Read.Length;
                    uint mdlLength = MmGetMdlByteCount(mdl);

                    if (mdlLength < readLength)
                    {
                        irp.IoStatus.Status = STATUS_BUFFER_TOO_SMALL;
                        irp.IoStatus.Information = 0;
                        IoCompleteRequest(irp, IO_NO_INCREMENT);
                        return STATUS_BUFFER_TOO_SMALL;
                    }

            """),
        UnusedBufferQueryFix.Compare);

    [Theory]
    [InlineData("uint length = {|MDL2009:MmGetMdlByteCount(mdl)|} + Next();")]
    [InlineData("uint length = {|MDL2009:MmGetMdlByteCount(mdl)|}; uint end = length + 4;")]
    [InlineData("var (length, other) = ({|MDL2009:MmGetMdlByteCount(mdl)|}, n); Sink.Take(other);")]
    [InlineData("uint sum = 0; sum += {|MDL2009:MmGetMdlByteCount(mdl)|} + Next();")]
    public Task MoreWouldBeLost_GetsNoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Method(body, "static uint Next() => 4;"));

    private static string Lines(params string[] lines) => DriverSource.Method(string.Join("\n        ", lines));
}
