using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.Scenarios;

/// <summary>Every end-to-end scenario: without a verifier, under a strict one, and with each call on the way failing in turn.</summary>
public sealed class StoryTests
{
    public static TheoryData<string> Names => [.. Stories.All.Keys];

    [Theory, Proves("MDL-448", "MDL-449", "MDL-450", "MDL-451", "MDL-452", "MDL-453", "MDL-454")]
    [MemberData(nameof(Names))]
    public void Told_without_a_verifier(string name) => TellTwice(name, VerifierMode.Off);

    [Theory, Proves("MDL-448", "MDL-449", "MDL-450", "MDL-451", "MDL-452", "MDL-453", "MDL-454")]
    [MemberData(nameof(Names))]
    public void Told_under_a_strict_verifier(string name) => TellTwice(name, VerifierMode.Strict);

    [Theory, Proves("MDL-382", "MDL-383", "MDL-391", "MDL-510", "MDL-512")]
    [MemberData(nameof(Names))]
    public void Told_with_each_call_failing_in_turn(string name)
    {
        using var rig = new StoryRig(VerifierMode.Strict);
        Tell(rig, name);
        Tell(rig, name);
        var failed = new List<string>();
        foreach (string routine in FaultPlan.Routines)
        {
            for (int n = 1; TellWithFault(rig, name, routine, n); n++)
                failed.Add($"{routine} {n}");
        }

        Assert.Equal(Stories.All[name].Failable, string.Join(", ", failed));
    }

    /// <summary>A driver that does not end its request when the process goes away leaves the machine with locked pages and no owner.</summary>
    [Theory, Proves("MDL-454")]
    [InlineData(VerifierMode.Off, 0x76u)]
    [InlineData(VerifierMode.Strict, 0xCBu)]
    public void Pages_that_stay_locked_when_the_process_goes_away_stop_the_machine(VerifierMode verifier, uint code)
    {
        using var rig = new StoryRig(verifier);
        nuint buffer = rig.Process.Allocate(16);
        rig.Pends = true;
        rig.Process.Open(StoryRig.Name).ReadAsync(buffer, 16);
        rig.Machine.Run(() => IoSetCancelRoutine(rig.Pending[0], null));

        BugCheckException stop = Assert.Throws<BugCheckException>(rig.Process.Exit);

        Assert.Equal((code, 0ul), (stop.Code, stop.Parameter1));
    }

    private static void TellTwice(string name, VerifierMode verifier)
    {
        using var rig = new StoryRig(verifier);
        Tell(rig, name);
        rig.Begin();
        var before = rig.Resources;

        Assert.Equal(Stories.All[name].Ending, Stories.All[name].Tell(rig));

        Assert.Equal(before, rig.Resources);
        Assert.Empty(rig.Machine.Findings);
    }

    private static NtStatus Tell(StoryRig rig, string name)
    {
        rig.Begin();
        return Stories.All[name].Tell(rig);
    }

    /// <summary>False when the story makes no such call any more.</summary>
    private static bool TellWithFault(StoryRig rig, string name, string routine, int n)
    {
        rig.Begin();
        var before = rig.Resources;
        rig.Machine.Faults.FailNth(routine, n);
        NtStatus status = Stories.All[name].Tell(rig);
        rig.Machine.Faults.Clear();
        bool hasFailed = rig.Faults > 0;

        if (hasFailed)
            Assert.True(status == NtStatus.STATUS_INSUFFICIENT_RESOURCES, $"call {n} of {routine} failed, and the caller got {status}");
        else
            Assert.Equal(Stories.All[name].Ending, status);
        Assert.Equal(before, rig.Resources);
        Assert.Empty(rig.Machine.Findings);
        return hasFailed;
    }
}
