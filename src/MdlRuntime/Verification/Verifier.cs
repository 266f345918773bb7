namespace MdlRuntime.Verification;

/// <summary>Decides what a detected misuse leads to, and remembers what happened to the objects that misuse is about.</summary>
internal sealed class Verifier(KernelSystem system, VerifierMode mode)
{
    private readonly List<Finding> _findings = [];
    private readonly CallSites _sites = new(system.Options.CapturedCallSites);

    /// <summary>The objects with a history, by the address that parameters name them by.</summary>
    private readonly Dictionary<nuint, ITracked> _tracked = [];
    private long _order;

    public VerifierMode Mode => mode;

    /// <summary>Whether misuse is looked for at all: checks that cost time ask first.</summary>
    public bool IsOn => mode != VerifierMode.Off;

    public IReadOnlyList<Finding> Findings => _findings;

    public AllocationLedger Allocations { get; } = new();

    /// <summary>Nothing when off; a finding in survey mode; a finding and a stop in strict mode.</summary>
    public void Report(in Violation violation)
    {
        if (mode == VerifierMode.Off || !IsWatched(violation))
            return;

        FindingHistory history = HistoryOf(violation);
        _findings.Add(new(violation, history));
        if (mode == VerifierMode.Strict)
        {
            system.BugCheck(violation.Code, violation.Parameter1, violation.Parameter2, violation.Parameter3, violation.Parameter4,
                violation.Explanation, violation.RuleId, history: history);
        }
    }

    /// <summary>The histories of the objects whose addresses are among the parameters.</summary>
    public FindingHistory HistoryOf(in Violation violation)
    {
        if (mode == VerifierMode.Off)
            return FindingHistory.Empty;

        List<ITracked> subjects = [];
        if (violation.Subject is { History: not null } subject)
            subjects.Add(subject);
        AddSubject(subjects, violation.Parameter1);
        AddSubject(subjects, violation.Parameter2);
        AddSubject(subjects, violation.Parameter3);
        AddSubject(subjects, violation.Parameter4);
        return new(subjects, _sites, violation.Made);
    }

    /// <summary>Notes an allocation that only an address stands for; nothing when off.</summary>
    public void Allocated(string routine, nuint address, nuint bytes, uint tag = 0)
    {
        if (mode != VerifierMode.Off)
            Allocations.Add(address, NewTransition(routine, address, bytes, tag));
    }

    /// <summary>Forgets what <see cref="Allocated"/> noted.</summary>
    public void Released(nuint address)
    {
        if (mode != VerifierMode.Off)
            Allocations.Remove(address);
    }

    /// <summary>The object with a history that an address names.</summary>
    public ITracked? SubjectAt(nuint address) => _tracked.GetValueOrDefault(address);

    /// <summary>How the object at an address came into being, if its history is kept.</summary>
    public Transition? MadeAt(nuint address) =>
        _tracked.TryGetValue(address, out ITracked? tracked) && tracked.History is { IsEmpty: false } history ? history.First : null;

    /// <summary>Adds to the history of an object; for verified machines only.</summary>
    public void Record(ITracked subject, string routine, ulong value1, ulong value2, ulong value3)
    {
        ObjectHistory? history = subject.History;
        if (history is null || history.Address != subject.Address)
            history = Begin(subject);
        history.Add(NewTransition(routine, value1, value2, value3));
    }

    private Transition NewTransition(string routine, ulong value1, ulong value2, ulong value3)
    {
        Processor processor = system.Processor;
        EThread thread = processor.Thread;
        return new()
        {
            Order = ++_order,
            Time = system.Scheduler.Now,
            Routine = routine,
            Thread = thread,
            Owner = thread.Owner,
            Value1 = value1,
            Value2 = value2,
            Value3 = value3,
            Irql = processor.Irql,
            Site = _sites.Capture(routine),
        };
    }

    /// <summary>Whether the driver whose code runs is watched, or the one that made what was left behind.</summary>
    private bool IsWatched(in Violation violation)
    {
        if (system.Options.VerifiedDrivers is not { } watched)
            return true;
        string? name = (violation.Made is { } made ? made.Owner : system.Processor.Thread.Owner)?.Name;
        return name is not null && watched.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private ObjectHistory Begin(ITracked subject)
    {
        nuint address = subject.Address;
        ObjectHistory history = new(address);
        subject.History = history;
        if (address != 0)
            _tracked[address] = subject;
        return history;
    }

    private void AddSubject(List<ITracked> subjects, ulong parameter)
    {
        if (parameter != 0 && _tracked.TryGetValue((nuint)parameter, out ITracked? subject) && !subjects.Contains(subject))
            subjects.Add(subject);
    }
}
