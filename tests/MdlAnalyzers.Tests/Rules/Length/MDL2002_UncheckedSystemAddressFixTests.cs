using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.UncheckedSystemAddressFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2002_UncheckedSystemAddressFixTests
{
    [Fact]
    public Task DispatchRoutine_CompletesTheRequest() => Verify.VerifyAsync(
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl)
                        return Complete(irp, STATUS_SUCCESS, 0);
                    nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio);
                    RtlZeroMemory({|MDL2002:p|}, 4);
            """),
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl)
                        return Complete(irp, STATUS_SUCCESS, 0);
                    nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio);
                    if (p == 0)
                    {
                        irp.IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
                        irp.IoStatus.Information = 0;
                        IoCompleteRequest(irp, IO_NO_INCREMENT);
                        return STATUS_INSUFFICIENT_RESOURCES;
                    }

                    RtlZeroMemory(p, 4);
            """));

    [Fact]
    public Task RoutineWithStatus_ReturnsIt() => Verify.VerifyAsync(
        Helper("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "RtlZeroMemory({|MDL2002:p|}, 4);"),
        Helper("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Pointer_IsComparedWithNull() => Verify.VerifyAsync(
        Helper("byte* p = (byte*)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "*{|MDL2002:p|} = 1;"),
        Helper("byte* p = (byte*)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "if (p == null)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "*p = 1;"));

    [Fact]
    public Task Assignment_IsTestedBehind() => Verify.VerifyAsync(
        Helper("nuint p;", "p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "RtlZeroMemory({|MDL2002:p|}, 4);"),
        Helper("nuint p;", "p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task NoLocal_GetsNoFix() => Verify.VerifyNoFixAsync(
        Helper("RtlZeroMemory({|MDL2002:MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)|}, 4);"));

    [Fact]
    public Task Loop_GetsNoFix() => Verify.VerifyNoFixAsync(
        Helper("while (true)", "{", "    nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);", "    RtlZeroMemory({|MDL2002:p|}, 4);", "    break;", "}"));

    [Fact]
    public Task NoStatus_GetsNoFix() => Verify.VerifyNoFixAsync(
        DriverSource.Method("nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); RtlZeroMemory({|MDL2002:p|}, n);"));

    private static string Helper(params string[] lines) => $$"""
        #nullable enable
        internal static unsafe class Driver
        {
            public static NtStatus Clear(Mdl mdl)
            {
        {{string.Join("\n", lines.Select(static l => l.Length == 0 ? l : "        " + l))}}
                return STATUS_SUCCESS;
            }
        }
        """;
}
