using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>The missing check in the many ways C# can spell it.</summary>
public sealed class MDL2001_SpellingTests
{
    [Fact]
    public Task CheckedArithmetic_Reports() =>
        Read("uint n = checked(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!) + 1); Sink.Take(n);");

    [Fact]
    public Task TernaryWrongWay_Reports() =>
        Read("uint n = irp.MdlAddress is null ? MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!) : 0; Sink.Take(n);");

    [Fact]
    public Task SwitchExpressionOnNull_Reports() =>
        Read("uint n = irp.MdlAddress switch { null => MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!), var m => m.ByteCount }; Sink.Take(n);");

    [Fact]
    public Task PropertyPatternOnOther_Reports() =>
        Read("if (irp is { UserBuffer: not 0 }) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task RecordCopy_Reports() =>
        Read("var r = new Request(irp, irp.MdlAddress); Sink.Take(MmGetMdlByteCount({|MDL2001:r.Mdl|}!));", "record Request(Irp Irp, Mdl? Mdl);");

    [Fact]
    public Task DeconstructedRecord_Reports() =>
        Read("var (_, m) = new Request(irp, irp.MdlAddress); Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));", "record Request(Irp Irp, Mdl? Mdl);");

    [Fact]
    public Task RefLocal_Reports() =>
        Read("Mdl? m = irp.MdlAddress; ref Mdl? alias = ref m; Sink.Take(MmGetMdlByteCount({|MDL2001:alias|}!));");

    [Fact]
    public Task OutHelper_Reports() =>
        Read("Get(irp, out Mdl? m); Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));", "static void Get(Irp irp, out Mdl? mdl) => mdl = irp.MdlAddress;");

    [Fact]
    public Task Getter_Reports() =>
        Read("Sink.Take(MmGetMdlByteCount({|MDL2001:MdlOf(irp)|}!));", "static Mdl? MdlOf(Irp irp) => irp.MdlAddress;");

    [Fact]
    public Task LengthComparedWithItself_Reports() =>
        Read("uint len = sp.Parameters.Read.Length; if (len <= uint.MaxValue) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task UpperBoundOnly_Reports() =>
        Read("if (sp.Parameters.Read.Length > 65536) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task ByteOffsetTested_Reports() =>
        Read("if (sp.Parameters.Read.ByteOffset == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task CaughtThrow_Reports() =>
        Read("try { if (irp.MdlAddress is null) throw new InvalidOperationException(); } catch (InvalidOperationException) { } Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task FinallyUse_Reports() =>
        Read("try { if (irp.MdlAddress is null) return STATUS_SUCCESS; } finally { Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); }");

    [Fact]
    public Task LoopBeforeGuard_Reports() =>
        Read("for (int i = 0; i < 2; i++) { Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); if (irp.MdlAddress is null) break; }");

    [Fact]
    public Task OrInsteadOfAnd_Reports() =>
        Read("if (irp.MdlAddress is not null || sp.Flags == 0) { Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount); }");

    [Fact]
    public Task AndExit_Reports() =>
        Read("if (sp.Parameters.Read.Length == 0 && sp.Flags == 3) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task UsingForeach_Reports() =>
        Read("foreach (nuint pfn in MmGetMdlPfnArray({|MDL2001:irp.MdlAddress|}!)) Sink.Take(pfn);");

    [Fact]
    public Task NullForgivingLocal_Reports() =>
        Read("Mdl m = irp.MdlAddress!; Sink.Take({|MDL2001:m|}.ByteOffset);");

    [Fact]
    public Task WrongHelper_Reports() =>
        Read(
            "if (!HasSystemBuffer(irp)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));",
            "static bool HasSystemBuffer(Irp i) => i.AssociatedIrp.SystemBuffer != 0;");

    [Fact]
    public Task AfterReassignedFlag_Reports() =>
        Read("bool ok = irp.MdlAddress is not null; if (sp.Flags == 7) ok = true; if (ok) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task BothBranches_Reports() =>
        Read("if (irp.MdlAddress is null) Sink.Take(0); else Sink.Take(1); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task QualifiedName_Reports() =>
        Read("Sink.Take(MdlRuntime.MemoryManager.MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task PInvoke_Reports() =>
        Read(
            "Sink.Take(Native.Length({|MDL2001:irp.MdlAddress|}!));",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] [return: MdlValue(MdlValueKind.ByteCount)] public static extern uint Length([MdlEffect(MdlEffect.Reads)] Mdl m); }");

    [Fact]
    public Task LocalFunctionParameter_Reports() =>
        Read("uint Count(Mdl m) => m.ByteCount; Sink.Take(Count({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task WrongCodeLength_Reports() =>
        Control("var p = sp.Parameters.DeviceIoControl; if (p.InputBufferLength < 8) return Complete(irp, STATUS_INVALID_PARAMETER, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task ReadLengthInWritePath_Reports() =>
        Write("uint len = sp.Parameters.Read.Length; if (len == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact]
    public Task MdlInAnArray_Reports() =>
        Read("Mdl?[] mdls = [irp.MdlAddress]; Sink.Take(MmGetMdlByteCount({|MDL2001:mdls[0]|}!));");
}
