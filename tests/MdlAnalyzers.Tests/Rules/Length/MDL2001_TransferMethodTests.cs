using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>A length proves that there is an MDL for direct I/O only.</summary>
public sealed class MDL2001_TransferMethodTests
{
    private const string Guard = "if (p.OutputBufferLength == 0) return Complete(irp, STATUS_SUCCESS, 0); ";

    [Theory]
    [InlineData("if (p.IoControlCode == CTL_CODE(0x22, 0x800, METHOD_BUFFERED, 0)) { " + Guard + "Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); }")]
    [InlineData("if (p.IoControlCode != CTL_CODE(0x22, 0x800, METHOD_NEITHER, 0)) return STATUS_NOT_SUPPORTED; " + Guard + "Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));")]
    [InlineData("const uint Code = 0x222003; uint code = p.IoControlCode; switch (code) { case Code: " + Guard + "Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); break; }")]
    [InlineData(Guard + "if (p.IoControlCode is 0x222000) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));")]
    public Task BufferedOrNeither_Reports(string body) => Control("var p = sp.Parameters.DeviceIoControl; " + body);

    [Theory]
    [InlineData("if (p.IoControlCode == CTL_CODE(0x22, 0x800, METHOD_OUT_DIRECT, 0)) { " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); }")]
    [InlineData("switch (p.IoControlCode) { case 0x222001: " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); break; }")]
    [InlineData("if (p.IoControlCode != 0x222000) { " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); }")]
    [InlineData("if (p.IoControlCode > 0x222000) { " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); }")]
    [InlineData("if (p.IoControlCode == 0x222000) return Complete(irp, STATUS_SUCCESS, 0); " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));")]
    [InlineData("if (p.IoControlCode == 0x222000) { if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); }")]
    [InlineData("IoStackLocation other = IoGetCurrentIrpStackLocation(device.CurrentIrp!); if (other.Parameters.DeviceIoControl.IoControlCode == 0x222000) { " + Guard + "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); }")]
    public Task DirectOrUnknown_DoesNotReport(string body) => Control("var p = sp.Parameters.DeviceIoControl; " + body);

    [Fact]
    public Task BufferedDevice_Reports() => Read(
        "if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));",
        "static void AddDevice(DeviceObject device) { device.Flags |= DeviceFlags.DO_BUFFERED_IO; }");

    [Fact]
    public Task ControlRequestOfABufferedDevice_DoesNotReport() => Control(
        "if (sp.Parameters.DeviceIoControl.OutputBufferLength == 0) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));",
        "static void AddDevice(DeviceObject device) { device.Flags |= DeviceFlags.DO_BUFFERED_IO; }");
}
