using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Lengths of partial MDLs that are not zero, may be zero on purpose, or mean the same when they are.</summary>
public sealed class MDL2004_NearMissTests
{
    [Theory]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + n, 0);")]
    [InlineData("const uint ToTheEnd = 0; IoBuildPartialMdl(mdl, _mdl, va + n, ToTheEnd);")]
    [InlineData("uint rest = 0; IoBuildPartialMdl(mdl, _mdl, va + n, rest);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + n, default);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, 512);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, len);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, (len + 1) / 2);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, len - len / 2);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, n);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, _piece);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va, Math.Min(len, 512));")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfLessThan(n, 1u); IoBuildPartialMdl(mdl, _mdl, va, Math.Min(n, 4096));")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + n, len - n);")]
    [InlineData("IoBuildPartialMdl(mdl, _mdl, va + n, Math.Min(len - n, 4096));")]
    [InlineData("uint left = len - n; IoBuildPartialMdl(mdl, _mdl, va + n, Math.Min(4096, left));")]
    [InlineData("if (n == 0) return; IoBuildPartialMdl(mdl, _mdl, va, Math.Min(n, 4096));")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece == 0) return; IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece != 0) IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece > 0) IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece is 0) return; IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); bool any = piece >= 1; if (any) IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); switch (piece) { case 0: break; default: IoBuildPartialMdl(mdl, _mdl, va, piece); break; }")]
    [InlineData("if (Math.Min(n, 4096) is not 0 and var piece) IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); ArgumentOutOfRangeException.ThrowIfZero(piece); IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Max(Math.Min(n, 4096), 1); IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Clamp(n, 1, 4096); IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("while (n != 0) { uint piece = Math.Min(n, 4096); IoBuildPartialMdl(mdl, _mdl, va, piece); n -= piece; }")]
    [InlineData("while (n > 0) { uint piece = Math.Min(n, _piece); IoBuildPartialMdl(mdl, _mdl, va, piece); n -= piece; }")]
    [InlineData("do { uint piece = Math.Min(len, 4096); IoBuildPartialMdl(mdl, _mdl, va, piece); len -= piece; } while (len != 0);")]
    [InlineData("for (uint done = 0; done < len; ) { uint piece = Math.Min(len - done, 4096); IoBuildPartialMdl(mdl, _mdl, va + done, piece); done += piece; }")]
    [InlineData("for (uint done = 0; done < n; done += 512) IoBuildPartialMdl(mdl, _mdl, va, Math.Min(n - done, 512));")]
    [InlineData("uint done = 0; while (done != n) { uint piece = Math.Min(n - done, 4096); IoBuildPartialMdl(mdl, _mdl, va, piece); done += piece; }")]
    [InlineData("if (n >= len) return; IoBuildPartialMdl(mdl, _mdl, va, len - n);")]
    [InlineData("if (!(n < len)) return; IoBuildPartialMdl(mdl, _mdl, va, len - n);")]
    [InlineData("if (len - n == 0) return; IoBuildPartialMdl(mdl, _mdl, va, len - n);")]
    [InlineData("uint left = len - n; if (left == 0) return; IoBuildPartialMdl(mdl, _mdl, va, Math.Min(left, 4096));")]
    [InlineData("uint left = len - n; if (left < 1) return; IoBuildPartialMdl(mdl, _mdl, va, left);")]
    [InlineData("if (len <= 16) return; IoBuildPartialMdl(mdl, _mdl, va, len - 16);")]
    [InlineData("if (n is 0 or > 4096) return; IoBuildPartialMdl(mdl, _mdl, va, n);")]
    [InlineData("uint tail = len % 512; if (tail != 0) IoBuildPartialMdl(mdl, _mdl, va, tail);")]
    [InlineData("uint piece = isRead ? 512u : 1024u; IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece == 0) throw new InvalidOperationException(); IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = Math.Min(n, 4096); if (piece == 0) piece = 1; IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    [InlineData("uint piece = n + 512; IoBuildPartialMdl(mdl, _mdl, va, piece);")]
    public Task NotZeroOrMeant_DoesNotReport(string body) => Pages(body, "private uint _piece;");

    [Fact]
    public Task GuardedHelper_DoesNotReport() =>
        Pages("Build(mdl, _mdl, va, Math.Min(n, 4096));", "static void Build(Mdl s, Mdl t, nuint at, uint count) { if (count != 0) IoBuildPartialMdl(s, t, at, count); }");

    [Fact]
    public Task PositiveHelper_DoesNotReport() =>
        Pages("IoBuildPartialMdl(mdl, _mdl, va, Piece(n));", "static uint Piece(uint left) => left == 0 ? 1 : Math.Min(left, 4096);");

    [Fact]
    public Task LengthOfTheRequestForItsMdl_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), sp.Parameters.Read.Length);", "private Mdl _part = null!;");

    [Fact]
    public Task ClampedLengthOfTheRequest_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), Math.Min(sp.Parameters.Read.Length, 4096));", "private Mdl _part = null!;");

    [Fact]
    public Task TestedLengthOfTheRequest_DoesNotReport() =>
        Read("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; IoBuildPartialMdl(_own, _part, MmGetMdlVirtualAddress(_own), sp.Parameters.Read.Length);", "private Mdl _own = null!; private Mdl _part = null!;");

    [Fact]
    public Task Forwarding_DoesNotReport() =>
        Class("static void Build(Mdl s, Mdl t, nuint at, uint count) => IoBuildPartialMdl(s, t, at, count); void Run(Mdl s, Mdl t, uint count) => Build(s, t, MmGetMdlVirtualAddress(s), count);");
}
