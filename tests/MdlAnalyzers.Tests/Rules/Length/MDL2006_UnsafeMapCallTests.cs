using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Mapping calls that stop the machine, and such that name no priority.</summary>
public sealed class MDL2006_UnsafeMapCallTests
{
    private const string Failing = "MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0,";

    [Theory]
    [InlineData("nuint p = {|MDL2006:MmGetSystemAddressForMdl(mdl)|}; Sink.Take(p);")]
    [InlineData("RtlZeroMemory({|MDL2006:MmGetSystemAddressForMdl(mdl)|}, n);")]
    [InlineData("byte* p = (byte*){|MDL2006:MmGetSystemAddressForMdl(mdl)|}; *p = 1;")]
    [InlineData("var p = {|MDL2006:MemoryManager.MmGetSystemAddressForMdl(mdl)|}; Sink.Take(p);")]
    [InlineData("nuint p = isRead ? {|MDL2006:MmGetSystemAddressForMdl(mdl)|} : _currentVa; Sink.Take(p);")]
    [InlineData("nuint p = n switch { 0 => 0, _ => {|MDL2006:MmGetSystemAddressForMdl(mdl)|} }; Sink.Take(p);")]
    [InlineData("var (p, l) = ({|MDL2006:MmGetSystemAddressForMdl(mdl)|}, n); Sink.Take(p + l);")]
    [InlineData("_currentVa = {|MDL2006:MmGetSystemAddressForMdl(_mdl)|};")]
    [InlineData("CurrentVa = {|MDL2006:MmGetSystemAddressForMdl(_mdl)|};")]
    [InlineData("if ({|MDL2006:MmGetSystemAddressForMdl(mdl)|} == 0) return;")]
    [InlineData("if ({|MDL2006:MmGetSystemAddressForMdl(mdl)|} is var p and not 0) Sink.Take(p);")]
    [InlineData("Func<nuint> map = () => {|MDL2006:MmGetSystemAddressForMdl(mdl)|}; Sink.Take(map());")]
    [InlineData("Func<Mdl, nuint> map = {|MDL2006:MmGetSystemAddressForMdl|}; Sink.Take(map(mdl));")]
    [InlineData("Map(); void Map() { _currentVa = {|MDL2006:MmGetSystemAddressForMdl(mdl)|}; }")]
    [InlineData("for (Mdl? m = mdl; m is not null; m = m.Next) Sink.Take({|MDL2006:MmGetSystemAddressForMdl(m)|});")]
    [InlineData("try { Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl)|}); } catch (NtStatusException) { }")]
    [InlineData("_currentVa += {|MDL2006:MmGetSystemAddressForMdl(mdl)|};")]
    [InlineData("Sink.Take($\"{{|MDL2006:MmGetSystemAddressForMdl(mdl)|}}\");")]
    [InlineData("nuint p = {|MDL2006:MmMapLockedPages(mdl, KernelMode)|}; Sink.Take(p);")]
    [InlineData("nuint p = {|MDL2006:MmMapLockedPages(mdl, UserMode)|}; Sink.Take(p);")]
    [InlineData("nuint p = {|MDL2006:MmMapLockedPages(accessMode: KernelMode, mdl: mdl)|}; Sink.Take(p);")]
    public Task ObsoleteRoutine_Reports(string body) => Method(body);

    [Theory]
    [InlineData("Sink.Take(" + Failing + " {|MDL2006:true|}, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Failing + " bugCheckOnFailure: {|MDL2006:true|}, priority: NormalPagePriority));")]
    [InlineData("const bool stop = true; Sink.Take(" + Failing + " {|MDL2006:stop|}, NormalPagePriority));")]
    [InlineData("bool stop = true; Sink.Take(" + Failing + " {|MDL2006:stop|}, NormalPagePriority));")]
    [InlineData("bool stop = false; stop = !stop; Sink.Take(" + Failing + " {|MDL2006:stop|}, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Failing + " {|MDL2006:!false|}, NormalPagePriority));")]
    [InlineData("Sink.Take(" + Failing + " {|MDL2006:1 > 0|}, NormalPagePriority));")]
    [InlineData("if (isRead) Sink.Take(" + Failing + " {|MDL2006:isRead|}, NormalPagePriority));")]
    [InlineData("var (stop, prio) = (true, NormalPagePriority); Sink.Take(" + Failing + " {|MDL2006:stop|}, prio));")]
    [InlineData("KProcessorMode mode = KernelMode; Sink.Take(MmMapLockedPagesSpecifyCache(mdl, mode, MemoryCachingType.MmCached, 0, {|MDL2006:true|}, NormalPagePriority));")]
    public Task StopOnFailure_Reports(string body) => Method(body);

    [Theory]
    [InlineData("MdlMappingNoExecute")]
    [InlineData("MdlMappingNoExecute | MdlMappingNoWrite")]
    [InlineData("0")]
    [InlineData("default")]
    [InlineData("default(MmPagePriority)")]
    [InlineData("(MmPagePriority)0")]
    [InlineData("(MmPagePriority)0x40000000")]
    [InlineData("(MmPagePriority)(uint)MdlMappingNoExecute")]
    public Task NoPriority_Reports(string priority) => Method($$"""Sink.Take(MmGetSystemAddressForMdlSafe(mdl, {|MDL2006:{{priority}}|}));""");

    [Fact]
    public Task HelperIsTold_ReportsAtItsCall() =>
        Method("Sink.Take({|MDL2006:Map(mdl, true)|});", "static nuint Map(Mdl mdl, bool stop) => " + Failing + " stop, NormalPagePriority);");

    [Fact]
    public Task HelperStops_ReportsInTheHelper() =>
        Method("Sink.Take(Map(mdl));", "static nuint Map(Mdl mdl) { bool stop = true; return " + Failing + " {|MDL2006:stop|}, NormalPagePriority); }");

    [Fact]
    public Task HelperUsesTheObsoleteRoutine_ReportsInTheHelper() =>
        Method("Sink.Take(Map(mdl));", "static nuint Map(Mdl mdl) => {|MDL2006:MmGetSystemAddressForMdl(mdl)|};");

    [Fact]
    public Task Property_Reports() => Class("nuint Address => {|MDL2006:MmGetSystemAddressForMdl(_mdl)|};");

    [Fact]
    public Task Async_Reports() => Class("async Task Go(Mdl mdl) { await Task.Yield(); Sink.Take({|MDL2006:MmGetSystemAddressForMdl(mdl)|}); }");

    [Fact]
    public Task MethodGroupAlone_Reports() => Class("Func<Mdl, nuint> Map() => {|MDL2006:MmGetSystemAddressForMdl|};");

    [Fact]
    public Task Request_Reports() =>
        Read("if (irp.MdlAddress is not { } m) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take({|MDL2006:MmGetSystemAddressForMdl(m)|});");

    [Fact]
    public Task DeclaredRoutine_Reports() =>
        Class("void Go(Mdl mdl) => Sink.Take({|MDL2006:Native.MmGetSystemAddressForMdl(mdl)|});", """
            internal static class Native
            {
                [System.Runtime.InteropServices.DllImport("kernel")]
                [return: MdlValue(MdlValueKind.SystemAddress)]
                public static extern nuint MmGetSystemAddressForMdl([MdlEffect(MdlEffect.MapsOnce)] Mdl mdl);
            }
            """);
}
