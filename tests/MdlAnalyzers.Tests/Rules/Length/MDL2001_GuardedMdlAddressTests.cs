using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Near misses of the rule. N numbers are those of the shapes; XN marks shapes beyond the list.</summary>
public sealed class MDL2001_GuardedMdlAddressTests
{
    private const string Use = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));";

    [Theory] // N1
    [InlineData("irp.MdlAddress == null")]
    [InlineData("null == irp.MdlAddress")]
    [InlineData("ReferenceEquals(irp.MdlAddress, null)")]
    [InlineData("object.ReferenceEquals(null, irp.MdlAddress)")]
    [InlineData("irp.MdlAddress is null")]
    [InlineData("irp.MdlAddress is not { }")]
    [InlineData("irp.MdlAddress is not Mdl")]
    [InlineData("!(irp.MdlAddress != null)")]
    [InlineData("Equals(irp.MdlAddress, null)")]
    public Task EarlyReturnOnNull_DoesNotReport(string test) =>
        Read($"if ({test}) return Complete(irp, STATUS_SUCCESS, 0); {Use}");

    [Theory] // N2
    [InlineData("irp.MdlAddress is { } m")]
    [InlineData("irp.MdlAddress is Mdl m")]
    [InlineData("irp.MdlAddress is not null and var m")]
    [InlineData("irp is { MdlAddress: { } m }")]
    public Task PatternThatBindsTheMdl_DoesNotReport(string pattern) =>
        Read($"if ({pattern}) Sink.Take(MmGetMdlByteCount(m));");

    [Fact] // N4
    public Task NegatedPattern_DoesNotReport() =>
        Read("if (!(irp.MdlAddress is Mdl m)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m));");

    [Fact] // N5
    public Task LocalTestedThenBothUsed_DoesNotReport() =>
        Read("var m = irp.MdlAddress; if (m == null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m)); Sink.Take(MmGetMdlByteOffset(irp.MdlAddress!));");

    [Theory] // N7
    [InlineData("sp.Parameters.Read.Length == 0")]
    [InlineData("sp.Parameters.Read.Length is 0")]
    [InlineData("sp.Parameters.Read.Length < 1")]
    [InlineData("!(sp.Parameters.Read.Length > 0)")]
    [InlineData("sp.Parameters.Read.Length == 0u")]
    [InlineData("sp.Parameters.Read.Length is not > 0")]
    [InlineData("0 == sp.Parameters.Read.Length")]
    [InlineData("sp.Parameters.Read.Length <= 0")]
    [InlineData("sp.Parameters.Read is { Length: 0 }")]
    [InlineData("sp.Parameters.Read.Length < 512")]
    [InlineData("IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0")]
    public Task EarlyReturnOnZeroLength_DoesNotReport(string test) =>
        Read($"if ({test}) return Complete(irp, STATUS_SUCCESS, 0); {Use}");

    [Fact] // N7: the length in a local
    public Task LengthInLocal_DoesNotReport() =>
        Read($"uint length = sp.Parameters.Read.Length; if (length == 0) return Complete(irp, STATUS_SUCCESS, 0); {Use}");

    [Fact] // N7: in a write routine
    public Task WriteLengthInWriteRoutine_DoesNotReport() =>
        Write($"if (sp.Parameters.Write.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); {Use}");

    [Fact] // N8
    public Task StructureSize_DoesNotReport() =>
        Control($"unsafe {{ if (sp.Parameters.DeviceIoControl.OutputBufferLength < (uint)sizeof(Reply)) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); }} {Use}", "struct Reply { public int A, B; }");

    [Fact] // N10
    public Task CompoundExit_DoesNotReport() =>
        Read($"uint len = sp.Parameters.Read.Length; if (len == 0 || irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); {Use}");

    [Fact] // N11
    public Task CompoundUse_DoesNotReport() =>
        Read("uint len = sp.Parameters.Read.Length; if (len != 0 && irp.MdlAddress != null) Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); var m = irp.MdlAddress; bool large = m != null && MmGetMdlByteCount(m) > 4; Sink.Take(large);");

    [Fact] // N11: either side is enough
    public Task DisjunctionOfGuards_DoesNotReport() =>
        Read("if (irp.MdlAddress != null || sp.Parameters.Read.Length != 0) Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact] // N13
    public Task Ternary_DoesNotReport() =>
        Read("uint n = irp.MdlAddress is { } m ? MmGetMdlByteCount(m) : 0; Sink.Take(n);");

    [Fact] // N14
    public Task NullConditionalWithDefault_DoesNotReport() =>
        Read("uint n = irp.MdlAddress?.ByteCount ?? 0; Sink.Take(n);");

    [Theory] // N16
    [InlineData("ArgumentNullException.ThrowIfNull(irp.MdlAddress);")]
    [InlineData("_ = irp.MdlAddress ?? throw new InvalidOperationException();")]
    [InlineData("Mdl checkedMdl = irp.MdlAddress ?? throw new InvalidOperationException(); Sink.Take(checkedMdl);")]
    public Task ThrowHelper_DoesNotReport(string guard) => Read($"{guard} {Use}");

    [Fact] // N17
    public Task DoesNotReturn_DoesNotReport() =>
        Read("var m = irp.MdlAddress; if (m is null) FailFast(); Sink.Take(MmGetMdlByteCount(m!));", "[System.Diagnostics.CodeAnalysis.DoesNotReturn] static void FailFast() => throw new InvalidOperationException();");

    [Fact] // N17: a bug check does not return
    public Task BugCheck_DoesNotReport() =>
        Read($"if (irp.MdlAddress is null) KeBugCheckEx(0xE2, 0, 0, 0, 0); {Use}");

    [Fact] // N19
    public Task HelperOnTheMdl_DoesNotReport() =>
        Read($"if (!HasData(irp)) return Complete(irp, STATUS_SUCCESS, 0); {Use}", "static bool HasData(Irp i) => i.MdlAddress != null;");

    [Fact] // N20
    public Task HelperOnTheLength_DoesNotReport() =>
        Read($"if (IsEmpty(sp)) return Complete(irp, STATUS_SUCCESS, 0); {Use}", "static bool IsEmpty(IoStackLocation s) => s.Parameters.Read.Length == 0;");

    [Theory] // N22
    [InlineData("bool hasMdl = irp.MdlAddress != null; if (!hasMdl) return Complete(irp, STATUS_SUCCESS, 0);")]
    [InlineData("bool isEmpty = sp.Parameters.Read.Length == 0; if (isEmpty) return Complete(irp, STATUS_SUCCESS, 0);")]
    public Task CorrelatedBoolean_DoesNotReport(string guard) => Read($"{guard} {Use}");

    [Fact] // N23
    public Task CorrelatedStatus_DoesNotReport() =>
        Read("var m = irp.MdlAddress; var st = m is null ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; if (NT_SUCCESS(st)) Sink.Take(MmGetMdlByteCount(m!));");

    [Fact] // N25
    public Task ChainWalk_DoesNotReport() =>
        Read("for (var m = irp.MdlAddress; m != null; m = m.Next) Sink.Take(MmGetMdlByteCount(m));");

    [Fact] // N26
    public Task LocalFunctionCalledAfterTheGuard_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(Count()); uint Count() => MmGetMdlByteCount(irp.MdlAddress!);");

    [Fact] // N28
    public Task WorkerWithNonNullableParameter_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Work(irp.MdlAddress);", "static void Work(Mdl mdl) => Sink.Take(MmGetMdlByteCount(mdl));");

    [Fact] // N29
    public Task FallbackByDesign_DoesNotReport() =>
        Read("nuint b = irp.MdlAddress == null ? irp.UserBuffer : MmGetSystemAddressForMdlSafe(irp.MdlAddress, Prio); Sink.Take(b);");

    [Fact] // N31
    public Task RequestBuiltWithConstantLength_DoesNotReport() =>
        Read("Irp? own = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, device, 0x1000, 512, 0); if (own is null) return STATUS_NO_MEMORY; Sink.Take(MmGetMdlByteCount(own.MdlAddress!));");

    [Fact] // N32
    public Task WritesComparisonsAndLogging_DoesNotReport() =>
        Read("Mdl? saved = irp.MdlAddress; irp.MdlAddress = null; irp.MdlAddress = saved; bool same = irp.MdlAddress == saved; Console.WriteLine($\"{irp.MdlAddress} {same}\");");

    [Fact] // N34
    public Task ElseBranch_DoesNotReport() =>
        Read("if (irp.MdlAddress == null) { Sink.Take(0); } else { Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); }");

    [Fact] // N35
    public Task ReturnInTryAndUseAfter_DoesNotReport() =>
        Read("Mdl? m = irp.MdlAddress; try { if (m is null) return Complete(irp, STATUS_SUCCESS, 0); } finally { Sink.Take(1); } Sink.Take(MmGetMdlByteCount(m));");

    [Fact] // N37
    public Task MethodGroupAndNameOf_DoesNotReport() =>
        Read("Func<Mdl, uint> count = MmGetMdlByteCount; string name = nameof(MmGetMdlByteCount); Sink.Take(count); Sink.Take(name);");

    [Fact] // N37
    public Task ExpressionTree_DoesNotReport() =>
        Read("System.Linq.Expressions.Expression<Func<uint>> e = () => MmGetMdlByteCount(irp.MdlAddress!); Sink.Take(e);");

    [Fact] // N38
    public Task CheckedRetrieval_DoesNotReport() =>
        Read(
            "if (!NT_SUCCESS(RetrieveOutputMdl(irp, out Mdl? m))) return Complete(irp, STATUS_BUFFER_TOO_SMALL, 0); Sink.Take(MmGetMdlByteCount(m!));",
            "static NtStatus RetrieveOutputMdl(Irp irp, out Mdl? mdl) { mdl = irp.MdlAddress; return mdl is null ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS; }");

    [Fact] // N40
    public Task RoutineThatTouchesNoMdl_DoesNotReport() =>
        Read("Sink.Take(sp.MinorFunction);");

    [Fact] // N41
    public Task MdlPutThereBefore_DoesNotReport() =>
        Read("Mdl? own = IoAllocateMdl(0x1000, 16, false, false, null); if (own is null) return STATUS_NO_MEMORY; irp.MdlAddress = own; Sink.Take(MmGetMdlByteCount(irp.MdlAddress));");

    [Fact] // XN: loop over the length does not run for zero
    public Task WhileOverTheLength_DoesNotReport() =>
        Read("uint done = 0; while (done < sp.Parameters.Read.Length) { Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); done += 512; }");

    [Fact] // XN: guard in a loop
    public Task BreakOnNull_DoesNotReport() =>
        Read("while (true) { Mdl? m = irp.MdlAddress; if (m is null) break; Sink.Take(MmGetMdlByteCount(m)); break; }");

    [Fact] // XN: switch on the reference
    public Task SwitchOnTheReference_DoesNotReport() =>
        Read("switch (irp.MdlAddress) { case null: return Complete(irp, STATUS_SUCCESS, 0); case { } m: Sink.Take(MmGetMdlByteCount(m)); break; }");

    [Fact] // XN: switch expression
    public Task SwitchExpression_DoesNotReport() =>
        Read("uint n = irp.MdlAddress switch { null => 0, var m => MmGetMdlByteCount(m) }; Sink.Take(n);");

    [Fact] // XN: the request through another variable
    public Task AliasOfTheIrp_DoesNotReport() =>
        Read("var same = irp; if (same.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));");

    [Fact] // XN: NotNullWhen
    public Task NotNullWhenHelper_DoesNotReport() =>
        Read("if (!TryGet(irp, out Mdl? m)) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(m));", "static extern bool TryGet(Irp irp, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Mdl? mdl);");

    [Fact] // XN: the branch that has no MDL leaves through goto
    public Task GotoExit_DoesNotReport() =>
        Read("if (irp.MdlAddress is null) goto done; Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); done: Sink.Take(1);");

    [Fact] // XN: a throwing guard
    public Task Throw_DoesNotReport() =>
        Read($"if (irp.MdlAddress is null) throw new NtStatusException(STATUS_INVALID_PARAMETER); {Use}");

    [Fact] // XN: coalescing assignment
    public Task Coalescing_DoesNotReport() =>
        Read("Mdl m = irp.MdlAddress ?? Spare(); Sink.Take(MmGetMdlByteCount(m));", "private static extern Mdl Spare();");

    [Fact] // XN: length tested by a switch
    public Task SwitchOnTheLength_DoesNotReport() =>
        Read($"switch (sp.Parameters.Read.Length) {{ case 0: return Complete(irp, STATUS_SUCCESS, 0); default: {Use} break; }}");

    [Fact] // XN: an MDL that came from elsewhere
    public Task ParameterMdl_DoesNotReport() =>
        Class("static uint Count(Mdl mdl) => MmGetMdlByteCount(mdl);");

    [Fact] // XN: generated code
    public Task GeneratedCode_DoesNotReport() =>
        VerifyAsync("// <auto-generated/>\n" + DriverSource.Dispatch(Use));
}
