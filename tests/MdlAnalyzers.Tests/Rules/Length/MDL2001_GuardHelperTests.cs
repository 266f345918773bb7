using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Guards that sit in helpers, arrays and throwing routines.</summary>
public sealed class MDL2001_GuardHelperTests
{
    [Fact]
    public Task ThrowingProperty_DoesNotReport() =>
        Class("Mdl Current => _irp.MdlAddress ?? throw new InvalidOperationException(); void Run() => Sink.Take(MmGetMdlByteCount(Current));");

    [Fact]
    public Task CtxGuard_DoesNotReport() =>
        Read(
            "if (irp.MdlAddress is null) { return Fail(irp, STATUS_INVALID_PARAMETER); } Sink.Take(MmGetMdlByteCount(irp.MdlAddress));",
            "static NtStatus Fail(Irp irp, NtStatus s) { irp.IoStatus.Status = s; IoCompleteRequest(irp, 0); return s; }");

    [Fact]
    public Task RequireHelper_DoesNotReport() =>
        Read(
            "Mdl m = Require(irp); Sink.Take(MmGetMdlByteCount(m));",
            "static Mdl Require(Irp irp) { if (irp.MdlAddress is { } m) return m; throw new InvalidOperationException(); }");

    [Fact]
    public Task GenericThrow_DoesNotReport() =>
        Read(
            "if (irp.MdlAddress is null) throw Error(\"none\"); Sink.Take(irp.MdlAddress.ByteCount);",
            "static Exception Error(string s) => new InvalidOperationException(s);");

    [Fact]
    public Task ThrowIfNullHelper_DoesNotReport() =>
        Read(
            "ThrowIfNone(irp.MdlAddress); Sink.Take(irp.MdlAddress!.ByteCount);",
            "static void ThrowIfNone(Mdl? m) { if (m is null) Throw(); } static void Throw() => throw new InvalidOperationException();");

    [Fact]
    public Task ConditionalThrowHelper_DoesNotReport() =>
        Read("Check(irp.MdlAddress != null); Sink.Take(irp.MdlAddress!.ByteCount);", "static void Check(bool ok) { if (!ok) throw new InvalidOperationException(); }");

    [Fact]
    public Task LocalLength_DoesNotReport() =>
        Read("var (len, m) = (sp.Parameters.Read.Length, irp.MdlAddress); if (len == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(m!.ByteCount);");

    [Fact]
    public Task ArrayGuarded_DoesNotReport() =>
        Read("Mdl?[] mdls = [irp.MdlAddress]; if (mdls[0] is null) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(mdls[0]!));");

    [Fact]
    public Task ArrayFiltered_DoesNotReport() =>
        Read("Mdl?[] mdls = [irp.MdlAddress]; if (!Ok(mdls)) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(mdls[0]!));", "static bool Ok(Mdl?[] a) => a[0] != null;");

    [Fact]
    public Task ListForeach_DoesNotReport() =>
        Read("foreach (Mdl m in new[] { irp.MdlAddress! }) if (m is not null) Sink.Take(m.ByteCount);");
}
