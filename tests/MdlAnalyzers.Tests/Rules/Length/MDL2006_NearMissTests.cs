using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Mapping calls that can fail without harm, and wrappers that say how.</summary>
public sealed class MDL2006_NearMissTests
{
    private const string Specify = "MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0,";

    [Theory]
    [InlineData("NormalPagePriority")]
    [InlineData("NormalPagePriority | MdlMappingNoExecute")]
    [InlineData("HighPagePriority | MdlMappingNoExecute | MdlMappingNoWrite")]
    [InlineData("LowPagePriority")]
    [InlineData("LowPagePriority | MdlMappingNoExecute")]
    [InlineData("MdlMappingNoExecute | LowPagePriority")]
    [InlineData("MmPagePriority.LowPagePriority")]
    [InlineData("(MmPagePriority)16")]
    [InlineData("(MmPagePriority)0x40000010")]
    [InlineData("isRead ? NormalPagePriority : HighPagePriority")]
    [InlineData("Careful")]
    [InlineData("Chosen")]
    [InlineData("_chosen")]
    public Task Priority_DoesNotReport(string priority) =>
        Method($"Sink.Take(MmGetSystemAddressForMdlSafe(mdl, {priority}));", "private const MmPagePriority Careful = LowPagePriority | MdlMappingNoExecute; private MmPagePriority _chosen; private static MmPagePriority Chosen => MdlMappingNoExecute;");

    [Theory]
    [InlineData("Sink.Take(" + Specify + " false, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Specify + " bugCheckOnFailure: false, priority: NormalPagePriority));")]
    [InlineData("bool stop = false; Sink.Take(" + Specify + " stop, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Specify + " isRead, NormalPagePriority));")]
    [InlineData("if (!isRead) Sink.Take(" + Specify + " isRead, NormalPagePriority));")]
    [InlineData("bool stop = true; stop = false; Sink.Take(" + Specify + " stop, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Specify + " Stop(), NormalPagePriority));")]
    [InlineData("Sink.Take(MmMapLockedPagesSpecifyCache(mdl, UserMode, MemoryCachingType.MmCached, 0, true, NormalPagePriority));")]
    [InlineData("KProcessorMode mode = UserMode; Sink.Take(MmMapLockedPagesSpecifyCache(mdl, mode, MemoryCachingType.MmCached, 0, true, NormalPagePriority));")]
    public Task FailureReturnsNull_DoesNotReport(string body) => Method(body, "private static bool Stop() => Environment.HasShutdownStarted;");

    [Fact]
    public Task NonPagedPool_DoesNotReport() => Method("MmBuildMdlForNonPagedPool(mdl); Sink.Take(MmGetSystemAddressForMdl(mdl));");

    [Fact]
    public Task MappedBefore_DoesNotReport() =>
        Method("if (MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == 0) return; Sink.Take(MmGetSystemAddressForMdl(mdl));");

    [Fact]
    public Task MappingMayFail_DoesNotReport() =>
        Method("mdl.MdlFlags |= MdlFlags.MDL_MAPPING_CAN_FAIL; nuint p = MmMapLockedPages(mdl, KernelMode); mdl.MdlFlags &= ~MdlFlags.MDL_MAPPING_CAN_FAIL; if (p == 0) return; RtlZeroMemory(p, n);");

    [Fact]
    public Task MappingMayFailBySimpleAssignment_DoesNotReport() =>
        Method("mdl.MdlFlags = mdl.MdlFlags | MdlFlags.MDL_MAPPING_CAN_FAIL; Sink.Take(MmGetSystemAddressForMdl(mdl));");

    [Fact]
    public Task FlagIsOnlyRead_Reports() =>
        Method("bool may = (mdl.MdlFlags & MdlFlags.MDL_MAPPING_CAN_FAIL) != 0; Sink.Take(may); Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl)|});");

    [Fact]
    public Task WrapperWithPriority_DoesNotReport() =>
        Method("Sink.Take(Map(mdl));", "static nuint Map(Mdl mdl) => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);");

    [Fact]
    public Task DeclaredWrapper_DoesNotReport() =>
        Class("""
            void Go(Mdl mdl) => Sink.Take(Map(mdl));
            [return: MdlValue(MdlValueKind.SystemAddress)]
            static nuint Map([MdlEffect(MdlEffect.MapsOnce)] Mdl mdl) => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
            """);

    [Fact]
    public Task DeclaredShimForOldTargets_DoesNotReport() =>
        Class("""
            void Go(Mdl mdl) => Sink.Take(MmGetSystemAddressForMdlSafe(mdl));
            [return: MdlValue(MdlValueKind.SystemAddress)]
            static nuint MmGetSystemAddressForMdlSafe([MdlEffect(MdlEffect.MapsOnce)] Mdl mdl) => MmGetSystemAddressForMdl(mdl);
            """);

    [Fact]
    public Task OtherRoutineOfTheSameName_DoesNotReport() =>
        Class("void Go(Mdl mdl) => Sink.Take(MmMapLockedPages(mdl)); static nuint MmMapLockedPages(Mdl mdl) => MmGetMdlVirtualAddress(mdl);");

    [Fact]
    public Task OtherMethodGroupOfTheSameName_DoesNotReport() =>
        Class("Func<Mdl, nuint> Map() => MmMapLockedPages; static nuint MmMapLockedPages(Mdl mdl) => MmGetMdlVirtualAddress(mdl);");

    [Fact]
    public Task NameOnly_DoesNotReport() => Method("Console.WriteLine(nameof(MmGetSystemAddressForMdl)); Sink.Take(MmGetMdlByteCount(mdl));");

    [Fact]
    public Task NotCalled_DoesNotReport() => Method("if (MmGetMdlByteCount(mdl) > n) return; else return; Sink.Take(MmGetSystemAddressForMdl(mdl));");

    [Fact]
    public Task ReservedMapping_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); Sink.Take(p);");

    [Fact]
    public Task IoSpace_DoesNotReport() => Method("nuint p = MmMapIoSpace(default, 4096, MemoryCachingType.MmNonCached); Sink.Take(p); Sink.Take(mdl);");
}
