using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Verification;

/// <summary>Does the harm of a row in each verifier mode and compares what the machine says.</summary>
internal static class ViolationRunner
{
    public static void Check(ViolationRow row, VerifierMode mode)
    {
        using var machine = new Machine(new() { Verifier = mode });
        UserProcess process = machine.CreateProcess("app");
        var scene = new Scene(machine, process, process.Allocate(0x3000));
        Harm harm = default;
        bool isDone = false;
        Exception? thrown = Record.Exception(() => process.Run(() =>
        {
            harm = row.Prepare(scene);
            // What the preparation has to do wrong itself is not the row's matter.
            isDone = true;
            harm.Act();
        }));
        Assert.True(isDone, $"the preparation failed: {thrown}");
        Compare((row.Code, row.Parameter1, harm.P2, harm.P3, harm.P4, row.RuleId), row.Off, mode, machine, thrown);
    }

    /// <summary>Compares what a machine found, and how it ended, with what its mode demands.</summary>
    public static void Compare(
        (uint Code, ulong P1, ulong P2, ulong P3, ulong P4, string? RuleId) expected, uint off, VerifierMode mode, Machine machine, Exception? thrown)
    {
        switch (mode)
        {
            case VerifierMode.Strict:
                BugCheckException stop = Assert.IsType<BugCheckException>(thrown);
                Assert.Equal(expected, (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
                Assert.Single(machine.Findings);
                break;
            case VerifierMode.Survey:
                RequireKernelAnswer(thrown);
                Assert.Contains(expected, machine.Findings.Select(finding =>
                    (finding.BugCheckCode, finding.Parameter1, finding.Parameter2, finding.Parameter3, finding.Parameter4, finding.RuleId)));
                break;
            default:
                Assert.Empty(machine.Findings);
                RequireKernelAnswer(thrown);
                Assert.Equal(off, (thrown as BugCheckException)?.Code ?? 0);
                break;
        }
    }

    private static void RequireKernelAnswer(Exception? thrown) =>
        Assert.True(thrown is null or BugCheckException or NtStatusException, $"the host saw {thrown}");
}
