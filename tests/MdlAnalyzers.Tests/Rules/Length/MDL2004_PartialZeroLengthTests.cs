using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Lengths of partial MDLs that can be zero.</summary>
public sealed class MDL2004_PartialZeroLengthTests
{
    // "left" and "total" are plain numbers here; the piece does not start where they end.
    [Theory]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Math.Min(n, 4096)|});")]
    [InlineData("uint piece = Math.Min(n, 4096); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = Math.Min(4096u, n); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:n - _done|});")]
    [InlineData("uint piece = n; piece -= _done; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = checked(len - n); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = n; if (piece > 4096) piece = 4096; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = n > 4096 ? 4096 : n; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = n < _done ? n : _done; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = n switch { > 4096 => 4096, _ => n }; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("if (n is <= 4096) IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:n|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len % 512|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len & 0x1FF|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len / 4|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len >> 1|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len / 512 * 512|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len & ~0xFFFu|});")]
    [InlineData("if (len < 16) return; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len - 16|});")]
    [InlineData("if (_done > n) return; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:n - _done|});")]
    [InlineData("uint piece = 0; if (isRead) piece = 512; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = isRead ? 512u : 0; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("if (n == 0) Console.WriteLine(1); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:n|});")]
    [InlineData("Debug.Assert(n != 0); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Math.Min(n, 4096)|});")]
    [InlineData("if (isRead && n == 0) return; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Math.Min(n, 4096)|});")]
    [InlineData("_piece = Math.Min(n, 4096); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:_piece|});")]
    [InlineData("Piece = n - _done; IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Piece|});")]
    [InlineData("var (at, piece) = (va, Math.Min(n, 4096)); IoBuildPartialMdl(mdl, _mdl, at, {|MDL2004:piece|});")]
    [InlineData("uint piece = n; ref uint p = ref piece; p = Math.Min(p, 64); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:p|});")]
    [InlineData("ulong piece = Math.Min((ulong)n, 65536UL); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:(uint)piece|});")]
    [InlineData("IoBuildPartialMdl(length: {|MDL2004:Math.Min(n, 4096)|}, targetMdl: _mdl, sourceMdl: mdl, virtualAddress: va);")]
    [InlineData("uint piece = Math.Clamp(n, 0, 4096); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("uint piece = Math.Max(len % 8, len / 8); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Math.Min(len - n, 512)|});")]
    [InlineData("Action go = () => IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl), {|MDL2004:Math.Min(n, 4096)|}); go();")]
    [InlineData("Go(Math.Min(n, 4096)); void Go(uint piece) => IoBuildPartialMdl(mdl, _mdl, MmGetMdlVirtualAddress(mdl), {|MDL2004:piece|});")]
    [InlineData("for (uint i = 0; i <= 4; i++) { uint piece = Math.Min(n, 4096); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|}); n -= piece; }")]
    [InlineData("if (n <= len) { } IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:len - n|});")]
    public Task CanBeZero_Reports(string body) => Pages(body, "private uint _done; private uint _piece; private uint Piece { get; set; }");

    [Fact]
    public Task HandedToAHelper_ReportsAtTheCall() =>
        Pages("{|MDL2004:Build(mdl, _mdl, va, Math.Min(n, 4096))|};", "static void Build(Mdl s, Mdl t, nuint at, uint count) => IoBuildPartialMdl(s, t, at, count);");

    [Fact]
    public Task ComputedInAHelper_ReportsThere() =>
        Class("static void Build(Mdl s, Mdl t, uint count) => IoBuildPartialMdl(s, t, MmGetMdlVirtualAddress(s), {|MDL2004:Math.Min(count, 4096)|}); void Run(Mdl s, Mdl t) => Build(s, t, 0);");

    [Fact]
    public Task ReturnedByAHelper_Reports() =>
        Pages("IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:Piece(len - n, 512)|});", "static uint Piece(uint left, uint most) => Math.Min(left, most);");

    [Fact]
    public Task OutParameter_Reports() =>
        Pages("Piece(len, n, out uint piece); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});", "static void Piece(uint all, uint done, out uint piece) { piece = all - done; }");

    [Fact]
    public Task LengthOfTheRequestForAnotherMdl_Reports() =>
        Read("IoBuildPartialMdl(_own, _part, MmGetMdlVirtualAddress(_own), {|MDL2004:sp.Parameters.Read.Length|});", "private Mdl _own = null!; private Mdl _part = null!;");

    [Fact]
    public Task BytesTransferred_Reports() =>
        Read("IoBuildPartialMdl(_own, _part, MmGetMdlVirtualAddress(_own), {|MDL2004:(uint)irp.IoStatus.Information|});", "private Mdl _own = null!; private Mdl _part = null!;");

    [Fact]
    public Task Async_Reports() =>
        Class("async Task Go(Mdl m, Mdl part, uint n) { await Task.Yield(); IoBuildPartialMdl(m, part, MmGetMdlVirtualAddress(m), {|MDL2004:Math.Min(n, 512)|}); }");

    [Fact]
    public Task FixedStartOfAShrinkingRest_Reports() =>
        Pages("uint left = len - n; uint piece = Math.Min(left, 4096); IoBuildPartialMdl(mdl, _mdl, va, {|MDL2004:piece|});");
}
