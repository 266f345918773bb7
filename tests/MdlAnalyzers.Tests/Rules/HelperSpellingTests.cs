using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules;

/// <summary>Defects that a driver spreads over helpers, records, extension methods and generic methods, and legal code in the same style.</summary>
public sealed class HelperSpellingTests
{
    private const string Types = """
        internal static class X {
         public static uint Count(this Mdl m) => MmGetMdlByteCount(m);
         public static uint Off(this Mdl m) => MmGetMdlByteOffset(m);
         public static nuint Va(this Mdl m) => MmGetMdlVirtualAddress(m);
         public static nuint Base(this Mdl m) => MmGetMdlBaseVa(m);
         public static nuint Map(this Mdl m) => MmGetSystemAddressForMdlSafe(m, NormalPagePriority | MdlMappingNoExecute);
         public static bool TryMap(this Mdl m, out nuint p) { p = MmGetSystemAddressForMdlSafe(m, NormalPagePriority | MdlMappingNoExecute); return p != 0; }
         public static R Let<T, R>(this T v, Func<T, R> f) => f(v);
         public static T Same<T>(T v) => v;
         public static T Sum<T>(T a, T b) where T : System.Numerics.INumber<T> => a + b;
         public static NtStatus Done(this Irp irp, NtStatus s, nuint n) { irp.IoStatus.Status = s; irp.IoStatus.Information = n; IoCompleteRequest(irp, IO_NO_INCREMENT); return s; }
        }
        internal record View(nuint Start, uint Length);
        internal readonly record struct Piece(nuint At, uint Size) { public nuint End => At + Size; }
        internal sealed class Window(Mdl mdl) { public Mdl Mdl => mdl; public uint Size => MmGetMdlByteCount(mdl); public nuint Address => MmGetMdlVirtualAddress(mdl); public uint Offset => MmGetMdlByteOffset(mdl); public nuint Mapped { get; } = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); }
        internal abstract class Port { public abstract void Start(ulong physicalAddress, uint length); public abstract void Queue(nuint address, uint length); }
        """;

    [Theory]
    [InlineData("void F(DmaAdapter a, Mdl m, MapRegisters? r, uint n) { var w = new Window(m); a.MapTransfer(m, r, {|MDL1001:w.Offset|}, ref n, true); }")]
    [InlineData("async Task F(DmaAdapter a, Mdl m, MapRegisters? r) { nuint at = await Task.FromResult<nuint>(m.Off()); uint n = 4; a.MapTransfer(m, r, {|MDL1001:at|}, ref n, false); }")]
    [InlineData("nuint VirtualAddress(Mdl m) => {|MDL1001:m.Off()|};")]
    public Task MDL1001InHelpers_Reports(string body) =>
        Class(body, Types);

    [Theory]
    [InlineData("static uint Pages(uint bytes) => bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0 ? 1u : 0u); void F(Mdl m, DmaAdapter a, DeviceObject d) { a.AllocateAdapterChannel(d, {|MDL1002:Pages(m.Count())|}, (x, y, z, c) => DeallocateObjectKeepRegisters, null); }")]
    [InlineData("static T CeilDiv<T>(T a, T b) where T : System.Numerics.IBinaryInteger<T> => (a + b - T.One) / b; SgEntry[] F(Mdl m) => new SgEntry[{|MDL1002:CeilDiv(m.Count(), PAGE_SIZE)|}];")]
    public Task MDL1002InHelpers_Reports(string body) =>
        Class(body, Types);

