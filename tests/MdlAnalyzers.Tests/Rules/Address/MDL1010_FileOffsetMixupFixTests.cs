using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.FileOffsetMixupFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1010_FileOffsetMixupFixTests
{
    [Theory]
    [InlineData("long position = sp.Parameters.Read.ByteOffset + {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(position);", "long position = sp.Parameters.Read.ByteOffset; Sink.Take(position);")]
    [InlineData("uint off = MmGetMdlByteOffset(m); long sector = (sp.Parameters.Read.ByteOffset + {|MDL1010:off|}) / 512; Sink.Take(sector); Sink.Take(off);", "uint off = MmGetMdlByteOffset(m); long sector = (sp.Parameters.Read.ByteOffset) / 512; Sink.Take(sector); Sink.Take(off);")]
    public Task PageOffset_IsLeftOut(string before, string after) => Verify.VerifyAsync(Read(before), Read(after));

    [Fact]
    public Task SeveralInOneFile_AreAllRepaired() =>
        Verify.VerifyAsync(
            Read("long a = sp.Parameters.Read.ByteOffset + {|MDL1010:MmGetMdlByteOffset(m)|}; long b = 512 + sp.Parameters.Read.ByteOffset + {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(a + b);"),
            Read("long a = sp.Parameters.Read.ByteOffset; long b = 512 + sp.Parameters.Read.ByteOffset; Sink.Take(a + b);"));

    [Theory]
    [InlineData("Sink.Take(MmGetMdlVirtualAddress(m) + {|MDL1010:(nuint)sp.Parameters.Read.ByteOffset|});")]
    [InlineData("long diskOffset = {|MDL1010:MmGetMdlByteOffset(m)|}; Sink.Take(diskOffset);")]
    public Task SeveralReplacements_GetNoFix(string body) => Verify.VerifyNoFixAsync(Read(body));

    private static string Read(string body) => DriverSource.Dispatch($"if (irp.MdlAddress is not {{ }} m) return STATUS_SUCCESS; {body}");
}
