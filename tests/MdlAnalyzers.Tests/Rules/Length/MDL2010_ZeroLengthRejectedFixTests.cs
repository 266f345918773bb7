using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.ZeroLengthRejectedFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2010_ZeroLengthRejectedFixTests
{
    private const string Use = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));";

    private const string Guard = """
        {
                    irp.IoStatus.Status = STATUS_SUCCESS;
                    irp.IoStatus.Information = 0;
                    IoCompleteRequest(irp, IO_NO_INCREMENT);
                    return STATUS_SUCCESS;
                }


        """;

    [Fact]
    public Task Dispatch_TestsTheLengthFirst() => Verify.VerifyAsync(
        DriverSource.Dispatch("if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);\n        " + Use),
        DriverSource.Dispatch("if (sp.Parameters.Read.Length == 0)\n        " + Guard + "        if (irp.MdlAddress is null) return Complete(irp, STATUS_INVALID_PARAMETER, 0);\n        " + Use));

    [Fact]
    public Task Write_UsesItsLocal() => Verify.VerifyAsync(
        DriverSource.Dispatch("uint length = sp.Parameters.Write.Length;\n        NtStatus st = irp.MdlAddress is null ? {|MDL2010:STATUS_INVALID_PARAMETER|} : STATUS_SUCCESS;\n        if (!NT_SUCCESS(st)) return Complete(irp, st, length);\n        " + Use, name: "DispatchWrite"),
        DriverSource.Dispatch("uint length = sp.Parameters.Write.Length;\n        if (length == 0)\n        " + Guard + "        NtStatus st = irp.MdlAddress is null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;\n        if (!NT_SUCCESS(st)) return Complete(irp, st, length);\n        " + Use, name: "DispatchWrite"));

    [Fact]
    public Task TwoErrorsBehindOneTest_ShareTheFix() => Verify.VerifyAsync(
        DriverSource.Dispatch("if (irp.MdlAddress is null) return device.Flags == 0 ? Complete(irp, {|MDL2010:STATUS_DEVICE_NOT_READY|}, 0) : Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);\n        " + Use),
        DriverSource.Dispatch("if (sp.Parameters.Read.Length == 0)\n        " + Guard + "        if (irp.MdlAddress is null) return device.Flags == 0 ? Complete(irp, STATUS_DEVICE_NOT_READY, 0) : Complete(irp, STATUS_INVALID_PARAMETER, 0);\n        " + Use),
        iterations: 1);

    [Theory]
    [InlineData("IoMarkIrpPending(irp); if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use)]
    [InlineData("lock (this) { if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); } " + Use)]
    [InlineData("if (device.Flags == 0) return Complete(irp, STATUS_DEVICE_NOT_READY, 0); else if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use)]
    public Task UnsafePlace_GetsNoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Dispatch(body));

    [Fact]
    public Task HelperThatDoesNotComplete_GetsNoFix() => Verify.VerifyNoFixAsync(
        DriverSource.Class("static NtStatus ValidateRead(Irp irp) { if (irp.MdlAddress is null) return {|MDL2010:STATUS_INVALID_PARAMETER|}; return STATUS_SUCCESS; }"));
}
