using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

/// <summary>A machine and its model side by side: each step acts on both, then they are compared.</summary>
internal sealed partial class MemoryBench : IDisposable
{
    public const uint Tag = 0x6C65644D;
    private const int TotalPtes = 24, MaximalProcesses = 5, LiveProcesses = 3;

    private readonly Machine _machine;
    private readonly VerifierMode _mode;
    private readonly List<ProcessModel> _processes = [];
    private readonly List<AliasModel> _pools = [];
    private readonly List<MdlModel> _mdls = [];
    private readonly List<ReservationModel> _reservations = [];
    private int _freePtes, _lostPtes, _lostLocks, _made;
    private ulong _stamp;

    public MemoryBench(VerifierMode mode, int seed, Action<TraceRecord>? trace = null)
    {
        _mode = mode;
        _machine = new(new() { Verifier = mode, Seed = seed, MemoryBytes = 2 << 20, SystemPtes = TotalPtes, Trace = trace });
        _freePtes = _machine.FreeSystemPtes;
        for (int i = 0; i < LiveProcesses; i++)
            AddProcess();
    }

    /// <summary>Whether misuse has stopped the machine, which ends the script.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Steps that ended in a failure status, a finding or a stop, as predicted.</summary>
    public int Refused { get; private set; }

    /// <summary>Makes a step and compares; false when there was nothing to act on.</summary>
    public bool Perform(MemoryStep step)
    {
        bool done = step.Action switch
        {
            MemoryAction.AllocateUserMemory => AllocateUserMemory(step),
            MemoryAction.FreeUserMemory => FreeUserMemory(step),
            MemoryAction.ShareUserMemory => ShareUserMemory(step),
            MemoryAction.TrimProcess => TrimProcess(step),
            MemoryAction.ProtectUserMemory => ProtectUserMemory(step),
            MemoryAction.WriteUserMemory => WriteUserMemory(step),
            MemoryAction.AllocateMdl => AllocateMdl(step),
            MemoryAction.AllocatePoolMdl => AllocatePoolMdl(step),
            MemoryAction.BuildForNonPagedPool => BuildForNonPagedPool(step),
            MemoryAction.Lock => Lock(step),
            MemoryAction.LockInProcess => LockInProcess(step),
            MemoryAction.Unlock => Unlock(step),
            MemoryAction.MapSystem => MapSystem(step),
            MemoryAction.GetSystemAddress => GetSystemAddress(step),
            MemoryAction.UnmapSystem => UnmapSystem(step),
            MemoryAction.WriteSystemAddress => WriteSystemAddress(step),
            MemoryAction.MapUser => MapUser(step),
            MemoryAction.UnmapUser => UnmapUser(step),
            MemoryAction.WriteView => WriteView(step),
            MemoryAction.ProtectMapping => ProtectMapping(step),
            MemoryAction.Reserve => Reserve(step),
            MemoryAction.MapReserved => MapReserved(step),
            MemoryAction.UnmapReserved => UnmapReserved(step),
            MemoryAction.FreeReservation => FreeReservation(step),
            MemoryAction.AllocatePages => AllocatePages(step),
            MemoryAction.FreePages => FreePages(step),
            MemoryAction.Advance => Advance(step),
            MemoryAction.BuildPartial => BuildPartial(step),
            MemoryAction.PrepareForReuse => PrepareForReuse(step),
            MemoryAction.FreeMdl => FreeMdl(step),
            MemoryAction.Link => Link(step),
            MemoryAction.ExitProcess => ExitProcess(step),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no such action"),
        };
        if (done && !IsStopped)
            Compare();
        return done;
    }

    public void Dispose() => _machine.Dispose();

    /// <summary>Makes the call and holds its end against the prediction; true when it went through and the model must follow.</summary>
    private bool Expect(Outcome outcome, Action call)
    {
        int findings = _machine.Findings.Count;
        bool isFound = outcome.Finding != 0 && _mode != VerifierMode.Off;
        bool stopsAtFinding = isFound && _mode == VerifierMode.Strict;
        if (outcome != Outcome.Done)
            Refused++;
        try
        {
            call();
        }
        catch (NtStatusException raised)
        {
            Assert.Equal(outcome.Raised, raised.Status);
            CheckFindings(findings, isFound, outcome);
            return false;
        }
        catch (BugCheckException stop)
        {
            (uint code, ulong? parameter) = stopsAtFinding ? (outcome.Finding, outcome.FindingParameter) : (outcome.Stop, outcome.StopParameter);
            Assert.True(code == stop.Code && (parameter is null || parameter == stop.Parameter1), $"expected {code:X} ({parameter:X}): {stop}");
            IsStopped = true;
            Assert.Equal(stop.Code, Assert.Throws<BugCheckException>(() => _machine.Run(() => { })).Code);
            return false;
        }

        Assert.True(outcome.Raised is null && outcome.Stop == 0 && !stopsAtFinding, $"the call went through, expected was {outcome}");
        CheckFindings(findings, isFound, outcome);
        return true;
    }

    private void CheckFindings(int before, bool isFound, Outcome outcome)
    {
        if (!isFound)
        {
            Assert.Equal(before, _machine.Findings.Count);
            return;
        }

        Assert.True(_machine.Findings.Count > before, $"no finding; expected was {outcome}");
        Finding first = _machine.Findings[before];
        Assert.Equal(outcome.Finding, first.BugCheckCode);
        if (outcome.FindingParameter is { } parameter)
            Assert.Equal(parameter, first.Parameter1);
    }

    private void AddProcess() => _processes.Add(new(_machine.CreateProcess($"app{_made++}")));

    private static T? Choose<T>(IEnumerable<T> candidates, int number)
        where T : class
    {
        List<T> list = [.. candidates];
        return list.Count == 0 ? null : list[number % list.Count];
    }

    private ProcessModel ProcessOf(int number) => _processes[number % _processes.Count];

    /// <summary>An MDL for which the action is legal, or, if the step dares, one for which it is predictable misuse.</summary>
    private MdlModel? Choose(MemoryStep step, Func<MdlModel, bool> isLegal, Func<MdlModel, bool> isMisuse) =>
        step.Dares && Choose(_mdls.Where(isMisuse), step.A) is { } misused ? misused : Choose(_mdls.Where(isLegal), step.A);

    private bool IsStrict => _mode == VerifierMode.Strict;

    /// <summary>A value that was never written before.</summary>
    private ulong NextStamp() => ++_stamp * 0x9E37_79B9_7F4A_7C15;
}
