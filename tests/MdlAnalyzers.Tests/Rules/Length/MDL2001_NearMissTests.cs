using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Checks in the many ways C# can spell them.</summary>
public sealed class MDL2001_NearMissTests
{
    [Fact]
    public Task Literal_DoesNotReport() =>
        Read("if (sp.Parameters.Read.Length is 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task LessThanOne_DoesNotReport() =>
        Read("if (sp.Parameters.Read.Length < 1) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task NotGreater_DoesNotReport() =>
        Read("if (!(sp.Parameters.Read.Length > 0)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task UnsignedLiteral_DoesNotReport() =>
        Read("uint len = sp.Parameters.Read.Length; if (len == 0u) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task NotPattern_DoesNotReport() =>
        Read("if (sp.Parameters.Read.Length is not > 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task ListOfPatterns_DoesNotReport() =>
        Read("if (irp is not { MdlAddress: { ByteCount: > 0 } m }) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m));");

    [Fact]
    public Task NullOrEmpty_DoesNotReport() =>
        Read("if (irp.MdlAddress is null or { ByteCount: 0 }) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress));");

    [Fact]
    public Task ConditionalCount_DoesNotReport() =>
        Read("if (irp.MdlAddress?.ByteCount is not > 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress));");

    [Fact]
    public Task ConditionalEqualsZero_DoesNotReport() =>
        Read("if ((irp.MdlAddress?.ByteCount ?? 0) == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task NullableCompare_DoesNotReport() =>
        Read("if (irp.MdlAddress?.ByteCount > 0) Sink.Take(MmGetMdlByteCount(irp.MdlAddress));");

    [Fact]
    public Task NullFirst_DoesNotReport() =>
        Read("if (null == irp.MdlAddress) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress.ByteCount);");

    [Fact]
    public Task IsNotObject_DoesNotReport() =>
        Read("if (irp.MdlAddress is not { }) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress.ByteCount);");

    [Fact]
    public Task ReferenceEquals_DoesNotReport() =>
        Read("if (ReferenceEquals(irp.MdlAddress, null)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(irp.MdlAddress!.ByteCount);");

    [Fact]
    public Task ThrowHelper_DoesNotReport() =>
        Read("ArgumentNullException.ThrowIfNull(irp.MdlAddress); Sink.Take(irp.MdlAddress.ByteCount);");

    [Fact]
    public Task CoalesceThrow_DoesNotReport() =>
        Read("Mdl m = irp.MdlAddress ?? throw new InvalidOperationException(); Sink.Take(m.ByteCount);");

    [Fact]
    public Task OwnThrowHelper_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) Fail(); Sink.Take(irp.MdlAddress!.ByteCount);", "static void Fail() => throw new InvalidOperationException();");

    [Fact]
    public Task DoesNotReturn_DoesNotReport() =>
        Read(
            "if (irp.MdlAddress is null) Native.Fail(); Sink.Take(irp.MdlAddress.ByteCount);",
            "static class Native { [System.Diagnostics.CodeAnalysis.DoesNotReturn] public static extern void Fail(); }");

    [Fact]
    public Task TryGet_DoesNotReport() =>
        Read(
            "if (!TryGet(irp, out Mdl? m)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m!));",
            "static bool TryGet(Irp i, out Mdl? m) { m = i.MdlAddress; return m != null; }");

    [Fact]
    public Task TryGetAnnotated_DoesNotReport() =>
        Read(
            "if (!TryGet(irp, out Mdl? m)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m));",
            "static extern bool TryGet(Irp i, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Mdl? m);");

    [Fact]
    public Task StatusFromHelper_DoesNotReport() =>
        Read(
            "NtStatus st = Fetch(irp, out Mdl? m); if (!NT_SUCCESS(st)) return Complete(irp, st, 0); Sink.Take(MmGetMdlByteCount(m!));",
            "static NtStatus Fetch(Irp i, out Mdl? m) { m = i.MdlAddress; return m is null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; }");

    [Fact]
    public Task LengthHelper_DoesNotReport() =>
        Read(
            "if (IsEmpty(sp)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));",
            "static bool IsEmpty(IoStackLocation s) => s.Parameters.Read.Length == 0;");

    [Fact]
    public Task PropertyPattern_DoesNotReport() =>
        Read("if (sp is { Parameters.Read.Length: 0 }) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task TuplePattern_DoesNotReport() =>
        Read("if ((irp.MdlAddress, sp.Flags) is (null, _)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task SwitchStatement_DoesNotReport() =>
        Read("switch (irp.MdlAddress) { case null: return Complete(irp, STATUS_SUCCESS, 0); case { } m: Sink.Take(MmGetMdlByteCount(m)); break; }");

    [Fact]
    public Task SwitchOnLength_DoesNotReport() =>
        Read("switch (sp.Parameters.Read.Length) { case 0: return Complete(irp, STATUS_SUCCESS, 0); default: Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); break; }");

    [Fact]
    public Task WhileLoop_DoesNotReport() =>
        Read("uint done = 0; while (done < sp.Parameters.Read.Length) { Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); done += 512; }");

    [Fact]
    public Task ForLoop_DoesNotReport() =>
        Read("for (uint i = 0; i < sp.Parameters.Read.Length; i++) Sink.Take(irp.MdlAddress!.ByteCount);");

    [Fact]
    public Task Goto_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) goto done; Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); done: Sink.Take(1);");

    [Fact]
    public Task NestedIfs_DoesNotReport() =>
        Read("Mdl? m = irp.MdlAddress; if (sp.Flags == 1) { if (m is null) return Complete(irp, STATUS_SUCCESS, 0); } else { if (sp.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); } Sink.Take(MmGetMdlByteCount(m!));");

    [Fact]
    public Task ConjunctionMixed_DoesNotReport() =>
        Read("if (sp.Flags == 0 && irp.MdlAddress is { ByteCount: var c } && c > 4) Sink.Take(irp.MdlAddress.ByteCount);");

    [Fact]
    public Task NegatedDisjunction_DoesNotReport() =>
        Read("if (!(irp.MdlAddress is null || sp.Flags == 0)) Sink.Take(irp.MdlAddress.ByteCount);");

    [Fact]
    public Task LambdaAfterGuard_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Action a = () => Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); a();");

    [Fact]
    public Task LocalFunctionAfterGuard_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Go(); void Go() => Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task CatchReturns_DoesNotReport() =>
        Read("try { if (irp.MdlAddress is null) throw new InvalidOperationException(); } catch (InvalidOperationException) { return Complete(irp, STATUS_SUCCESS, 0); } Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task SavedFlag_DoesNotReport() =>
        Read("bool empty = sp.Parameters.Read.Length == 0; if (empty) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task StatusVariable_DoesNotReport() =>
        Read("NtStatus st = STATUS_SUCCESS; if (irp.MdlAddress is null) st = STATUS_INVALID_PARAMETER; if (st == STATUS_SUCCESS) Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); ");

    [Fact]
    public Task MinLengthConstant_DoesNotReport() =>
        Read("const uint Header = 16; if (sp.Parameters.Read.Length < Header) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task StructureSize_DoesNotReport() =>
        Control("if (sp.Parameters.DeviceIoControl.OutputBufferLength < (uint)System.Runtime.CompilerServices.Unsafe.SizeOf<long>()) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task AlignmentOfLength_DoesNotReport() =>
        Read("if (sp.Parameters.Read.Length == 0 || sp.Parameters.Read.Length % 512 != 0) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact]
    public Task LogOnly_DoesNotReport() =>
        Read("Console.WriteLine(irp.MdlAddress); Sink.Take(irp.MdlAddress == null); irp.MdlAddress = null;");

    [Fact]
    public Task ChainWalk_DoesNotReport() =>
        Read("for (Mdl? m = irp.MdlAddress; m is not null; m = m.Next) Sink.Take(m.ByteCount); Mdl? x = irp.MdlAddress; while (x != null) { Sink.Take(x.ByteOffset); x = x.Next; }");

    [Fact]
    public Task NameOf_DoesNotReport() =>
        Read("Sink.Take(nameof(irp.MdlAddress)); Func<Mdl, uint> f = MmGetMdlByteCount; Sink.Take(f);");

    [Fact]
    public Task FallbackToUserBuffer_DoesNotReport() =>
        Read("nuint p = irp.MdlAddress == null ? irp.UserBuffer : MmGetSystemAddressForMdlSafe(irp.MdlAddress, Prio); Sink.Take(p);");

    [Fact]
    public Task WorkerGetsNonNull_DoesNotReport() =>
        Class("NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; Work(m); return STATUS_PENDING; } void Work(Mdl m) => Sink.Take(MmGetMdlByteCount(m));");

    [Fact]
    public Task HelperAfterGuard_DoesNotReport() =>
        Class("NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is null) return STATUS_SUCCESS; Work(irp); return STATUS_PENDING; } void Work(Irp irp) => Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");
}
