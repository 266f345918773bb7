using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Pieces of partial MDLs that lie inside the source, or of which that cannot be told.</summary>
public sealed class MDL1008_NearMissTests
{
    private const string Fields = "private uint _done; private Mdl _part = null!; private Mdl _source = null!;";

    [Theory]
    [InlineData("IoBuildPartialMdl(mdl, _part, va, len);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, len - n);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, 0);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, Math.Min(512, len - n));")]
    [InlineData("uint left = len - _done; if (left == 0) return; IoBuildPartialMdl(mdl, _part, va + _done, Math.Min(n, left));")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + n, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va + 4096, n);")]
    [InlineData("if (n + 16 > len) return; IoBuildPartialMdl(mdl, _part, va + n, 16);")]
    [InlineData("if (n > len || len - n < 16) return; IoBuildPartialMdl(mdl, _part, va + n, 16);")]
    [InlineData("if (n >= len) return; uint size = 512; if (n + size > len) size = len - n; IoBuildPartialMdl(mdl, _part, va + n, size);")]
    [InlineData("for (uint done = 0; done < len; done += 512) IoBuildPartialMdl(mdl, _part, va + done, Math.Min(512, len - done));")]
    [InlineData("for (uint done = 0; done + 512 <= len; done += 512) IoBuildPartialMdl(mdl, _part, va + done, 512);")]
    [InlineData("if (len % 512 != 0) return; for (uint done = 0; done < len; done += 512) IoBuildPartialMdl(mdl, _part, va + done, 512);")]
    [InlineData("if ((len & 0x1FF) != 0) return; for (uint done = 0; done < len; done += 512) IoBuildPartialMdl(mdl, _part, va + done, 512);")]
    [InlineData("for (uint left = len; left != 0; ) { uint size = Math.Min(left, 512); IoBuildPartialMdl(mdl, _part, va + (len - left), size); left -= size; }")]
    [InlineData("IoBuildPartialMdl(mdl, _part, _currentVa, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, _currentVa + n, len);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, MmGetMdlBaseVa(mdl) + off + n, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, MmGetMdlVirtualAddress(_part) + 16, 16);")]
    [InlineData("IoBuildPartialMdl(_source, _part, va + n, 16);")]
    [InlineData("IoBuildPartialMdl(mdl, _part, va, 16); IoBuildPartialMdl(_part, _source, va + 8, 8);")]
    [InlineData("nuint sys = MmGetSystemAddressForMdlSafe(_source, NormalPagePriority); if (sys == 0) return; IoBuildPartialMdl(_source, _part, sys + n, 16);")]
    [InlineData("MmBuildMdlForNonPagedPool(mdl); nuint sys = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority); IoBuildPartialMdl(mdl, _part, sys + n, 16);")]
    [InlineData("Mdl? own = IoAllocateMdl(_currentVa, 8192, false, false, null); if (own is null) return; IoBuildPartialMdl(own, _part, _currentVa + n, 16);")]
    [InlineData("if (n != 0) return; IoBuildPartialMdl(mdl, _part, va + n, len);")]
    [InlineData("uint size = Math.Min(n, len); IoBuildPartialMdl(mdl, _part, va, size);")]
    [InlineData("if (n > len) return; IoBuildPartialMdl(mdl, _part, va, n);")]
    [InlineData("nuint at = va + n; IoBuildPartialMdl(mdl, _part, at, (uint)(va + len - at));")]
    [InlineData("Sink.Take(va + n + len);")]
    public Task Piece_DoesNotReport(string body) => Pages(body, Fields);

    [Fact]
    public Task OwnBufferAtItsAddress_DoesNotReport() =>
        Method("nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 8192, 1); if (pool == 0) return; Mdl? own = IoAllocateMdl(pool, 8192, false, false, null); if (own is null) return; MmBuildMdlForNonPagedPool(own); IoBuildPartialMdl(own, _mdl, pool + 4096, 4096);");

    [Fact]
    public Task PagesFromZero_DoesNotReport() =>
        Method("Mdl? pages = MmAllocatePagesForMdl(default, new(0x7FFFFFFF), default, 65536); if (pages is null) return; IoBuildPartialMdl(pages, _mdl, 4096, 4096); IoBuildPartialMdl(pages, _mdl, n, 16);");

    [Fact]
    public Task WholeRequest_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m), sp.Parameters.Read.Length);", Fields);

    [Fact]
    public Task RestOfTheRequest_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; uint left = sp.Parameters.Read.Length - _done; if (left != 0) IoBuildPartialMdl(m, _part, MmGetMdlVirtualAddress(m) + _done, left);", Fields);

    [Fact]
    public Task Helper_DoesNotReport() =>
        Class("static void Build(Mdl s, Mdl t, nuint at, uint count) => IoBuildPartialMdl(s, t, at, count); void Go(Mdl s, Mdl t, uint done) { uint left = MmGetMdlByteCount(s) - done; if (left != 0) Build(s, t, MmGetMdlVirtualAddress(s) + done, left); }");

    [Fact]
    public Task HelperThatGetsTwoMdls_DoesNotReport() =>
        Class("static void Build(Mdl part, Mdl whole, Mdl t) => IoBuildPartialMdl(whole, t, MmGetMdlVirtualAddress(whole) + 16, 16);");

    [Theory]
    [InlineData("nuint at = va + 16; IoBuildPartialMdl(mdl, _mdl, at - 16, 8);")]
    [InlineData("nuint at = va + n; if (n >= 8) IoBuildPartialMdl(mdl, _mdl, at - 8, 8);")]
    public Task DistanceTakenBack_DoesNotReport(string body) => Pages(body);
}
