using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.UnguardedMdlAddressFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2001_UnguardedMdlAddressFixTests
{
    private const string MdlGuard = "MdlIsNull";
    private const string LengthGuard = "LengthIsZero";

    private const string Unguarded = """
        #nullable enable
        internal static class Driver
        {
            public static NtStatus DispatchRead(DeviceObject device, Irp irp)
            {
                IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
                uint length = stack.Parameters.Read.Length;

                // The buffer of the caller.
                uint mdlLength = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!);
                irp.IoStatus.Status = STATUS_SUCCESS;
                irp.IoStatus.Information = Math.Min(length, mdlLength);
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return STATUS_SUCCESS;
            }
        }
        """;

    [Fact]
    public Task Default_TestsTheMdl() =>
        Verify.VerifyAsync(Unguarded, Guarded("irp.MdlAddress is null"), MdlGuard);

    [Fact]
    public Task SecondChoice_TestsTheLength() =>
        Verify.VerifyAsync(Unguarded, Guarded("length == 0"), LengthGuard);

    [Fact]
    public Task LengthNotInALocal_IsReadFromTheStackLocation() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));"),
            DriverSource.Dispatch("""
                if (sp.Parameters.Read.Length == 0)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            return STATUS_SUCCESS;
                        }

                        Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                """),
            LengthGuard);

    [Fact]
    public Task ControlRequest_TestsTheOutputLength() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", name: "DispatchDeviceControl"),
            DriverSource.Dispatch(
                """
                if (sp.Parameters.DeviceIoControl.OutputBufferLength == 0)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            return STATUS_SUCCESS;
                        }

                        Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                """,
                name: "DispatchDeviceControl"),
            LengthGuard);

    [Fact]
    public Task MdlInALocal_IsTestedByItsName() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("""
                Mdl? mdl = irp.MdlAddress;
                        Sink.Take(MmGetMdlByteCount({|MDL2001:mdl|}!));
                """),
            DriverSource.Dispatch("""
                Mdl? mdl = irp.MdlAddress;
                        if (mdl is null)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            return STATUS_SUCCESS;
                        }

                        Sink.Take(MmGetMdlByteCount(mdl!));
                """),
            MdlGuard);

    [Fact]
    public Task UseInALoop_IsGuardedBeforeTheLoop() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("""
                for (uint i = 0; i < 2; i++)
                        {
                            Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));
                        }
                """),
            DriverSource.Dispatch("""
                if (irp.MdlAddress is null)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            return STATUS_SUCCESS;
                        }

                        for (uint i = 0; i < 2; i++)
                        {
                            Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                        }
                """),
            MdlGuard);

    [Fact]
    public Task EmbeddedStatement_GetsABlock() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("""
                if (sp.MinorFunction == 0)
                            Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));
                """),
            DriverSource.Dispatch("""
                if (sp.MinorFunction == 0)
                        {
                            if (irp.MdlAddress is null)
                            {
                                irp.IoStatus.Status = STATUS_SUCCESS;
                                irp.IoStatus.Information = 0;
                                IoCompleteRequest(irp, IO_NO_INCREMENT);
                                return STATUS_SUCCESS;
                            }

                            Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                        }
                """),
            MdlGuard);

    [Fact]
    public Task OneArmOfASwitch_IsGuardedAlone() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("""
                switch (sp.MinorFunction)
                        {
                            case 0:
                                Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));
                                break;
                            default:
                                break;
                        }
                """),
            DriverSource.Dispatch("""
                switch (sp.MinorFunction)
                        {
                            case 0:
                                if (irp.MdlAddress is null)
                                {
                                    irp.IoStatus.Status = STATUS_SUCCESS;
                                    irp.IoStatus.Information = 0;
                                    IoCompleteRequest(irp, IO_NO_INCREMENT);
                                    return STATUS_SUCCESS;
                                }

                                Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                                break;
                            default:
                                break;
                        }
                """),
            MdlGuard);

    [Fact]
    public Task PendingRequest_IsGuardedBeforeItIsMarked() =>
        Verify.VerifyAsync(
            DriverSource.Dispatch("""
                IoMarkIrpPending(irp);
                        _length = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!);
                        IoStartPacket(device, irp);
                        if (sp.MinorFunction == 0)
                            return STATUS_PENDING;
                """, "private uint _length;"),
            DriverSource.Dispatch("""
                if (irp.MdlAddress is null)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            return STATUS_SUCCESS;
                        }

                        IoMarkIrpPending(irp);
                        _length = MmGetMdlByteCount(irp.MdlAddress!);
                        IoStartPacket(device, irp);
                        if (sp.MinorFunction == 0)
                            return STATUS_PENDING;
                """, "private uint _length;"),
            MdlGuard);

    [Fact]
    public Task WithoutStaticUsings_NamesAreQualified() =>
        Verify.VerifyAsync(
            """
            internal static class Driver
            {
            	public static NtStatus Read(DeviceObject device, Irp irp) {
            		uint length = MemoryManager.MmGetMdlByteCount({|MDL2001:irp.MdlAddress|});
            		return Own.STATUS_SUCCESS(length);
            	}

            	private static class Own { public static NtStatus STATUS_SUCCESS(uint length) => default; }
            	private static void IoCompleteRequest() { }
            	private const int STATUS_SUCCESS = 1;
            }
            """,
            """
            internal static class Driver
            {
            	public static NtStatus Read(DeviceObject device, Irp irp) {
            		if (irp.MdlAddress is null) {
            			irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
            			irp.IoStatus.Information = 0;
            			IoManager.IoCompleteRequest(irp, IO_NO_INCREMENT);
            			return NtStatus.STATUS_SUCCESS;
            		}

            		uint length = MemoryManager.MmGetMdlByteCount(irp.MdlAddress);
            		return Own.STATUS_SUCCESS(length);
            	}

            	private static class Own { public static NtStatus STATUS_SUCCESS(uint length) => default; }
            	private static void IoCompleteRequest() { }
            	private const int STATUS_SUCCESS = 1;
            }
            """,
            MdlGuard);

    [Fact]
    public Task VoidRoutineThatCompletes_ReturnsWithoutAValue() =>
        Verify.VerifyAsync(
            DriverSource.Class("""
                static void StartIo(DeviceObject device, Irp irp)
                    {
                        irp.IoStatus.Information = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!);
                        IoCompleteRequest(irp, IO_NO_INCREMENT);
                        IoStartNextPacket(device, true);
                    }
                """),
            DriverSource.Class("""
                static void StartIo(DeviceObject device, Irp irp)
                    {
                        if (irp.MdlAddress is null)
                        {
                            irp.IoStatus.Status = STATUS_SUCCESS;
                            irp.IoStatus.Information = 0;
                            IoCompleteRequest(irp, IO_NO_INCREMENT);
                            IoStartNextPacket(device, true);
                            return;
                        }

                        irp.IoStatus.Information = MmGetMdlByteCount(irp.MdlAddress!);
                        IoCompleteRequest(irp, IO_NO_INCREMENT);
                        IoStartNextPacket(device, true);
                    }
                """),
            MdlGuard);

    [Fact]
    public Task RoutineThatDoesNotOwnTheRequest_NoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Class("static uint Count(Irp irp) { return MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!); }"));

    [Fact]
    public Task ExpressionBody_NoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Class("static NtStatus Read(DeviceObject device, Irp irp) => MmAdvanceMdl({|MDL2001:irp.MdlAddress|}!, 1);"));

    private static string Guarded(string condition) => $$"""
        #nullable enable
        internal static class Driver
        {
            public static NtStatus DispatchRead(DeviceObject device, Irp irp)
            {
                IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
                uint length = stack.Parameters.Read.Length;

                if ({{condition}})
                {
                    irp.IoStatus.Status = STATUS_SUCCESS;
                    irp.IoStatus.Information = 0;
                    IoCompleteRequest(irp, IO_NO_INCREMENT);
                    return STATUS_SUCCESS;
                }

                // The buffer of the caller.
                uint mdlLength = MmGetMdlByteCount(irp.MdlAddress!);
                irp.IoStatus.Status = STATUS_SUCCESS;
                irp.IoStatus.Information = Math.Min(length, mdlLength);
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return STATUS_SUCCESS;
            }
        }
        """;
}
