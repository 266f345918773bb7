using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Accesses that were compared with the byte count, or whose length says nothing about another buffer.</summary>
public sealed class MDL2003_NearMissTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (p == 0) return; ";
    private const string MapRequest = "if (irp.MdlAddress is not { } mdl) return Complete(irp, STATUS_SUCCESS, 0); nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); if (p == 0) return Complete(irp, STATUS_INSUFFICIENT_RESOURCES, 0); ";

    [Theory]
    [InlineData("RtlZeroMemory(p, Math.Min(length, have));")]
    [InlineData("RtlZeroMemory(p, Math.Min(have, length));")]
    [InlineData("RtlZeroMemory(p, uint.Min(have, length));")]
    [InlineData("RtlZeroMemory(p, Math.Clamp(length, 0, have));")]
    [InlineData("RtlZeroMemory(p, length < have ? length : have);")]
    [InlineData("RtlZeroMemory(p, length > have ? have : length);")]
    [InlineData("if (length > have) return; RtlZeroMemory(p, length);")]
    [InlineData("if (have < length) return; RtlZeroMemory(p, length);")]
    [InlineData("if (length <= have) RtlZeroMemory(p, length);")]
    [InlineData("if (length != have) return; RtlZeroMemory(p, length);")]
    [InlineData("if (!(length <= have)) return; RtlZeroMemory(p, length);")]
    [InlineData("bool fits = length <= have; if (fits) RtlZeroMemory(p, length);")]
    [InlineData("if (length > have) length = have; RtlZeroMemory(p, length);")]
    [InlineData("if (length > have) throw new NtStatusException(STATUS_INVALID_PARAMETER); RtlZeroMemory(p, length);")]
    [InlineData("if (length > have - 8) return; RtlZeroMemory(p + 8, length);")]
    [InlineData("if (have < 8 || length > have - 8) return; RtlZeroMemory(p + 8, length);")]
    [InlineData("if ({|MDL2008:length + 8|} > have) return; RtlZeroMemory(p + 8, length);")]
    [InlineData("if ((ulong)length + 8 > have) return; RtlZeroMemory(p + 8, length);")]
    [InlineData("if (length >= have) return; VirtualMemory.Write(p + length, (byte)1);")]
    [InlineData("if (length is 0 || length > have) return; RtlZeroMemory(p, length);")]
    [InlineData("switch (length.CompareTo(have)) { case > 0: return; } if (!Fits(length, have)) return; RtlZeroMemory(p, length);")]
    [InlineData("if (!Fits(length, have)) return; RtlZeroMemory(p, length);")]
    [InlineData("Check(length, have); RtlZeroMemory(p, length);")]
    [InlineData("for (uint i = 0; i < length && i < have; i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData("for (uint i = 0; i < Math.Min(length, have); i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData("if (length > have) return; for (uint i = 0; i < length; i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData("uint done = 0; while (done < Math.Min(length, have)) { uint piece = Math.Min(64, Math.Min(length, have) - done); RtlZeroMemory(p + done, piece); done += piece; }")]
    [InlineData("if (length > 64) return; RtlZeroMemory(p, length);")]
    [InlineData("RtlZeroMemory(p, Math.Min(length, 64));")]
    [InlineData("RtlZeroMemory(p, length & 0xFF);")]
    [InlineData("RtlZeroMemory(p, length % 64);")]
    [InlineData("RtlZeroMemory(p, have);")]
    [InlineData("RtlZeroMemory(p, have - 4);")]
    [InlineData("RtlZeroMemory(p, 64);")]
    [InlineData("RtlZeroMemory(p, n);")]
    [InlineData("Console.WriteLine(length); Sink.Take(p + length);")]
    [InlineData("RtlZeroMemory(_currentVa, length);")]
    [InlineData("byte[] own = new byte[length]; own[0] = 1; VirtualMemory.CopyTo(p, own.AsSpan(0, 4));")]
    [InlineData("uint at = 0; while (at + 8 <= have) { uint size = VirtualMemory.Read<uint>(p + at); if (size < 8 || size > have - at) break; RtlZeroMemory(p + at + 8, size - 8); at += size; }")]
    [InlineData("uint at = 0, left = have; while (left >= 4) { uint size = VirtualMemory.Read<uint>(p + at); if (size > left) return; RtlZeroMemory(p + at, size); at += size; left -= size; }")]
    [InlineData("if (length > n) return; RtlZeroMemory(p, length);")]
    [InlineData("if (VirtualMemory.TryGetSpan(p, have, out Span<byte> s)) s[..(int)length].Clear();")]
    public Task ComparedOrHarmless_DoesNotReport(string rest) => Method(
        Map + "uint have = MmGetMdlByteCount(mdl); uint length = VirtualMemory.Read<uint>(p + 4); " + rest,
        "static bool Fits(uint a, uint b) => a <= b; static void Check(uint a, uint b) { if (a > b) throw new NtStatusException(STATUS_INVALID_PARAMETER); }");

    [Theory]
    [InlineData("RtlZeroMemory(p, Math.Min(sp.Parameters.Read.Length, MmGetMdlByteCount(mdl)));")]
    [InlineData("RtlZeroMemory(p, MmGetMdlByteCount(mdl));")]
    [InlineData("RtlZeroMemory(p, sp.Parameters.Read.Length);")]
    [InlineData("uint want = sp.Parameters.Read.Length; RtlCopyMemory(p, 0x1000, want);")]
    [InlineData("for (uint i = 0; i < sp.Parameters.Read.Length; i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData("uint length = sp.Parameters.Read.Length, done = 0; do { uint piece = Math.Min(length - done, 1000); RtlZeroMemory(p + done, piece); done += piece; } while (done < length);")]
    [InlineData("RtlZeroMemory(p, Math.Min(sp.Parameters.Read.Length, 512));")]
    [InlineData("RtlZeroMemory(p, sp.Parameters.Read.Length / 2);")]
    [InlineData("if (sp.Parameters.Read.Length < 8) return STATUS_SUCCESS; RtlZeroMemory(p + 8, sp.Parameters.Read.Length - 8 - 1);")]
    [InlineData("uint want = sp.Parameters.Read.Length; if (want > MmGetMdlByteCount(mdl)) return STATUS_SUCCESS; RtlZeroMemory(p, want);")]
    [InlineData("uint done = 0; while (done < sp.Parameters.Read.Length) { uint piece = Math.Min(512, sp.Parameters.Read.Length - done); RtlZeroMemory(p + done, piece); done += piece; }")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); if (length > sp.Parameters.Read.Length) return STATUS_SUCCESS; RtlZeroMemory(p, length);")]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, Math.Min(length, sp.Parameters.Read.Length));")]
    [InlineData("for (uint i = 0; i < MmGetMdlByteCount(mdl); i++) VirtualMemory.Write(p + i, (byte)0);")]
    [InlineData("_port.Fill(p, sp.Parameters.Read.Length);")]
    public Task WithinTheRequest_DoesNotReport(string body) =>
        Read(MapRequest + body, "private static IPort _port = null!; interface IPort { void Fill(nuint address, uint count); }");

    [Fact]
    public Task AllocatedForThatLength_DoesNotReport() =>
        Read("Mdl? mdl = IoAllocateMdl(0x10000, sp.Parameters.Read.Length, false, false, null); if (mdl is null) return STATUS_SUCCESS; MmBuildMdlForNonPagedPool(mdl); nuint p = MmGetSystemAddressForMdlSafe(mdl, Prio); RtlZeroMemory(p, sp.Parameters.Read.Length);");

    [Fact]
    public Task PartialMdl_DoesNotReport() =>
        Method("IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl), 64); nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; RtlZeroMemory(p, MmGetMdlByteCount(_mdl));");

    [Fact]
    public Task TransferOfTheRequest_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } mdl) return STATUS_SUCCESS; _adapter.GetScatterGatherList(device, mdl, MmGetMdlVirtualAddress(mdl), sp.Parameters.Read.Length, (d, i, l, c) => { }, null, true);", "static DmaAdapter _adapter = null!;");

    [Fact]
    public Task RequestAndMdlFromTheCaller_DoesNotReport() =>
        Class("static void Clear(Mdl mdl, IoStackLocation sp) { " + Map + "RtlZeroMemory(p, sp.Parameters.Read.Length); }");

    [Fact]
    public Task AddressFromTheCaller_DoesNotReport() =>
        Class("static void Clear(nuint p) { uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, length); }");

    [Fact]
    public Task UnknownCheck_DoesNotReport() =>
        Method(Map + "uint length = VirtualMemory.Read<uint>(p); if (!_check(mdl, length)) return; RtlZeroMemory(p, length);", "Func<Mdl, uint, bool> _check = null!;");

    [Theory]
    [InlineData("uint sectors = sp.Parameters.Read.Length / 512; RtlZeroMemory(p, sectors * 512);")]
    [InlineData("RtlZeroMemory(p, (sp.Parameters.Read.Length + 1) / 2);")]
    [InlineData("RtlZeroMemory(p, (sp.Parameters.Read.Length + 3) / 4 * 4);")]
    [InlineData("if (sp.Parameters.Read.Length % 512 != 0) return STATUS_UNSUCCESSFUL; uint sectors = (sp.Parameters.Read.Length + 511) / 512; RtlZeroMemory(p, sectors * 512);")]
    [InlineData("uint bytes = (sp.Parameters.Read.Length + 511) / 512 * 512; if (bytes > MmGetMdlByteCount(m)) return STATUS_UNSUCCESSFUL; RtlZeroMemory(p, bytes);")]
    [InlineData("uint bytes = (sp.Parameters.Read.Length + 511) / 512 * 512; RtlZeroMemory(p, Math.Min(bytes, MmGetMdlByteCount(m)));")]
    public Task RoundedAndBounded_DoesNotReport(string body) => Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(m, Prio); if (p == 0) return STATUS_UNSUCCESSFUL; " + body);
}
