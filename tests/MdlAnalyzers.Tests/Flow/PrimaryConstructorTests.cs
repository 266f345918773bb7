using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Parameters of primary constructors, which the methods of the type use like fields.</summary>
public sealed class PrimaryConstructorTests
{
    [Theory]
    [InlineData("class Job(Irp irp) { public uint Go() => {|MDL2001:irp.MdlAddress|}!.ByteCount; static void DispatchRead(Irp irp) => new Job(irp).Go(); }", TestDisplayName = "request")]
    [InlineData("class Job(Irp irp) { public Action Later() => () => Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount); static void DispatchRead(Irp irp) => new Job(irp).Later()(); }", TestDisplayName = "request in a lambda")]
    [InlineData("record Job(Irp Irp) { public uint Go() => {|MDL2001:Irp.MdlAddress|}!.ByteCount; static void DispatchRead(Irp irp) => new Job(irp).Go(); }", TestDisplayName = "record")]
    [InlineData("class Job { readonly Irp _irp; public Job(Irp irp) => _irp = irp; public uint Go() => {|MDL2001:_irp.MdlAddress|}!.ByteCount; static void DispatchRead(Irp irp) => new Job(irp).Go(); }", TestDisplayName = "field")]
    [InlineData("class Job(Mdl mdl) { public uint Go() => mdl.ByteCount; static uint DispatchRead(Irp irp) => {|MDL2001:new Job(irp.MdlAddress!).Go()|}; }", TestDisplayName = "MDL, used at once")]
    [InlineData("class Job(Mdl mdl) { static Job? s_job; public uint Go() => {|MDL2001:mdl|}.ByteCount; static void DispatchRead(Irp irp) => s_job = new Job(irp.MdlAddress!); }", TestDisplayName = "MDL, used later")]
    [InlineData("class Job(Mdl mdl, nuint where) { public static Job Of(Mdl m) => new(m, MmGetMdlByteOffset(m)); public void Go(DmaAdapter a, uint n) => a.MapTransfer(mdl, null, {|MDL1001:where|}, ref n, false); }", TestDisplayName = "offset")]
    [InlineData("class Job(Mdl mdl, uint length) { public Mdl Mdl => mdl; public static Job Of(Mdl m) => new(m, m.ByteCount); public SgEntry[] Go() => new SgEntry[{|MDL1002:(length + PAGE_SIZE - 1) / PAGE_SIZE|}]; }", TestDisplayName = "length")]
    public Task Kept_Reports(string source) => VerifyAsync("#nullable enable\n" + source);

    [Theory]
    [InlineData("class Job(Irp irp) { public uint Go() => irp.MdlAddress!.ByteCount; static void DispatchRead(Irp irp) { if (irp.MdlAddress is not null) new Job(irp).Go(); } }", TestDisplayName = "request behind a test")]
    [InlineData("class Job(Irp irp) { public uint Go() => irp.MdlAddress is null ? 0 : irp.MdlAddress.ByteCount; static void DispatchRead(Irp irp) => new Job(irp).Go(); }", TestDisplayName = "request, tested by the method")]
    [InlineData("class Job(Mdl mdl) { public uint Go() => mdl.ByteCount; static uint DispatchRead(Irp irp) => irp.MdlAddress is { } m ? new Job(m).Go() : 0; }", TestDisplayName = "MDL, used at once behind a test")]
    [InlineData("class Job(Mdl mdl) { static Job? s_job; public uint Go() => mdl.ByteCount; static void DispatchRead(Irp irp) { if (irp.MdlAddress is { } m) s_job = new Job(m); } }", TestDisplayName = "MDL, used later behind a test")]
    [InlineData("class Job(Mdl? mdl) { static Job? s_job; public uint Go() => mdl is null ? 0 : mdl.ByteCount; static void DispatchRead(Irp irp) => s_job = new Job(irp.MdlAddress); }", TestDisplayName = "MDL that may be missing")]
    [InlineData("class Job(Mdl mdl, nuint where) { public static Job Of(Mdl m) => new(m, MmGetMdlVirtualAddress(m)); public void Go(DmaAdapter a, uint n) => a.MapTransfer(mdl, null, where, ref n, false); }", TestDisplayName = "address")]
    [InlineData("class Job(Mdl mdl, nuint where) { public static Job Of(Mdl m) => new(m, MmGetMdlVirtualAddress(m)); public static Job Within(Mdl m) => new(m, MmGetMdlByteOffset(m)); public void Go(DmaAdapter a, uint n) => a.MapTransfer(mdl, null, where, ref n, false); }", TestDisplayName = "one or the other")]
    [InlineData("class Job(Mdl mdl, nuint where) { public static Job Of(Mdl m) => new(m, MmGetMdlByteOffset(m)); public void Go(DmaAdapter a, uint n) { where += MmGetMdlBaseVa(mdl); a.MapTransfer(mdl, null, where, ref n, false); } }", TestDisplayName = "offset that is added to")]
    [InlineData("class Job(Mdl mdl, uint length) { public Mdl Mdl => mdl; public static Job Of(Mdl m) => new(m, m.ByteOffset + m.ByteCount); public SgEntry[] Go() => new SgEntry[(length + PAGE_SIZE - 1) / PAGE_SIZE]; }", TestDisplayName = "length with the offset")]
    [InlineData("class Window(Mdl mdl) { public uint Size { get; } = mdl.ByteCount; public nuint Address { get; } = MmGetMdlVirtualAddress(mdl); static Window Of(Irp irp) => new(irp.MdlAddress ?? throw new InvalidOperationException()); }", TestDisplayName = "initializers")]
    public Task Kept_DoesNotReport(string source) => VerifyAsync("#nullable enable\n" + source);
}
