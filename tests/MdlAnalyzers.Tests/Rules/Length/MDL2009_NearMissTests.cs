namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Answers of an MDL that are used, or deliberately not.</summary>
public sealed class MDL2009_NearMissTests
{
    private const string Map = "MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)";

    [Theory] // the mapping is forced or verified for later
    [InlineData(Map + ";")]
    [InlineData("_ = " + Map + ";")]
    [InlineData("if (" + Map + " == 0) return;")]
    [InlineData("nuint p = " + Map + "; if (p == 0) return;")]
    [InlineData("bool mapped = " + Map + " != 0; if (!mapped) return;")]
    [InlineData("if (" + Map + " is 0) return;")]
    [InlineData("nuint p; if ((p = " + Map + ") == 0) return;")]
    public Task MappingInAdvance_DoesNotReport(string body) => Verify(DriverSource.Method(body));

    [Theory]
    [InlineData("_ = MmGetMdlByteCount(mdl);")]
    [InlineData("var (len, _) = (MmGetMdlByteCount(mdl), MmGetMdlByteOffset(mdl)); Sink.Take(len);")]
    [InlineData("Console.WriteLine(MmGetMdlByteCount(mdl));")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); Console.WriteLine($\"length {len}\");")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); Debug.Assert(len > 0);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (len == 0) return;")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); while (len > 0) len--;")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); for (uint i = 0; i < len; i++) Sink.Take(i);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); switch (len) { case 0: return; }")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); len += 4; Sink.Take(len);")]
    [InlineData("uint len; if (isRead) len = MmGetMdlByteCount(mdl); else len = MmGetMdlByteCount(mdl); Sink.Take(len);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); Sink.Take(len); len = MmGetMdlByteCount(_mdl); Sink.Take(len);")]
    [InlineData("uint len = 0; for (int i = 0; i < 3; i++) { Sink.Take(len); len = MmGetMdlByteCount(mdl); }")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); if (isRead) len = 4; Sink.Take(len);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); Action a = () => Sink.Take(len); len = 3; a();")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); Take(); len = 3; void Take() => Sink.Take(len);")]
    [InlineData("uint a = MmGetMdlByteCount(mdl), b = a; Sink.Take(b);")]
    [InlineData("_currentVa = MmGetMdlVirtualAddress(mdl);")]
    [InlineData("CurrentVa = MmGetMdlVirtualAddress(mdl);")]
    [InlineData("var list = new List<uint> { MmGetMdlByteCount(mdl) };")]
    [InlineData("uint[] all = [MmGetMdlByteCount(mdl)];")]
    [InlineData("var entries = new SgEntry[MmGetMdlByteCount(mdl)];")]
    [InlineData("var entry = new SgEntry(0, MmGetMdlByteCount(mdl));")]
    [InlineData("var entry = new PhysicalRun { Length = MmGetMdlByteCount(mdl) };")]
    [InlineData("Span<nuint> pfns = MmGetMdlPfnArray(mdl); pfns[0] = 4;")]
    [InlineData("MmGetMdlPfnArray(mdl)[0] = 4;")]
    [InlineData("foreach (nuint pfn in MmGetMdlPfnArray(mdl)) Sink.Take(pfn);")]
    [InlineData("byte* p = (byte*)" + Map + "; *{|MDL2002:p|} = 1;")]
    [InlineData("byte* p = (byte*)" + Map + "; {|MDL2002:p|}[2] = 1;")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); uint* at = &len; Sink.Take(*at);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); ref uint at = ref len; Sink.Take(at);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); adapter.MapTransfer(mdl, registers, 0, ref len, false);")]
    [InlineData("var t = (MmGetMdlByteCount(mdl), 1); Sink.Take(t.Item1);")]
    [InlineData("uint len = Math.Max(MmGetMdlByteCount(mdl), 4); Sink.Take(len);")]
    [InlineData("uint len = checked(MmGetMdlByteCount(mdl) + 4); Sink.Take(len);")]
    [InlineData("if (MmGetMdlByteCount(mdl) is var len and > 4) Sink.Take(n);")]
    [InlineData("Func<uint> f = () => MmGetMdlByteCount(mdl); Sink.Take(f);")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); goto done; done: Sink.Take(len);")]
    [InlineData("uint len; try { len = MmGetMdlByteCount(mdl); } catch { len = 0; } Sink.Take(len);")]
    [InlineData("uint sectors = MmGetMdlByteCount(mdl) / 512; Sink.Take(sectors);")]
    [InlineData("uint rest = sectors(); uint sectors() => MmGetMdlByteCount(mdl); Sink.Take(rest);")]
    [InlineData("IoFreeMdl(mdl);")]
    [InlineData("uint len = mdl.ByteCount;")]
    public Task UsedOrDeliberate_DoesNotReport(string body) => Verify(DriverSource.Method(body));

    [Fact]
    public Task OtherRuleTellsAboutTheCall_DoesNotReportTwice() =>
        Verify(DriverSource.Method("nuint va = {|MDL1001:MmGetMdlByteOffset(mdl)|};"));

    [Fact]
    public Task OutParameter_DoesNotReport() =>
        Verify(DriverSource.Class("void Get(Mdl mdl, out uint len) { len = MmGetMdlByteCount(mdl); }"));

    [Fact]
    public Task RefParameter_DoesNotReport() =>
        Verify(DriverSource.Class("void Get(Mdl mdl, ref uint len) { len = MmGetMdlByteCount(mdl); }"));

    [Fact]
    public Task ExpressionBody_DoesNotReport() =>
        Verify(DriverSource.Class("uint Get(Mdl mdl) => MmGetMdlByteCount(mdl);"));

    [Fact]
    public Task Yielded_DoesNotReport() =>
        Verify(DriverSource.Class("IEnumerable<uint> Get(Mdl mdl) { uint len = MmGetMdlByteCount(mdl); yield return len; }"));

    [Fact]
    public Task FieldInitializer_DoesNotReport() =>
        Verify(DriverSource.Class("static Mdl s_mdl = null!; private uint _length = MmGetMdlByteCount(s_mdl);"));

    private static Task Verify(string source) => RuleVerifier.VerifyAsync(source, suggestion: "MDL2009");

    // The length of a request is no question to an MDL.
    [Theory]
    [InlineData("uint readLength = sp.Parameters.Read.Length;")]
    [InlineData("_ = sp.Parameters.Read.Length;")]
    [InlineData("uint length; length = sp.Parameters.Write.Length;")]
    public Task UnusedLengthOfTheRequest_DoesNotReport(string body) => Verify(DriverSource.Dispatch(body));
}
