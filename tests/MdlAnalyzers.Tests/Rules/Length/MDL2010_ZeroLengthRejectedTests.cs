namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Routines that fail an empty transfer because it has no MDL.</summary>
public sealed class MDL2010_ZeroLengthRejectedTests
{
    private const string Use = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));";

    [Theory]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (irp.MdlAddress == null) { return Complete(irp, {|MDL2010:STATUS_UNSUCCESSFUL|}, 0); }")]
    [InlineData("if (null == irp.MdlAddress) return Complete(irp, NtStatus.{|MDL2010:STATUS_INVALID_USER_BUFFER|}, 0);", "NtStatus.")]
    [InlineData("if (irp.MdlAddress is not { } mdl) return Complete(irp, {|MDL2010:STATUS_INSUFFICIENT_RESOURCES|}, 0);")]
    [InlineData("if (!(irp.MdlAddress is { } mdl)) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("Mdl? mdl = irp.MdlAddress; if (mdl is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("var (mdl, n) = (irp.MdlAddress, 4); if (mdl == null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, (nuint)n);")]
    [InlineData("bool none = irp.MdlAddress is null; if (none) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("bool some = irp.MdlAddress is not null; if (!some) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (ReferenceEquals(irp.MdlAddress, null)) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("switch (irp.MdlAddress) { case null: return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); default: break; }")]
    [InlineData("NtStatus st = irp.MdlAddress is null ? {|MDL2010:STATUS_INVALID_PARAMETER|} : STATUS_SUCCESS; if (!NT_SUCCESS(st)) return Complete(irp, st, 0);")]
    [InlineData("NtStatus st = irp.MdlAddress switch { null => {|MDL2010:STATUS_INVALID_PARAMETER|}, _ => STATUS_SUCCESS }; if (st != STATUS_SUCCESS) return Complete(irp, st, 0);")]
    [InlineData("NtStatus st = STATUS_SUCCESS; if (irp.MdlAddress is null) st = {|MDL2010:STATUS_INVALID_PARAMETER|}; if (st != STATUS_SUCCESS) return Complete(irp, st, 0);")]
    [InlineData("if (irp.MdlAddress is null) { irp.IoStatus.Status = STATUS_INVALID_PARAMETER; irp.IoStatus.Information = 0; IoCompleteRequest(irp, IO_NO_INCREMENT); return {|MDL2010:STATUS_INVALID_PARAMETER|}; }")]
    [InlineData("if (irp.MdlAddress is null) goto bad; " + Use + " return Complete(irp, STATUS_SUCCESS, 0); bad: if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (irp.MdlAddress is null || device.Flags == 0) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (sp.Parameters.Read.Length > 65536) return Complete(irp, STATUS_INVALID_PARAMETER, 0); if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_BUFFER_SIZE|}, 0);")]
    [InlineData("if (sp.Parameters.Read.ByteOffset < 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0); if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (irp.MdlAddress is null) throw new NtStatusException({|MDL2010:STATUS_INVALID_PARAMETER|});")]
    [InlineData("const NtStatus Bad = STATUS_INVALID_PARAMETER; if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:Bad|}, 0);")]
    [InlineData("if (irp.MdlAddress is null) { Console.WriteLine(\"no buffer\"); return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); }")]
    [InlineData("Debug.Assert(sp.Parameters.Read.Length != 0); if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0);")]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, (NtStatus){|MDL2010:0xC000000D|}, 0);", "cast")]
    public Task NullTestFails_Reports(string body, string form = "") =>
        Read(form switch
        {
            "NtStatus." => body.Replace("NtStatus.{|MDL2010:", "{|MDL2010:NtStatus.", StringComparison.Ordinal) + Use,
            "cast" => body.Replace("(NtStatus){|MDL2010:0xC000000D|}", "{|MDL2010:(NtStatus)0xC000000D|}", StringComparison.Ordinal) + Use,
            _ => body + Use,
        });

    [Fact]
    public Task Write_Reports() =>
        Verify(DriverSource.Dispatch("if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use, name: "DispatchWrite"));

    [Fact]
    public Task KindFromTheParameters_Reports() =>
        Verify(DriverSource.Dispatch("Sink.Take(sp.Parameters.Write.ByteOffset); if (irp.MdlAddress is null) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use, name: "Start"));

    [Fact]
    public Task StartIoWithoutResult_Reports() =>
        Verify(DriverSource.Class("void StartRead(DeviceObject device, Irp irp) { if (irp.MdlAddress is not { } mdl) { irp.IoStatus.Status = {|MDL2010:STATUS_INVALID_PARAMETER|}; IoCompleteRequest(irp, IO_NO_INCREMENT); return; } Sink.Take(MmGetMdlByteCount(mdl)); }"));

    [Fact]
    public Task ValidatingHelper_ReportsInIt() =>
        Verify(DriverSource.Class("static NtStatus ValidateRead(Irp irp) => irp.MdlAddress is null ? {|MDL2010:STATUS_INVALID_PARAMETER|} : STATUS_SUCCESS;"));

    [Fact]
    public Task HelperTests_Reports() =>
        Verify(DriverSource.Dispatch("if (!HasBuffer(irp)) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use, "static bool HasBuffer(Irp i) => i.MdlAddress is not null;"));

    [Fact]
    public Task LocalFunctionTests_Reports() =>
        Read("if (None()) return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); " + Use + " bool None() => irp.MdlAddress is null;");

    [Fact]
    public Task LocalFunctionFails_Reports() =>
        Read("if (irp.MdlAddress is null) return Fail({|MDL2010:STATUS_INVALID_PARAMETER|}); " + Use + " NtStatus Fail(NtStatus st) { return Complete(irp, st, 0); }");

    [Fact]
    public Task InterfaceFails_Reports() =>
        Verify(DriverSource.Dispatch("if (irp.MdlAddress is null) return _owner.Finish(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}); " + Use, "private IOwner _owner = null!; internal interface IOwner { NtStatus Finish(Irp irp, NtStatus status); }"));

    [Fact]
    public Task Lambda_Reports() =>
        Read("Func<NtStatus> go = () => { if (irp.MdlAddress is null) return {|MDL2010:STATUS_INVALID_PARAMETER|}; " + Use + " return STATUS_SUCCESS; }; return Complete(irp, go(), 0);");

    [Fact]
    public Task Async_Reports() =>
        Verify(DriverSource.Class("static async Task<NtStatus> ReadAsync(Irp irp) { if (irp.MdlAddress is not { } mdl) return {|MDL2010:STATUS_INVALID_PARAMETER|}; Sink.Take(MmGetMdlByteCount(mdl)); await Task.Yield(); return STATUS_SUCCESS; }"));

    [Fact]
    public Task SecondErrorOnThePath_ReportsBoth() =>
        Read("if (irp.MdlAddress is null) { if (device.Flags == 0) return Complete(irp, {|MDL2010:STATUS_DEVICE_NOT_READY|}, 0); return Complete(irp, {|MDL2010:STATUS_INVALID_PARAMETER|}, 0); } " + Use);

    [Fact]
    public Task Property_Reports() =>
        Verify(DriverSource.Class("Irp Current { get; set; } = null!; NtStatus Read() { Mdl? mdl = Current.MdlAddress; if (mdl is null) return {|MDL2010:STATUS_INVALID_PARAMETER|}; Sink.Take(MmGetMdlByteCount(mdl)); return STATUS_SUCCESS; }"));

    private static Task Read(string body) => Verify(DriverSource.Dispatch(body));

    private static Task Verify(string source) => RuleVerifier.VerifyAsync(source, suggestion: "MDL2010");
}
