using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Defect shapes of the rule. D numbers are those of the shapes; X marks shapes beyond the list.</summary>
public sealed class MDL2001_UnguardedMdlAddressTests
{
    [Fact] // D1
    public Task DirectNesting_Reports() =>
        Read("uint n = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}); Sink.Take(n);");

    [Fact] // D1: the null-forgiving operator proves nothing
    public Task NullForgiving_Reports() =>
        Read("uint n = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!); Sink.Take(n);");

    [Fact] // D2
    public Task ThroughLocal_Reports() =>
        Read("Mdl? m = irp.MdlAddress; var n = MmGetMdlByteCount({|MDL2001:m|}!); Sink.Take(n);");

    [Fact] // D4
    public Task NullableDisabled_Reports() =>
        Read("""

            #nullable disable
            var m = irp.MdlAddress; var n = MmGetMdlByteCount({|MDL2001:m|}); Sink.Take(n);
            #nullable restore

            """);

    [Fact] // D7
    public Task VarPattern_Reports() =>
        Read("if (irp.MdlAddress is var m) Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));");

    [Fact] // D8
    public Task Cast_Reports() =>
        Read("Sink.Take(({|MDL2001:(Mdl)irp.MdlAddress!|}).Next);");

    [Fact] // D8
    public Task AsThenMember_Reports() =>
        Read("Sink.Take(({|MDL2001:irp.MdlAddress as Mdl|})!.MdlFlags);");

    [Fact] // D10
    public Task Tuple_Reports() =>
        Read("var (m, n) = (irp.MdlAddress, sp.Parameters.Read.Length); Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!) + n);");

    [Fact] // D11
    public Task StructCopy_Reports() =>
        Read("var copy = new Saved { Mdl = irp.MdlAddress }; Sink.Take(MmGetMdlByteCount({|MDL2001:copy.Mdl|}!));", "struct Saved { public Mdl? Mdl; }");

