using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Accesses beyond the byte count itself, and of a fixed size that a shorter buffer does not have.</summary>
public sealed class MDL2003_OwnLengthTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; ";
    private const string MapRequest = "if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; ";

    [Theory]
    [InlineData("uint length = sp.Parameters.Read.Length; RtlZeroMemory(p, {|MDL2003:Math.Max(length, 64)|});")]
    [InlineData("uint length = sp.Parameters.Read.Length; RtlZeroMemory(p, {|MDL2003:uint.Max(64u, length)|});")]
    [InlineData("uint length = sp.Parameters.Read.Length; RtlZeroMemory(p, {|MDL2003:length < 64 ? 64 : length|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:64|});")]
    [InlineData("Sink.Take(VirtualMemory.Read<Head>({|MDL2003:p|}));")]
    [InlineData("{|MDL2003:Fill(p)|};")]
    [InlineData("RtlFillMemory(p, {|MDL2003:(nuint)System.Runtime.CompilerServices.Unsafe.SizeOf<Head>()|}, 0xFF);")]
    [InlineData("VirtualMemory.CopyFrom(p, {|MDL2003:new byte[32]|});")]
    public Task UntestedRequest_Reports(string body) =>
        Read(MapRequest + body, "struct Head { public uint A; public uint B; public ulong C; } static uint _size; const uint Trailer = 16; static Func<Irp, bool> Check = null!; static bool Valid(IoStackLocation s) => s.Parameters.Read.Length >= 4; static uint Padded(Mdl m) => MmGetMdlByteCount(m) + 16; static void Fill(nuint at) => RtlFillMemory(at, 16, 0xFF); static void Setup(DriverObject driver) => driver.MajorFunction[MajorFunction.IRP_MJ_READ] = new Driver().DispatchRead;");

    [Theory]
    [InlineData("RtlZeroMemory(p, {|MDL2003:Math.Max(MmGetMdlByteCount(mdl), 64)|});")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:MmGetMdlByteCount(mdl) + 4|});")]
    [InlineData("RtlZeroMemory(p + 8, {|MDL2003:MmGetMdlByteCount(mdl)|});")]
    [InlineData("VirtualMemory.Write({|MDL2003:p + MmGetMdlByteCount(mdl)|}, (byte)0);")]
    [InlineData("if (MmGetMdlByteCount(mdl) < 4) return; Sink.Take(VirtualMemory.Read<ulong>({|MDL2003:p|}));")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); for (uint i = 0; i <= have; i++) VirtualMemory.Write({|MDL2003:p + i|}, (byte)0);")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); if (have < 64) { RtlZeroMemory(p, {|MDL2003:64|}); return; }")]
    [InlineData("RtlZeroMemory(p + n, {|MDL2003:MmGetMdlByteCount(mdl)|});")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, {|MDL2003:have * 2|});")]
    [InlineData("var (have, want) = (MmGetMdlByteCount(mdl), n); RtlZeroMemory(p, {|MDL2003:Math.Max(have, want)|});")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); have += 2; RtlZeroMemory(p, {|MDL2003:have|});")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); if (VirtualMemory.TryGetSpan(p, {|MDL2003:have + 1|}, out Span<byte> s)) s.Clear();")]
    public Task Beyond_Reports(string body) =>
        Method(Map + body);

    [Fact]
    public Task Beyond2_Reports() =>
        Method("Mdl? own = IoAllocateMdl(0x10000, 64, false, false, null); if (own is null) return; MmBuildMdlForNonPagedPool(own); RtlZeroMemory(MmGetSystemAddressForMdlSafe(own, NormalPagePriority), {|MDL2003:128|});");

    [Theory]
    [InlineData("uint have = MmGetMdlByteCount(mdl); if (have < 8) return; Sink.Take(VirtualMemory.Read<ulong>(p));")]
    [InlineData("RtlZeroMemory(p, 64);")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, Math.Max(Math.Min(have, 64), 0));")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, Math.Min(Math.Max(n, 64), have));")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); if (have < 64) return; RtlZeroMemory(p, Math.Max(have, 64));")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); uint most = Math.Max(have, n); if (most > have) return; RtlZeroMemory(p, most);")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); if (have > 8) RtlZeroMemory(p + 8, have - 8); if (have != 0) VirtualMemory.Write(p + have - 1, (byte)0);")]
    [InlineData("uint done = 0, have = MmGetMdlByteCount(mdl); while (done < have) { uint piece = Math.Min(64, have - done); RtlZeroMemory(p + done, piece); done += piece; }")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); for (uint i = 0; i + 64 <= have; i += 64) RtlZeroMemory(p + i, 64);")]
    [InlineData("uint left = MmGetMdlByteCount(mdl); nuint at = p; while (left >= 4) { VirtualMemory.Write(at, 1u); at += 4; left -= 4; }")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); Sink.Take(p + have); uint total = have + 16; if (total > 4096) return; RtlZeroMemory(p, total - 16);")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, (have + 3) & ~3u);")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); byte[] copy = new byte[have + 16]; VirtualMemory.CopyTo(p, copy.AsSpan(16));")]
    public Task Within_DoesNotReport(string body) =>
        Method(Map + body);

    [Theory]
    [InlineData("if (sp.Parameters.Read.Length % 512 != 0) return STATUS_SUCCESS; RtlZeroMemory(p, 512);")]
    [InlineData("if (sp.Parameters.Read.Length < 512) return STATUS_SUCCESS; RtlZeroMemory(p, 512);")]
    [InlineData("for (uint done = 0; done < sp.Parameters.Read.Length; done += 4) VirtualMemory.Write<uint>(p + done, (uint)(sp.Parameters.Read.ByteOffset + done));")]
    [InlineData("if (!Check(irp)) return STATUS_SUCCESS; VirtualMemory.Write<uint>(p, 1);")]
    [InlineData("if (sp.Parameters.Read.Length != _size) return STATUS_SUCCESS; VirtualMemory.Write<uint>(p, 1);")]
    [InlineData("if (!Valid(sp)) return STATUS_SUCCESS; VirtualMemory.Write<uint>(p, 1);")]
    [InlineData("if (sp.Parameters.Read.Length < (uint)System.Runtime.CompilerServices.Unsafe.SizeOf<Head>()) return STATUS_SUCCESS; VirtualMemory.Write(p, new Head());")]
    [InlineData("switch (sp.Parameters.Read.Length) { case < 8: return STATUS_SUCCESS; default: VirtualMemory.Write(p, 8ul); break; }")]
    public Task TestedRequest_DoesNotReport(string body) =>
        Read(MapRequest + body, "struct Head { public uint A; public uint B; public ulong C; } static uint _size; const uint Trailer = 16; static Func<Irp, bool> Check = null!; static bool Valid(IoStackLocation s) => s.Parameters.Read.Length >= 4; static uint Padded(Mdl m) => MmGetMdlByteCount(m) + 16; static void Fill(nuint at) => RtlFillMemory(at, 16, 0xFF); static void Setup(DriverObject driver) => driver.MajorFunction[MajorFunction.IRP_MJ_READ] = new Driver().DispatchRead;");

    [Fact]
    public Task TestAgainstASmallerSize_Reports() =>
        Control("if (sp.Parameters.DeviceIoControl.OutputBufferLength < 4) return STATUS_BUFFER_TOO_SMALL; if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); if (p == 0) return STATUS_INSUFFICIENT_RESOURCES; VirtualMemory.Write({|MDL2003:p|}, 8ul);");

    [Theory]
    [InlineData("RtlZeroMemory(p, {|MDL2003:Padded(mdl)|});")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, checked({|MDL2003:have + Trailer|}));")]
    public Task BeyondByAConstant_Reports(string body) =>
        Method(Map + body, "struct Head { public uint A; public uint B; public ulong C; } static uint _size; const uint Trailer = 16; static Func<Irp, bool> Check = null!; static bool Valid(IoStackLocation s) => s.Parameters.Read.Length >= 4; static uint Padded(Mdl m) => MmGetMdlByteCount(m) + 16; static void Fill(nuint at) => RtlFillMemory(at, 16, 0xFF);");
}
