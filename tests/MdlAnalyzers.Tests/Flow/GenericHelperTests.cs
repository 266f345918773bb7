using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>MDLs, requests and numbers that pass through generic methods.</summary>
public sealed class GenericHelperTests
{
    [Theory]
    [InlineData("static T Same<T>(T x) => x; void DispatchRead(Irp irp) => Sink.Take({|MDL2001:Same(irp.MdlAddress)|}!.ByteCount);", TestDisplayName = "identity")]
    [InlineData("static T? Same<T>(T? x) where T : class => x; void DispatchRead(Irp irp) { Mdl? m = Same(irp.MdlAddress); Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!)); }", TestDisplayName = "identity of classes")]
    [InlineData("static T Same<T>(T x) => x; static U Again<U>(U x) => Same(x); void DispatchRead(Irp irp) { var m = Again(irp.MdlAddress); Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!)); }", TestDisplayName = "two generic methods")]
    [InlineData("static bool Has<T>(T? x) where T : class => x is not null; void DispatchRead(Irp irp) { if (Has(irp.MdlAddress)) return; Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount); }", TestDisplayName = "generic test, the wrong way round")]
    [InlineData("static R Outer<T, R>(T x, Func<T, R> f) => Inner(x, f); static R Inner<T, R>(T x, Func<T, R> f) => f(x); void F(Mdl mdl, DmaAdapter a, uint n) { nuint x = Outer(mdl, MmGetMdlByteOffset); a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "method group through two generic calls")]
    [InlineData("static T To<T>(nuint x) where T : System.Numerics.INumber<T> => T.CreateTruncating(x); void F(Mdl mdl) { uint va = {|MDL1007:To<uint>(MmGetMdlVirtualAddress(mdl))|}; Hardware.Program(va, 4); }", TestDisplayName = "truncated")]
    [InlineData("static T To<S, T>(S x) where S : System.Numerics.INumberBase<S> where T : System.Numerics.INumberBase<T> => T.CreateSaturating(x); void F(Mdl mdl) { uint va = {|MDL1007:To<nuint, uint>(MmGetMdlVirtualAddress(mdl))|}; Hardware.Program(va, 4); }", TestDisplayName = "from one type to another")]
    [InlineData("static T To<T>(nuint x) where T : System.Numerics.INumber<T> => T.CreateTruncating(x); static U Via<U>(nuint x) where U : System.Numerics.INumber<U> => To<U>(x); void F(Mdl mdl) { uint va = {|MDL1007:Via<uint>(MmGetMdlVirtualAddress(mdl))|}; Hardware.Program(va, 4); }", TestDisplayName = "truncated behind two generic calls")]
    public Task Generic_Reports(string members) => Class(members);

    [Theory]
    [InlineData("static T Same<T>(T x) => x; void DispatchRead(Irp irp) { if (Same(irp.MdlAddress) is { } m) Sink.Take(m.ByteCount); }", TestDisplayName = "identity")]
    [InlineData("static T Same<T>(T x) => x; void DispatchRead(Irp irp) { if (Same(irp).MdlAddress is null) return; Sink.Take(Same(irp.MdlAddress)!.ByteCount); }", TestDisplayName = "identity of the request")]
    [InlineData("static T NotNull<T>(T? x) where T : class => x ?? throw new InvalidOperationException(); void DispatchRead(Irp irp) { Mdl m = NotNull(irp.MdlAddress); Sink.Take(m.ByteCount); }", TestDisplayName = "generic guard")]
    [InlineData("static bool Has<T>(T? x) where T : class => x is not null; void DispatchRead(Irp irp) { if (!Has(irp.MdlAddress)) return; Sink.Take(irp.MdlAddress!.ByteCount); }", TestDisplayName = "generic test")]
    [InlineData("static T Or<T>(T? x, T y) where T : class => x ?? y; void DispatchRead(Irp irp) => Sink.Take(Or(irp.MdlAddress, _mdl).ByteCount);", TestDisplayName = "substitute")]
    [InlineData("static T Keep<T>(List<T> list, T x) { list.Add(x); return x; } List<Mdl?> _all = []; void DispatchRead(Irp irp) => Keep(_all, irp.MdlAddress);", TestDisplayName = "kept, not used")]
    [InlineData("static T To<T>(nuint x) where T : System.Numerics.INumber<T> => T.CreateTruncating(x); void F(Mdl mdl) { ulong va = To<ulong>(MmGetMdlVirtualAddress(mdl)); Hardware.Program(va, 4); }", TestDisplayName = "wide enough")]
    [InlineData("static T To<T>(nuint x) where T : System.Numerics.INumber<T> => T.CreateChecked(x); void F(Mdl mdl) { uint va = To<uint>(MmGetMdlVirtualAddress(mdl)); Hardware.Program(va, 4); }", TestDisplayName = "checked")]
    [InlineData("static T To<T>(ulong x) where T : System.Numerics.INumber<T> => T.CreateTruncating(x); void F(Mdl mdl) { uint bytes = To<uint>(MmGetMdlByteCount(mdl)); Hardware.Program(0, bytes); }", TestDisplayName = "length")]
    public Task Generic_DoesNotReport(string members) => Class(members);
}
