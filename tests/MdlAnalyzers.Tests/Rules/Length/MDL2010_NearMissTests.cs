namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Routines that accept empty transfers, or say themselves that there are none.</summary>
public sealed class MDL2010_NearMissTests
{
    private const string Use = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));";
    private const string NullFails = "if (irp.MdlAddress is null) return Complete(irp, STATUS_INVALID_PARAMETER, 0); " + Use;

    [Theory]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); " + Use)]
    [InlineData("if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); " + NullFails)]
    [InlineData("uint length = sp.Parameters.Read.Length; if (length < 1) return Complete(irp, STATUS_SUCCESS, 0); " + NullFails)]
    [InlineData("var read = sp.Parameters.Read; if (read is { Length: 0 }) return Complete(irp, STATUS_SUCCESS, 0); " + NullFails)]
    [InlineData("if (sp.Parameters.Read.Length != 0) { " + NullFails + " }")]
    [InlineData("switch (sp.Parameters.Read.Length) { case 0: return Complete(irp, STATUS_SUCCESS, 0); default: " + NullFails + " break; }")]
    public Task EmptyTransferSucceeds_DoesNotReport(string body) => Read(body);

    [Fact]
    public Task DispatchRoutineTookTheEmptyOnes_DoesNotReport() =>
        Verify(DriverSource.Class("""
            static NtStatus Entry(DriverObject driver) { driver.MajorFunction[MajorFunction.IRP_MJ_READ] = DispatchRead; driver.DriverStartIo = StartRead; return STATUS_SUCCESS; }
            static NtStatus DispatchRead(DeviceObject device, Irp irp)
            {
                if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0) { irp.IoStatus.Status = STATUS_SUCCESS; IoCompleteRequest(irp, IO_NO_INCREMENT); return STATUS_SUCCESS; }
                IoMarkIrpPending(irp);
                IoStartPacket(device, irp);
                return STATUS_PENDING;
            }
            static void StartRead(DeviceObject device, Irp irp)
            {
                if (irp.MdlAddress is not { } mdl) { irp.IoStatus.Status = STATUS_INVALID_PARAMETER; IoCompleteRequest(irp, IO_NO_INCREMENT); return; }
                Sink.Take(MmGetMdlByteCount(mdl));
            }
            """));

    [Theory]
    [InlineData("if (length == 0) { Complete(irp, STATUS_SUCCESS); return STATUS_SUCCESS; }", "STATUS_INVALID_PARAMETER")]
    [InlineData("", "{|MDL2010:STATUS_INVALID_PARAMETER|}")]
    public Task RoutineRegisteredInAnotherClass_ReportsUnlessItsHelperTookTheEmptyOnes(string test, string status) =>
        Verify(DriverSource.Class($$"""
            static class Registration { static void Entry(DriverObject driver) { driver.MajorFunction[MajorFunction.IRP_MJ_READ] = Requests.DispatchRead; driver.DriverStartIo = Requests.StartRead; } }
            static class Requests
            {
                public static NtStatus DispatchRead(DeviceObject device, Irp irp) => Queue(device, irp, IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);
                private static NtStatus Queue(DeviceObject device, Irp irp, uint length)
                {
                    {{test}}
                    IoMarkIrpPending(irp);
                    IoStartPacket(device, irp);
                    return STATUS_PENDING;
                }
                public static void StartRead(DeviceObject device, Irp irp)
                {
                    if (irp.MdlAddress is not { } mdl) { Complete(irp, {{status}}); return; }
                    Sink.Take(MmGetMdlByteCount(mdl));
                }
                private static void Complete(Irp irp, NtStatus status) { irp.IoStatus.Status = status; IoCompleteRequest(irp, IO_NO_INCREMENT); }
            }
            """));

    [Theory] // protocols in which an empty request is invalid say so by the length
    [InlineData("if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0); " + NullFails)]
    [InlineData("if (sp.Parameters.Read.Length < 16) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); " + NullFails)]
    [InlineData("if (sp.Parameters.Read.Length < 16 || irp.MdlAddress is null) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null || sp.Parameters.Read.Length < 16) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_INVALID_PARAMETER, 0); if (sp.Parameters.Read.Length < 16) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); " + Use)]
    [InlineData("if (sp.Parameters.Read.Length == 0 && irp.MdlAddress is null) return Complete(irp, STATUS_INVALID_PARAMETER, 0);")]
    [InlineData("NtStatus st = sp.Parameters.Read.Length == 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; if (!NT_SUCCESS(st)) return Complete(irp, st, 0); " + NullFails)]
    public Task LengthDecides_DoesNotReport(string body) => Read(body);

    [Theory]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_END_OF_FILE, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_BUFFER_OVERFLOW, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_PENDING, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(irp.MdlAddress, Prio); if (p == 0) return Complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0);")]
    [InlineData("if (irp.MdlAddress is null) Console.WriteLine(\"none\"); if (device.Flags == 0) return Complete(irp, STATUS_DEVICE_NOT_READY, 0);")]
    [InlineData("if (device.Flags == 0) return Complete(irp, STATUS_DEVICE_NOT_READY, 0); if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); " + Use)]
    [InlineData("if (irp.MdlAddress is null) { if (device.Flags == 0) return Complete(irp, STATUS_DEVICE_NOT_READY, 0); return Complete(irp, STATUS_SUCCESS, 0); } " + Use)]
    [InlineData("if (irp.AssociatedIrp.SystemBuffer == 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0);")]
    [InlineData("if (irp.UserBuffer == 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0); if (irp.MdlAddress is { } mdl) Sink.Take(MmGetMdlByteCount(mdl));")]
    [InlineData("if (irp.MdlAddress is null) return Complete(irp, STATUS_INVALID_PARAMETER, 0); return Complete(irp, STATUS_NOT_IMPLEMENTED, 0);")]
    [InlineData("if (irp.MdlAddress is { } mdl) { if (MmGetMdlByteCount(mdl) > 4096) return Complete(irp, STATUS_INVALID_PARAMETER, 0); }")]
    [InlineData("if (irp.MdlAddress?.Next is null) return Complete(irp, STATUS_SUCCESS, 0); return Complete(irp, STATUS_NOT_SUPPORTED, 0);")]
    [InlineData("NtStatus st = STATUS_INVALID_PARAMETER; Sink.Take(st); if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); " + Use)]
    [InlineData("if (!Known(irp)) return Complete(irp, STATUS_SUCCESS, 0); " + NullFails + " bool Known(Irp i) => System.Runtime.CompilerServices.Unsafe.IsNullRef(ref i);")]
    public Task OtherReason_DoesNotReport(string body) => Read(body);

    [Theory]
    [InlineData("DispatchDeviceControl", NullFails)]
    [InlineData("DispatchInternalIoctl", NullFails)]
    [InlineData("Dispatch", NullFails)]
    [InlineData("DispatchReadControl", NullFails)]
    [InlineData("Dispatch", "if (sp.MajorFunction == 0) Sink.Take(sp.Parameters.DeviceIoControl.IoControlCode); else Sink.Take(sp.Parameters.Read.ByteOffset); " + NullFails)]
    public Task ControlOrUnknownRequest_DoesNotReport(string name, string body) => Verify(DriverSource.Dispatch(body, name: name));

    [Fact]
    public Task CallerTestsTheLength_DoesNotReport() =>
        Verify(DriverSource.Dispatch(
            "if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); if (!HasBuffer(irp)) return Complete(irp, STATUS_INVALID_PARAMETER, 0);",
            "static bool HasBuffer(Irp i) => i.MdlAddress is not null;"));

    [Fact]
    public Task MdlParameter_DoesNotReport() =>
        Verify(DriverSource.Class("static NtStatus Read(Mdl? mdl) { if (mdl is null) return STATUS_INVALID_PARAMETER; Sink.Take(MmGetMdlByteCount(mdl)); return STATUS_SUCCESS; }"));

    [Fact]
    public Task OwnAllocation_DoesNotReport() =>
        Verify(DriverSource.Class("static NtStatus Read(nuint va) { Mdl? mdl = IoAllocateMdl(va, 16, false, false, null); if (mdl is null) return STATUS_INSUFFICIENT_RESOURCES; IoFreeMdl(mdl); return STATUS_SUCCESS; }"));

    [Fact]
    public Task NoStatusInvolved_DoesNotReport() =>
        Verify(DriverSource.Class("static bool TryRead(Irp irp) { if (irp.MdlAddress is null) return false; Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); return true; }"));

    [Fact]
    public Task HelperThatOnlyCompletes_DoesNotReport() =>
        Verify(DriverSource.Class("static NtStatus FailRead(Irp irp) { irp.IoStatus.Status = STATUS_INVALID_PARAMETER; IoCompleteRequest(irp, IO_NO_INCREMENT); return STATUS_INVALID_PARAMETER; }"));

    private static Task Read(string body) => Verify(DriverSource.Dispatch(body));

    private static Task Verify(string source) => RuleVerifier.VerifyAsync(source, suggestion: "MDL2010");
}
