using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.UnsafeMapCallFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2006_UnsafeMapCallFixTests
{
    private static readonly string[] s_test = ["if (p == 0)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "RtlZeroMemory(p, 4);"];

    [Fact]
    public Task ObsoleteRoutine_BecomesTheSafeOneWithATest() => Verify.VerifyAsync(
        Helper("nuint p = {|MDL2006:MmGetSystemAddressForMdl(mdl)|};", "RtlZeroMemory(p, 4);"),
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);", .. s_test]));

    [Fact]
    public Task TestThatFollows_IsKept() => Verify.VerifyAsync(
        Helper(["nuint p = {|MDL2006:MmGetSystemAddressForMdl(mdl)|};", .. s_test]),
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);", .. s_test]));

    [Fact]
    public Task MapLockedPages_KeepsItsMode() => Verify.VerifyAsync(
        Helper("nuint p = {|MDL2006:MmMapLockedPages(mdl, KernelMode)|};", "RtlZeroMemory(p, 4);"),
        Helper(["nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority | MdlMappingNoExecute);", .. s_test]));

    [Fact]
    public Task UserMode_NeedsNoTest() => Verify.VerifyAsync(
        Helper("nuint p = {|MDL2006:MmMapLockedPages(accessMode: UserMode, mdl: mdl)|};", "RtlZeroMemory(p, 4);"),
        Helper("nuint p = MmMapLockedPagesSpecifyCache(mdl, UserMode, MemoryCachingType.MmCached, 0, false, NormalPagePriority | MdlMappingNoExecute);", "RtlZeroMemory(p, 4);"));

    [Fact]
    public Task Pointer_IsComparedWithNull() => Verify.VerifyAsync(
        Helper("byte* p = (byte*){|MDL2006:MmGetSystemAddressForMdl(mdl)|};", "*p = 1;"),
        Helper("byte* p = (byte*)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);", "if (p == null)", "{", "    return STATUS_INSUFFICIENT_RESOURCES;", "}", "", "*p = 1;"));

    [Fact]
    public Task StopOnFailure_IsTurnedOff() => Verify.VerifyAsync(
        Helper("nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, bugCheckOnFailure: {|MDL2006:true|}, NormalPagePriority);", "RtlZeroMemory(p, 4);"),
        Helper(["nuint p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, bugCheckOnFailure: false, NormalPagePriority);", .. s_test]));

    [Fact]
    public Task NoPriority_GetsOne() => Verify.VerifyAsync(
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, {|MDL2006:default|});", .. s_test]),
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);", .. s_test]));

    [Fact]
    public Task FlagsAlone_GetAPriority() => Verify.VerifyAsync(
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, {|MDL2006:MdlMappingNoExecute | MdlMappingNoWrite|});", .. s_test]),
        Helper(["nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute | MdlMappingNoWrite);", .. s_test]));

    [Fact]
    public Task NoPlaceForATest_ReplacesTheRoutineOnly() => Verify.VerifyAsync(
        Helper("Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl)|});"),
        Helper("Sink.Take(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute));"));

    [Fact]
    public Task DispatchRoutine_CompletesTheRequest() => Verify.VerifyAsync(
        DriverSource.Dispatch("""
            if (irp.MdlAddress is not { } mdl)
                        return Complete(irp, STATUS_SUCCESS, 0);
                    nuint p = {|MDL2006:MmGetSystemAddressForMdl(mdl)|};
                    RtlZeroMemory(p, 4);
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
    public Task Several_AreFixedTogether() => Verify.VerifyAsync(
        Helper("Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl)|});", "Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl.Next!)|});"),
        Helper("Sink.Take(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute));", "Sink.Take(MmGetSystemAddressForMdlSafe(mdl.Next!, NormalPagePriority | MdlMappingNoExecute));"));

    [Fact]
    public Task MethodGroup_GetsNoFix() => Verify.VerifyNoFixAsync(
        Helper("Func<Mdl, nuint> map = {|MDL2006:MmGetSystemAddressForMdl|};", "Sink.Take(map(mdl));"));

    [Fact]
    public Task ValueFromElsewhere_GetsNoFix() => Verify.VerifyNoFixAsync(
        Helper("bool stop = true;", "Sink.Take(MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, {|MDL2006:stop|}, NormalPagePriority));"));

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
