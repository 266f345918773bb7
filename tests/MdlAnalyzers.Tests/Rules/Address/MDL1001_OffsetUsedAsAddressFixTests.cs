using MdlAnalyzers.CodeFixes;
using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.OffsetUsedAsAddressFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1001_OffsetUsedAsAddressFixTests
{
    [Theory]
    [InlineData(
        "nuint mdlAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(mdlAddress);",
        "nuint mdlAddress = MmGetMdlVirtualAddress(mdl); Sink.Take(mdlAddress);")]
    [InlineData(
        "nuint mdlAddress = {|MDL1001:MemoryManager.MmGetMdlByteOffset(mdl)|}; Sink.Take(mdlAddress);",
        "nuint mdlAddress = MmGetMdlVirtualAddress(mdl); Sink.Take(mdlAddress);")]
    [InlineData(
        "nuint mdlAddress = {|MDL1001:mdl.ByteOffset|}; Sink.Take(mdlAddress);",
        "nuint mdlAddress = MmGetMdlVirtualAddress(mdl); Sink.Take(mdlAddress);")]
    [InlineData(
        "_currentVa = /* where */ {|MDL1001:MmGetMdlByteOffset(mdl)|}; // start",
        "_currentVa = /* where */ MmGetMdlVirtualAddress(mdl); // start")]
    [InlineData(
        "var address = (IntPtr)(int){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(address);",
        "var address = (IntPtr)MmGetMdlVirtualAddress(mdl); Sink.Take(address);")]
    [InlineData(
        "byte* b = (byte*){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(*b);",
        "byte* b = (byte*)MmGetMdlVirtualAddress(mdl); Sink.Take(*{|MDL1004:b|});")]
    [InlineData(
        "long startVa = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(startVa);",
        "long startVa = (long)MmGetMdlVirtualAddress(mdl); Sink.Take(startVa);")]
    [InlineData(
        "var x = MmGetMdlByteOffset(mdl); var y = x; adapter.MapTransfer(mdl, registers, {|MDL1001:y|}, ref n, false); Sink.Take(x);",
        "var x = MmGetMdlByteOffset(mdl); var y = x; adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl), ref n, false); Sink.Take(x);")]
    [InlineData(
        "adapter.FlushAdapterBuffers(mdl, registers, {|MDL1001:MmGetMdlByteOffset(mdl)|}, n, false);",
        "adapter.FlushAdapterBuffers(mdl, registers, MmGetMdlVirtualAddress(mdl), n, false);")]
    [InlineData(
        "uint length = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(length);",
        "uint length = MmGetMdlByteCount(mdl); Sink.Take(length);")]
    public Task WrongAccessor_IsReplaced(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Method(before), DriverSource.Method(after));

    [Fact]
    public Task SeveralInOneFile_AreAllReplaced() =>
        Verify.VerifyAsync(
            DriverSource.Method("""
                nuint mdlAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|};
                        _currentVa = {|MDL1001:MmGetMdlByteOffset(_mdl)|};
                        adapter.FlushAdapterBuffers(mdl, registers, {|MDL1001:MmGetMdlByteOffset(mdl)|}, n, false);
                        Sink.Take(mdlAddress);
                """),
            DriverSource.Method("""
                nuint mdlAddress = MmGetMdlVirtualAddress(mdl);
                        _currentVa = MmGetMdlVirtualAddress(_mdl);
                        adapter.FlushAdapterBuffers(mdl, registers, MmGetMdlVirtualAddress(mdl), n, false);
                        Sink.Take(mdlAddress);
                """));

    [Fact]
    public Task WithoutStaticUsings_NameIsQualified() =>
        Verify.VerifyAsync(
            """
            using Kernel = MdlRuntime.MemoryManager;

            namespace Elsewhere
            {
                internal static class Driver
                {
                    public static nuint BufferAddress(MdlRuntime.Mdl mdl) => {|MDL1001:Other.MmGetMdlByteOffset(mdl)|};
                }

                internal static class Other
                {
                    [return: MdlRuntime.Annotations.MdlValue(MdlRuntime.Annotations.MdlValueKind.ByteOffset)]
                    public static uint MmGetMdlByteOffset(MdlRuntime.Mdl mdl) => Kernel.MmGetMdlByteOffset(mdl);

                    [return: MdlRuntime.Annotations.MdlValue(MdlRuntime.Annotations.MdlValueKind.MdlVirtualAddress)]
                    public static nuint WhereItStarts(MdlRuntime.Mdl mdl) => Kernel.MmGetMdlVirtualAddress(mdl);
                }
            }
            """,
            """
            using Kernel = MdlRuntime.MemoryManager;

            namespace Elsewhere
            {
                internal static class Driver
                {
                    public static nuint BufferAddress(MdlRuntime.Mdl mdl) => Other.WhereItStarts(mdl);
                }

                internal static class Other
                {
                    [return: MdlRuntime.Annotations.MdlValue(MdlRuntime.Annotations.MdlValueKind.ByteOffset)]
                    public static uint MmGetMdlByteOffset(MdlRuntime.Mdl mdl) => Kernel.MmGetMdlByteOffset(mdl);

                    [return: MdlRuntime.Annotations.MdlValue(MdlRuntime.Annotations.MdlValueKind.MdlVirtualAddress)]
                    public static nuint WhereItStarts(MdlRuntime.Mdl mdl) => Kernel.MmGetMdlVirtualAddress(mdl);
                }
            }
            """);

    [Fact]
    public Task ResultWouldNotCompile_NoFix() =>
        Verify.VerifyNoFixAsync(DriverSource.Method("var bufferAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|}; n = bufferAddress;"));

    [Fact]
    public void Provider_RepairsOneRuleInEveryScope() =>
        Assert.Equal(["MDL1001"], new OffsetUsedAsAddressFix().FixableDiagnosticIds);
}
