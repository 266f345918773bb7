using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.OffsetAddedTwiceFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1005_OffsetAddedTwiceFixTests
{
    private const string Map = "nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); if (sys == 0) return; uint off = mdl.ByteOffset; ";

    [Theory]
    [InlineData("Sink.Take(sys + {|MDL1005:off|});", "Sink.Take(sys);")]
    [InlineData("Sink.Take({|MDL1005:off|} + sys);", "Sink.Take(sys);")]
    [InlineData("Sink.Take(sys + {|MDL1005:MmGetMdlByteOffset(mdl)|} + n);", "Sink.Take(sys + n);")]
    [InlineData("Sink.Take(sys + n + {|MDL1005:off|});", "Sink.Take(sys + n);")]
    [InlineData("Sink.Take(sys + ({|MDL1005:off + n|}));", "Sink.Take(sys + n);")]
    [InlineData("Sink.Take(sys + {|MDL1005:(nuint)(off)|});", "Sink.Take(sys);")]
    [InlineData("Sink.Take(checked(sys + {|MDL1005:BYTE_OFFSET(sys)|}));", "Sink.Take(checked(sys));")]
    [InlineData("byte* data = (byte*)sys + {|MDL1005:off|}; Sink.Take(*data);", "byte* data = (byte*)sys; Sink.Take(*data);")]
    [InlineData("byte* data = (byte*)sys; Sink.Take(data[{|MDL1005:off|}]);", "byte* data = (byte*)sys; Sink.Take(data[0]);")]
    [InlineData("byte* data = (byte*)sys; Sink.Take(data[{|MDL1005:off + n|}]);", "byte* data = (byte*)sys; Sink.Take(data[n]);")]
    [InlineData("Sink.Take(IntPtr.Add((IntPtr)sys, {|MDL1005:(int)off|}));", "Sink.Take((IntPtr)sys);")]
    [InlineData("var bytes = new Span<byte>((void*)sys, 16); Sink.Take({|MDL1005:bytes.Slice((int)off)|});", "var bytes = new Span<byte>((void*)sys, 16); Sink.Take(bytes.Slice(0));")]
    [InlineData("var bytes = new Span<byte>((void*)sys, 16); Sink.Take({|MDL1005:bytes[(int)off..]|});", "var bytes = new Span<byte>((void*)sys, 16); Sink.Take(bytes[0..]);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, {|MDL1005:off|}, 0, ref n, isRead, null, 0, null, null);", "adapter.MapTransferEx(mdl, registers, 0, 0, ref n, isRead, null, 0, null, null);")]
    [InlineData("adapter.MapTransferEx(mdl, registers, {|MDL1005:off + (ulong)n|}, 0, ref n, isRead, null, 0, null, null);", "adapter.MapTransferEx(mdl, registers, (ulong)n, 0, ref n, isRead, null, 0, null, null);")]
    public Task Offset_IsRemoved(string before, string after) => Verify.VerifyAsync(DriverSource.Method(Map + before), DriverSource.Method(Map + after));

    [Fact]
    public Task StatementThatAdds_IsRemoved() =>
        Verify.VerifyAsync(
            DriverSource.Method("""
                nuint start = MmGetMdlVirtualAddress(mdl);
                        start += {|MDL1005:MmGetMdlByteOffset(mdl)|};
                        Sink.Take(start);
                """),
            DriverSource.Method("""
                nuint start = MmGetMdlVirtualAddress(mdl);
                        Sink.Take(start);
                """));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            DriverSource.Method("""
                nuint va = MmGetMdlVirtualAddress(mdl);
                        IoBuildPartialMdl(mdl, _mdl, va + {|MDL1005:mdl.ByteOffset|}, n);
                        adapter.MapTransfer(mdl, registers, va + n + {|MDL1005:mdl.ByteOffset|}, ref n, isRead);
                """),
            DriverSource.Method("""
                nuint va = MmGetMdlVirtualAddress(mdl);
                        IoBuildPartialMdl(mdl, _mdl, va, n);
                        adapter.MapTransfer(mdl, registers, va + n, ref n, isRead);
                """));

    [Fact]
    public Task OffsetInsideALocalSum_GetsNoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Method(Map + "uint at = off + n; Sink.Take(sys + {|MDL1005:at|});"));

    [Fact]
    public Task HelperThatAdds_GetsNoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Method(Map + "Sink.Take({|MDL1005:At(sys, off)|});", "static nuint At(nuint start, uint distance) => start + distance;"));
}
