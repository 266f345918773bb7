using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Devices;

/// <summary>What a driver does from loading to unloading, told on a strict machine while every call that can fail fails once.</summary>
internal sealed class FaultStory : IDisposable
{
    private readonly Func<NtStatus> _tell;
    private int _faults;

    /// <summary>Makes the machine; <paramref name="tell"/> returns the first failure that the process was told of.</summary>
    public FaultStory(Func<FaultStory, NtStatus> tell)
    {
        Machine = new(new() { Verifier = VerifierMode.Strict, Trace = record => _faults += record.Routine == "Fault" ? 1 : 0 });
        Process = Machine.CreateProcess("app");
        _tell = () => tell(this);
    }

    public Machine Machine { get; }

    public UserProcess Process { get; }

    private (long Frames, int Ptes, int Blocks, int Locked) Resources =>
        (Machine.FreeFrames, Machine.FreeSystemPtes, Machine.System.Memory.NonPagedPool.Live.Count, Process.LockedPages);

    /// <summary>Each failure is told to the caller, stops nothing and leaves nothing behind. Returns the calls that failed, as <c>routine n</c>.</summary>
    public HashSet<string> FailEachCall()
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS, _tell());
        var before = Resources;
        Assert.Equal(NtStatus.STATUS_SUCCESS, _tell());
        Assert.Equal(before, Resources);

        var failed = new HashSet<string>();
        foreach (string routine in FaultPlan.Routines)
        {
            for (int n = 1; TellWithFault(routine, n); n++)
                failed.Add($"{routine} {n}");
            Assert.Equal(before, Resources);
        }

        return failed;
    }

    public void Dispose() => Machine.Dispose();

    private bool TellWithFault(string routine, int n)
    {
        _faults = 0;
        Machine.Faults.FailNth(routine, n);
        NtStatus status = _tell();
        bool hasFailed = _faults > 0;
        Machine.Faults.Clear();

        Assert.True(status == (hasFailed ? NtStatus.STATUS_INSUFFICIENT_RESOURCES : NtStatus.STATUS_SUCCESS), $"call {n} of {routine}: {status}");
        Assert.Empty(Machine.Findings);
        return hasFailed;
    }
}
