using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.MdlChainIgnoredFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

public sealed class MDL2005_MdlChainIgnoredFixTests
{
    [Fact]
    public Task Free_BecomesALoop() => Verify.VerifyAsync(
        Lines("{|MDL2005:IoFreeMdl(mdlChain)|};"),
        Lines("for (Mdl? current = mdlChain; current is not null;)", "{", "    Mdl? next = current.Next;", "    IoFreeMdl(current);", "    current = next;", "}"));

    [Fact]
    public Task UnlockInFront_MovesIntoTheLoop() => Verify.VerifyAsync(
        Lines("MmUnlockPages(mdlChain);", "{|MDL2005:IoFreeMdl(mdlChain)|};", "Sink.Take(4);"),
        Lines("for (Mdl? current = mdlChain; current is not null;)", "{", "    Mdl? next = current.Next;", "    MmUnlockPages(current);", "    IoFreeMdl(current);", "    current = next;", "}", "Sink.Take(4);"));

    [Fact]
    public Task Unlock_BecomesALoop() => Verify.VerifyAsync(
        Lines("{|MDL2005:MmUnlockPages(mdlChain)|};"),
        Lines("for (Mdl? current = mdlChain; current is not null;)", "{", "    Mdl? next = current.Next;", "    MmUnlockPages(current);", "    current = next;", "}"));

    [Fact]
    public Task Comments_Move() => Verify.VerifyAsync(
        Lines("MmUnlockPages(mdlChain); // pages", "// structure", "{|MDL2005:IoFreeMdl(mdlChain)|}; // done"),
        Lines("for (Mdl? current = mdlChain; current is not null;)", "{", "    Mdl? next = current.Next;", "    MmUnlockPages(current); // pages", "    // structure", "    IoFreeMdl(current);", "    current = next;", "} // done"));

    [Fact]
    public Task WithoutBraces_BecomesALoop() => Verify.VerifyAsync(
        Lines("if (length > 0)", "    {|MDL2005:IoFreeMdl(mdlChain)|};"),
        Lines("if (length > 0)", "    for (Mdl? current = mdlChain; current is not null;)", "    {", "        Mdl? next = current.Next;", "        IoFreeMdl(current);", "        current = next;", "    }"));

    [Fact]
    public Task TakenNames_AreNumbered() => Verify.VerifyAsync(
        Lines("int next = 4;", "{|MDL2005:IoFreeMdl(mdlChain)|};", "Sink.Take(next);"),
        Lines("int next = 4;", "for (Mdl? current = mdlChain; current is not null;)", "{", "    Mdl? next2 = current.Next;", "    IoFreeMdl(current);", "    current = next2;", "}", "Sink.Take(next);"));

    [Fact]
    public Task Access_GetsNoFix() => Verify.VerifyNoFixAsync(
        Lines("nuint p = MmGetSystemAddressForMdlSafe(mdlChain, NormalPagePriority);", "if (p == 0) return;", "RtlZeroMemory(p, {|MDL2005:length|});"));

    [Fact]
    public Task CalledOnce_GetsNoFix() => Verify.VerifyNoFixAsync(
        DriverSource.Class("void Free() => {|MDL2005:IoFreeMdl(TakeChain())|}; static extern Mdl TakeChain();"));

    private static string Lines(params string[] lines) => $$"""
        #nullable enable
        internal static class Driver
        {
            public static void Release(Mdl mdlChain, uint length)
            {
        {{string.Join("\n", lines.Select(static l => "        " + l))}}
            }
        }
        """;
}