    [Theory]
    [InlineData("void F(Mdl m, Mdl part, uint done) { if (done >= m.Count()) return; IoBuildPartialMdl(m, part, {|MDL1003:m.Base() + done|}, 1); }")]
    [InlineData("void F(Mdl m, Mdl part, uint done) { if (done >= m.Count()) return; nuint page = m.Va() & ~(nuint)0xFFF; IoBuildPartialMdl(m, part, {|MDL1003:page + done|}, 1); }")]
    [InlineData("void F(Mdl m, DmaAdapter a, MapRegisters? r, uint transferred) { uint n = m.Count() - transferred; a.MapTransfer(m, r, {|MDL1003:X.Sum(m.Base(), (nuint)transferred)|}, ref n, false); }")]
    [InlineData("void F(Mdl m, uint done) { nuint p = m.Map(); if (p == 0 || done >= m.Count()) return; VirtualMemory.Write({|MDL1003:PAGE_ALIGN(p) + done|}, (byte)0); }")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p == 0) return; RtlZeroMemory({|MDL1003:p - p % PAGE_SIZE|}, m.Count()); }")]
    [InlineData("void F(Mdl m, Mdl part, uint done) { var at = m.Let(MmGetMdlBaseVa); at += done; if (done < m.Count()) IoBuildPartialMdl(m, part, {|MDL1003:at|}, 1); }")]
    [InlineData("void F(Mdl m, Mdl part, uint done) { if (done < m.Count()) IoBuildPartialMdl(m, part, {|MDL1003:Start(m) + done|}, 1); } static nuint Start(Mdl m) => m switch { { Next: null } => MmGetMdlBaseVa(m), _ => MmGetMdlBaseVa(m) };")]
    public Task MDL1003InHelpers_Reports(string body) =>
        Class(body, Types);

    [Theory]
    [InlineData("void F(Window w) { VirtualMemory.Write({|MDL1004:w.Address|}, 1); }")]
    [InlineData("void F(Mdl m) { Action<nuint> clear = at => RtlZeroMemory({|MDL1004:at|}, 4); clear(m.Va()); }")]
    public Task MDL1004InHelpers_Reports(string body) =>
        Class(body, Types);

    [Theory]
    [InlineData("void F(Mdl m) { if (m.TryMap(out var p)) Sink.Take({|MDL1005:X.Sum(p, (nuint)m.Off())|}); }")]
    [InlineData("record struct At(nuint Address, uint Offset) { public nuint Data => Address + Offset; } void F(Mdl m) { Sink.Take({|MDL1005:new At(m.Va(), m.Off()).Data|}); }")]
    [InlineData("static nuint Data(Mdl m, nuint mapped) => mapped + MmGetMdlByteOffset(m); void F(Mdl m) { nuint p = m.Map(); if (p != 0) Sink.Take({|MDL1005:Data(m, p)|}); }")]
    public Task MDL1005InHelpers_Reports(string body) =>
        Class(body, Types);

    [Theory]
    [InlineData("static uint Low(nuint a) => (uint)a; void F(Mdl m) { nuint p = m.Map(); if (p != 0) Sink.Take(new Piece({|MDL1007:Low(p)|}, 4)); }")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p != 0) Sink.Take(BitConverter.GetBytes({|MDL1007:(uint)p|})); }")]
    [InlineData("async Task<uint> F(Mdl m) { nuint va = await Task.FromResult(m.Va()); return {|MDL1007:(uint)va|}; }")]
    [InlineData("void F(Mdl m, Port port) => port.Queue({|MDL1007:(uint)m.Va()|}, m.Count());")]
    public Task MDL1007InHelpers_Reports(string body) =>
        Class(body, Types);

    [Fact]
    public Task MDL1008InHelpers_Reports() =>
        Class("void F(Irp irp, Mdl part) { if (irp.MdlAddress is not { } m) return; nuint own = ExAllocatePool2(0, 4096, 1); IoBuildPartialMdl(m, part, {|MDL1008:own|}, 16); }", Types);

    [Fact]
    public Task MDL1010InHelpers_Reports() =>
        Class("void F(Irp irp) { var s = IoGetCurrentIrpStackLocation(irp); long off = s.Parameters.Read.ByteOffset; if (irp.MdlAddress is { } m) Sink.Take({|MDL1010:X.Sum(m.Va(), (nuint)off)|}); }", Types);

    [Fact]
    public Task MDL1011InHelpers_Reports() =>
        Class("record Frame(nuint Pfn, uint Off) { public nuint Where => Pfn + Off; } void F(Mdl m) { Sink.Take({|MDL1011:new Frame(MmGetMdlPfnArray(m)[0], m.Off()).Where|}); }", Types);

    [Theory]
    [InlineData("record struct Head(uint Kind, uint Length); void F(Mdl m) { nuint p = m.Map(); if (p == 0) return; var (_, n) = VirtualMemory.Read<Head>(p); RtlZeroMemory(p + 8, {|MDL2003:n|}); }")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p == 0) return; Piece x = new(p, m.Count() + 4); RtlZeroMemory(x.At, {|MDL2003:x.Size|}); }")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { var s = IoGetCurrentIrpStackLocation(irp); if (irp.MdlAddress is { } m && m.TryMap(out nuint p)) RtlZeroMemory(p, {|MDL2003:Math.Max(s.Parameters.Read.Length, 512)|}); return irp.Done(STATUS_SUCCESS, 0); }")]
    public Task MDL2003InHelpers_Reports(string body) =>
        Class(body, Types);

    [Fact]
    public Task MDL2004InHelpers_Reports() =>
        Class("static uint Left(Mdl m, uint done) => MmGetMdlByteCount(m) - done; void F(Mdl m, Mdl part, uint done) { uint n = Math.Min(Left(m, done), 4096u); IoBuildPartialMdl(m, part, m.Va(), {|MDL2004:n|}); }", Types);

    [Fact]
    public Task MDL2007InHelpers_Reports() =>
        Class("static nuint At(Mdl m, uint n) => MmGetSystemAddressForMdlSafe(m, NormalPagePriority) + n; void F(Mdl m) { nuint p = At(m, 8); if ({|MDL2007:p|} == 0) return; RtlZeroMemory(p, 4); }", Types);

    [Fact]
    public Task MDL2008InHelpers_Reports() =>
        Class("static ushort Short(uint n) => (ushort)n; void F(Mdl m) { nuint p = m.Map(); if (p != 0) RtlZeroMemory(p, {|MDL2008:Short(m.Count())|}); }", Types);

    [Theory]
    [InlineData("static uint Pages(nuint va, uint bytes) => ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, bytes); SgEntry[] F(Mdl m) => new SgEntry[Pages(m.Va(), m.Count())];")]
    [InlineData("static uint Pages(uint bytes) => (bytes + PAGE_SIZE - 1) / PAGE_SIZE; SgEntry[] F(Mdl m) => new SgEntry[Pages(m.Count() + m.Off())];")]
    [InlineData("static T CeilDiv<T>(T a, T b) where T : System.Numerics.IBinaryInteger<T> => (a + b - T.One) / b; SgEntry[] F(Mdl m) => new SgEntry[CeilDiv(m.Count() + m.Off(), PAGE_SIZE)];")]
    [InlineData("static uint Sectors(uint bytes) => bytes / 512; void F(Mdl m) => Sink.Take(Sectors(m.Count()));")]
    [InlineData("void F(Mdl m, Mdl part, uint done) { if (done < m.Count()) IoBuildPartialMdl(m, part, X.Sum(m.Va(), (nuint)done), 1); }")]
    [InlineData("void F(Mdl m, Mdl part, uint done) { if (done < m.Count()) IoBuildPartialMdl(m, part, X.Sum(m.Base() + m.Off(), (nuint)done), 1); }")]
    [InlineData("nuint F(Mdl m) => (m.Va() - m.Base()) >> PAGE_SHIFT;")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p != 0) Sink.Take(PAGE_ALIGN(p) + m.Off()); }")]
    [InlineData("record struct At(nuint Address, uint Offset) { public nuint Data => Address + Offset; } void F(Mdl m) { Sink.Take(new At(m.Base(), m.Off()).Data); }")]
    [InlineData("static nuint Data(nuint page, uint offset) => page + offset; void F(Mdl m) => Sink.Take(Data(m.Base(), m.Off()));")]
    [InlineData("static uint InPage(nuint a) => (uint)a & 0xFFF; void F(Mdl m) => Sink.Take(InPage(m.Va()));")]
    [InlineData("async Task<ulong> F(Mdl m) { nuint va = await Task.FromResult(m.Va()); return va; }")]
    [InlineData("static int Hash(nuint a) => HashCode.Combine((uint)a); void F(Mdl m) => Sink.Take(Hash(m.Va()));")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p == 0) return; RtlZeroMemory(p, Less(m.Count(), VirtualMemory.Read<uint>(p))); } static uint Less(uint a, uint b) => a < b ? a : b;")]
    [InlineData("record struct Head(uint Kind, uint Length); void F(Mdl m) { nuint p = m.Map(); if (p == 0 || m.Count() < 8) return; var (_, n) = VirtualMemory.Read<Head>(p); if (n > m.Count() - 8) return; RtlZeroMemory(p + 8, n); }")]
    [InlineData("static void Zero(nuint at, uint n) => RtlZeroMemory(at, n); void F(Mdl m) { nuint p = m.Map(); if (p != 0) Zero(p, m.Count()); }")]
    [InlineData("static ushort Short(uint n) => n > ushort.MaxValue ? ushort.MaxValue : (ushort)n; void F(Mdl m) { nuint p = m.Map(); if (p != 0) RtlZeroMemory(p, Short(m.Count())); }")]
    [InlineData("void F(Mdl m, IoStackLocation s) => Sink.Take(X.Sum(s.Parameters.Read.ByteOffset, (long)m.Count()));")]
    [InlineData("static long Sum(long a, long b) => a + b; void F(Mdl m, IoStackLocation s, nuint store) => Sink.Take((nuint)Sum((long)store, s.Parameters.Read.ByteOffset));")]
    [InlineData("void F(Mdl m) { nuint p = m.Map(); if (p == 0) return; nuint page = (p >> PAGE_SHIFT) << PAGE_SHIFT; Sink.Take(page); RtlZeroMemory(page + m.Off(), m.Count()); }")]
    [InlineData("record Frame(nuint Pfn, uint Off) { public ulong Where => ((ulong)Pfn << PAGE_SHIFT) + Off; } void F(Mdl m) => Sink.Take(new Frame(MmGetMdlPfnArray(m)[0], m.Off()).Where);")]
    [InlineData("static nuint Next(nuint pfn, nuint step) => pfn + step; void F(Mdl m) => Sink.Take(Next(MmGetMdlPfnArray(m)[0], 1));")]
    [InlineData("void F(Mdl m, Mdl part) { nuint own = ExAllocatePool2(0, 4096, 1); Mdl? mine = IoAllocateMdl(own, 4096, false, false, null); if (mine is null) return; MmBuildMdlForNonPagedPool(mine); IoBuildPartialMdl(mine, part, own, 16); }")]
    public Task LegalHelpers_DoesNotReport(string body) =>
        Class(body, Types);
}