    [Fact] // D13
    public Task Lambda_Reports() =>
        Read("Task.Run(() => MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D13
    public Task LocalFunction_Reports() =>
        Read("uint Count() => MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!); Sink.Take(Count());");

    [Fact] // D14
    public Task SavedAgainAfterAwait_Reports() =>
        Read("_ = RunAsync(irp);", "static async Task RunAsync(Irp irp) { if (irp.MdlAddress is null) return; await Task.Yield(); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|})); }");

    [Fact] // D17
    public Task GuardOnAnotherIrp_Reports() =>
        Read("if (device.CurrentIrp!.MdlAddress == null) return STATUS_SUCCESS; var r = irp; var m = r.MdlAddress; Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));");

    [Fact] // D19
    public Task ZeroTestThroughTheMdl_Reports() =>
        Read("if (MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!) == 0) return Complete(irp, STATUS_SUCCESS, 0);");

    [Fact] // D20
    public Task SwitchOnTheCount_Reports() =>
        Read("switch (MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)) { case 0: return Complete(irp, STATUS_SUCCESS, 0); }");

    [Fact] // D20
    public Task PatternOnTheCount_Reports() =>
        Read("if (MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!) is 0) return Complete(irp, STATUS_SUCCESS, 0);");

    [Fact] // D22
    public Task GuardAfterTheUse_Reports() =>
        Read("uint n = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!); if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(n);");

    [Fact] // D23
    public Task GuardOnOneBranch_Reports() =>
        Read("Mdl? mdl = irp.MdlAddress; if (sp.MinorFunction == 1) { if (mdl is null) return Complete(irp, STATUS_SUCCESS, 0); } Sink.Take(MmGetMdlByteCount({|MDL2001:mdl|}!));");

    [Fact] // D25
    public Task DebugAssert_Reports() =>
        Read("Debug.Assert(irp.MdlAddress != null); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}));");

    [Fact] // D25
    public Task TraceOnly_Reports() =>
        Read("if (irp.MdlAddress is null) Trace.Fail(\"no MDL\"); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D26
    public Task DisjunctionWithUnrelatedFlag_Reports() =>
        Read("bool force = sp.Flags != 0; if (irp.MdlAddress != null || force) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D28
    public Task InputLength_Reports() =>
        Control("if (sp.Parameters.DeviceIoControl.InputBufferLength == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D29
    public Task WriteLengthInReadPath_Reports() =>
        Read("if (sp.Parameters.Write.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D31
    public Task TautologyOnUnsigned_Reports() =>
        Read("if (sp.Parameters.Read.Length >= 0) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D31
    public Task NegativeTestOnUnsigned_Reports() =>
        Read("if (sp.Parameters.Read.Length < 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D32
    public Task LowerBoundThatMayBeZero_Reports() =>
        Read("if (sp.Parameters.Read.Length < _minimum) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "private uint _minimum;");

    [Fact] // D34
    public Task TestOfTheIrp_Reports() =>
        Read("if (irp == null) return STATUS_INVALID_PARAMETER; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D34
    public Task TestOfTheSystemBuffer_Reports() =>
        Read("if (irp.AssociatedIrp.SystemBuffer == 0 || irp.UserBuffer == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D35
    public Task StaleCopy_Reports() =>
        Read("var m = irp.MdlAddress; if (m is null) return Complete(irp, STATUS_SUCCESS, 0); irp = Next(); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "private static extern Irp Next();");

    [Fact] // D37
    public Task FlagOverwritten_Reports() =>
        Read("bool has = irp.MdlAddress != null; has = true; if (has) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D38
    public Task ConditionalAccessThenUnconditional_Reports() =>
        Read("irp.MdlAddress?.ToString(); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D40
    public Task CatchAsGuard_Reports() =>
        Read("try { Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); } catch (NullReferenceException) { }");

    [Fact] // D41
    public Task DoWhile_Reports() =>
        Read("uint len = sp.Parameters.Read.Length, done = 0; do { done += Copy({|MDL2001:irp.MdlAddress|}!, done); } while (done < len);", "static uint Copy([MdlEffect(MdlEffect.Reads)] Mdl mdl, uint done) => MmGetMdlByteCount(mdl) - done;");

    [Fact] // D43
    public Task SwitchWithOneArmUnguarded_Reports() =>
        Control("""
            switch (sp.Parameters.DeviceIoControl.IoControlCode)
            {
                case 1: if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount(irp.MdlAddress)); break;
                case 2: Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); break;
                default: break;
            }
            """);

    [Fact] // D43
    public Task SwitchExpressionArm_Reports() =>
        Control("uint n = sp.Parameters.DeviceIoControl.IoControlCode switch { 1 => MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!), _ => 0 }; Sink.Take(n);");

    [Fact] // D44
    public Task GuardJumpsToTheUse_Reports() =>
        Read("if (irp.MdlAddress is null) goto use; Sink.Take(1); use: Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // D46
    public Task HelperWithInvertedMeaning_Reports() =>
        Read("if (IsEmpty(irp)) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "static bool IsEmpty(Irp irp) => irp.MdlAddress is null;");

    [Fact] // D47
    public Task GuardOnlyInDebug_Reports() =>
        Read("""

            #if DEBUG
            if (irp.MdlAddress is null) return Complete(irp, STATUS_SUCCESS, 0);
            #endif
            Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));
            """);

    [Fact] // D49
    public Task MemberThroughUncheckedMdl_Reports() =>
        Read("Sink.Take({|MDL2001:irp.MdlAddress|}.MdlFlags);");

    [Fact] // D49
    public Task NextThroughUncheckedMdl_Reports() =>
        Read("Mdl? next = {|MDL2001:irp.MdlAddress|}!.Next; Sink.Take(next);");

    [Fact] // X: every routine needs the MDL
    public Task OtherRoutines_Report() =>
        Read("nuint p = MmGetSystemAddressForMdlSafe({|MDL2001:irp.MdlAddress|}!, Prio); Sink.Take(p);");

    [Fact] // X: a DMA operation
    public Task DmaOperation_Reports() =>
        Read("_adapter.GetScatterGatherList(device, {|MDL2001:irp.MdlAddress|}!, 0x1000, sp.Parameters.Read.Length, (d, i, l, c) => { }, null, false);", "private DmaAdapter _adapter = null!;");

    [Fact] // X: a length that is tested the wrong way round
    public Task InvertedLengthTest_Reports() =>
        Read("if (sp.Parameters.Read.Length == 0) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // X: a guard without an exit
    public Task GuardWithoutExit_Reports() =>
        Read("if (irp.MdlAddress is null) irp.IoStatus.Information = 0; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // X: coalescing to the wrong thing
    public Task AssignedNullAgain_Reports() =>
        Read("Mdl? m = irp.MdlAddress; if (m is null) return Complete(irp, STATUS_SUCCESS, 0); m = irp.MdlAddress?.Next; m = device.CurrentIrp!.MdlAddress; Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));");

    [Fact] // X: one side of a conjunction only
    public Task DisjunctiveExit_Reports() =>
        Read("if (irp.MdlAddress is null && sp.Flags != 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // X: the length of another request
    public Task LengthOfAnotherIrp_Reports() =>
        Read("var other = IoGetCurrentIrpStackLocation(device.CurrentIrp!); if (other.Parameters.Read.Length == 0) return Complete(irp, STATUS_SUCCESS, 0); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));");

    [Fact] // X: conditional method
    public Task ConditionalMethodAsGuard_Reports() =>
        Read("Check(irp); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "[Conditional(\"DEBUG\")] static void Check(Irp irp) { if (irp.MdlAddress is null) throw new InvalidOperationException(); }");
}
