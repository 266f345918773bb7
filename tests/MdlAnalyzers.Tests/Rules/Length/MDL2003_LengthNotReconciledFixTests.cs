using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.LengthNotReconciledFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2003_LengthNotReconciledFixTests
{
    private const string Map = "nuint p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (p == 0) return; ";

    [Theory]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, {|MDL2003:length|});", "uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p, Math.Min(length, MmGetMdlByteCount(mdl)));")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(p) + 4|});", "RtlZeroMemory(p, Math.Min(VirtualMemory.Read<uint>(p) + 4, MmGetMdlByteCount(mdl)));")]
    [InlineData("uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(p)|}); Sink.Take(have);", "uint have = MmGetMdlByteCount(mdl); RtlZeroMemory(p, Math.Min(VirtualMemory.Read<uint>(p), have)); Sink.Take(have);")]
    [InlineData("int length = VirtualMemory.Read<int>(p); new Span<byte>((void*)p, {|MDL2003:length|}).Clear();", "int length = VirtualMemory.Read<int>(p); new Span<byte>((void*)p, (int)Math.Min((uint)length, MmGetMdlByteCount(mdl))).Clear();")]
    [InlineData("RtlZeroMemory(p, {|MDL2003:MmGetMdlByteCount(_mdl)|});", "RtlZeroMemory(p, Math.Min(MmGetMdlByteCount(_mdl), MmGetMdlByteCount(mdl)));")]
    [InlineData("nuint length = VirtualMemory.Read<ushort>(p); RtlCopyMemory(_currentVa, p, {|MDL2003:length|});", "nuint length = VirtualMemory.Read<ushort>(p); RtlCopyMemory(_currentVa, p, Math.Min(length, MmGetMdlByteCount(mdl)));")]
    public Task Length_IsLimited(string body, string repaired) => Verify.VerifyAsync(DriverSource.Method(Map + body), DriverSource.Method(Map + repaired));

    [Fact]
    public Task LengthOfTheRequest_IsLimited() => Verify.VerifyAsync(
        DriverSource.Dispatch("if (irp.MdlAddress is null) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(irp.MdlAddress, Prio); if (p == 0) return STATUS_SUCCESS; RtlZeroMemory(p, {|MDL2003:sp.Parameters.Read.Length + 16|});"),
        DriverSource.Dispatch("if (irp.MdlAddress is null) return STATUS_SUCCESS; nuint p = MmGetSystemAddressForMdlSafe(irp.MdlAddress, Prio); if (p == 0) return STATUS_SUCCESS; RtlZeroMemory(p, Math.Min(sp.Parameters.Read.Length + 16, MmGetMdlByteCount(irp.MdlAddress)));"));

    [Fact]
    public Task Several_AreFixedTogether() => Verify.VerifyAsync(
        DriverSource.Method(Map + "RtlZeroMemory(p, {|MDL2003:VirtualMemory.Read<uint>(p)|}); RtlFillMemory(p, {|MDL2003:VirtualMemory.Read<uint>(p)|}, 1);"),
        DriverSource.Method(Map + "RtlZeroMemory(p, Math.Min(VirtualMemory.Read<uint>(p), MmGetMdlByteCount(mdl))); RtlFillMemory(p, Math.Min(VirtualMemory.Read<uint>(p), MmGetMdlByteCount(mdl)), 1);"));

    [Theory]
    [InlineData("uint length = VirtualMemory.Read<uint>(p); RtlZeroMemory(p + 8, {|MDL2003:length|});")]
    [InlineData("uint at = VirtualMemory.Read<uint>(p); RtlZeroMemory({|MDL2003:p + at|}, 4);")]
    [InlineData("VirtualMemory.CopyTo(p, {|MDL2003:new byte[VirtualMemory.Read<uint>(p)]|});")]
    public Task BehindTheStart_GetsNoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Method(Map + body));
}
