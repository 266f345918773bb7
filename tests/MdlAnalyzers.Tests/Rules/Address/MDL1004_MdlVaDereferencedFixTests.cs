using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.MdlVaDereferencedFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1004_MdlVaDereferencedFixTests
{
    [Fact]
    public Task AddressInALocal_IsMappedAndTested() => Verify.VerifyAsync(
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl)
                        return Complete(irp, STATUS_SUCCESS, 0);
                    nuint p = MmGetMdlVirtualAddress(mdl);
                    RtlZeroMemory({|MDL1004:p|}, 4);
            """),
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl)
                        return Complete(irp, STATUS_SUCCESS, 0);
                    nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
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
    public Task AddressInTheAccess_GetsALocal() => Verify.VerifyAsync(
        Helper("RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(mdl)|}, 4);"),
        Helper("""
            nuint systemAddress = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
                    if (systemAddress == 0)
                    {
                        return STATUS_INSUFFICIENT_RESOURCES;
                    }

                    RtlZeroMemory(systemAddress, 4);
            """));

    [Fact]
    public Task PointerLocal_IsTestedForNull() => Verify.VerifyAsync(
        Helper("""
            byte* source = (byte*)MmGetMdlVirtualAddress(mdl);
                    Sink.Take(*{|MDL1004:source|});
            """),
        Helper("""
            byte* source = (byte*)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
                    if (source == null)
                    {
                        return STATUS_INSUFFICIENT_RESOURCES;
                    }

                    Sink.Take(*source);
            """));

    [Fact]
    public Task SeveralRoutines_AreAllRepaired()
    {
        const string before = """
            nuint p = MmGetMdlVirtualAddress(mdl);
                    RtlZeroMemory({|MDL1004:p|}, 4);
                    RtlZeroMemory(p + 4, 4);
            """;
        const string after = """
            nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
                    if (p == 0)
                    {
                        return STATUS_INSUFFICIENT_RESOURCES;
                    }

                    RtlZeroMemory(p, 4);
                    RtlZeroMemory(p + 4, 4);
            """;
        return Verify.VerifyAsync(Helpers(before), Helpers(after));
    }

    [Theory]
    [InlineData("nuint va = MmGetMdlVirtualAddress(mdl); IoBuildPartialMdl(mdl, part, va, 16); RtlZeroMemory({|MDL1004:va|}, 16);")]
    [InlineData("nuint va = MmGetMdlVirtualAddress(mdl); Sink.Take(va - mdl.StartVa); RtlZeroMemory({|MDL1004:va|}, 16);")]
    [InlineData("nuint va = MmGetMdlVirtualAddress(mdl); s_kept = va; RtlZeroMemory({|MDL1004:va|}, 16);")]
    [InlineData("nuint va = mdl.StartVa + mdl.ByteOffset; RtlZeroMemory({|MDL1004:va|}, 16);")]
    [InlineData("for (int i = 0; i < 4; i++) { nuint va = MmGetMdlVirtualAddress(mdl); RtlZeroMemory({|MDL1004:va|}, 16); }")]
    public Task AddressThatIsAPositionAsWell_GetsNoFix(string body) => Verify.VerifyNoFixAsync(Helper(body));

    [Fact]
    public Task PointerOfTheRequestor_GetsNoFix() => Verify.VerifyNoFixAsync(DriverSource.Dispatch("RtlZeroMemory({|MDL1004:irp.UserBuffer|}, 4);"));

    [Fact]
    public Task RoutineWithoutStatus_GetsNoFix() => Verify.VerifyNoFixAsync(DriverSource.Method("RtlZeroMemory({|MDL1004:MmGetMdlVirtualAddress(mdl)|}, 4);"));

    private static string Helper(string body) => $$"""
        #nullable enable
        internal static unsafe class Driver
        {
            private static nuint s_kept;

            public static NtStatus Clear(Mdl mdl, Mdl part)
            {
                {{body}}
                return s_kept == 0 ? STATUS_SUCCESS : STATUS_PENDING;
            }
        }
        """;

    private static string Helpers(string body) => $$"""
        #nullable enable
        internal static class Driver
        {
            public static NtStatus First(Mdl mdl)
            {
                {{body}}
                return STATUS_SUCCESS;
            }

            public static NtStatus Second(Mdl mdl)
            {
                {{body}}
                return STATUS_SUCCESS;
            }
        }
        """;
}
