using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.OpaqueMdlFieldFix>;

namespace MdlAnalyzers.Tests.Rules.Address;

public sealed class MDL1009_OpaqueMdlFieldFixTests
{
    [Theory]
    [InlineData("Sink.Take({|MDL1009:mdl.ByteCount|});", "Sink.Take(MmGetMdlByteCount(mdl));")]
    [InlineData("Sink.Take(/* off */ {|MDL1009:mdl.ByteOffset|} /* end */);", "Sink.Take(/* off */ MmGetMdlByteOffset(mdl) /* end */);")]
    [InlineData("Sink.Take({|MDL1009:mdl.StartVa|});", "Sink.Take(MmGetMdlBaseVa(mdl));")]
    [InlineData("Sink.Take({|MDL1009:mdl.StartVa + mdl.ByteOffset|});", "Sink.Take(MmGetMdlVirtualAddress(mdl));")]
    [InlineData("Sink.Take({|MDL1009:mdl.ByteOffset | mdl.StartVa|});", "Sink.Take(MmGetMdlVirtualAddress(mdl));")]
    [InlineData("Sink.Take(MmGetMdlBaseVa(mdl) + {|MDL1009:_mdl!.ByteOffset|});", "Sink.Take(MmGetMdlBaseVa(mdl) + MmGetMdlByteOffset(_mdl!));")]
    public Task DirectRead_IsReplaced(string before, string after) =>
        Verify.VerifyAsync(DriverSource.Method(before), DriverSource.Method(after));

    [Fact]
    public Task SeveralInOneFile_AreAllReplaced() =>
        Verify.VerifyAsync(
            DriverSource.Method("Sink.Take({|MDL1009:mdl.ByteCount|}); Sink.Take({|MDL1009:mdl.StartVa + mdl.ByteOffset|} + {|MDL1009:_mdl.ByteCount|});"),
            DriverSource.Method("Sink.Take(MmGetMdlByteCount(mdl)); Sink.Take(MmGetMdlVirtualAddress(mdl) + MmGetMdlByteCount(_mdl));"));

    [Theory]
    [InlineData("Sink.Take({|MDL1009:mdl.MappedSystemVa|});")]
    [InlineData("Sink.Take({|MDL1009:mdl.Process|});")]
    [InlineData("Sink.Take({|MDL1009:mdl.Size|});")]
    [InlineData("Sink.Take(mdl?{|MDL1009:.ByteCount|});")]
    [InlineData("if (mdl is { {|MDL1009:ByteCount|}: > 16 }) Sink.Take(n);")]
    public Task NoRoutineOfTheSameValue_NoFix(string body) => Verify.VerifyNoFixAsync(DriverSource.Method(body));
}
