using System.Runtime.CompilerServices;

namespace MdlRuntime.Verification;

/// <summary>Makes chosen routines fail in their documented way, as Driver Verifier's low-resources simulation does.</summary>
/// <remarks>
/// Calls made by drivers and by kernel code that the host runs are counted. The I/O manager's own calls have names of their own,
/// such as <c>Io!IoAllocateMdl</c>, and are not meant when no routine is named. Without a plan nothing fails but for real shortage.
/// </remarks>
public sealed partial class FaultPlan
{
    private readonly KernelSystem _system;
    private readonly List<FaultRule> _rules = [];
    private readonly CallStackLog _log = new();
    private bool _isSet;

    internal FaultPlan(KernelSystem system) => _system = system;

    /// <summary>Makes one later call of a routine fail.</summary>
    /// <param name="routine">One of <see cref="Routines"/>.</param>
    /// <param name="n">Which call, 1-based, counted from now.</param>
    /// <param name="driver">Count only calls made while code of this driver runs; null for all. Case does not matter.</param>
    /// <param name="tag">Count only calls with this pool tag; null for all.</param>
    /// <exception cref="ArgumentException">The routine cannot be made to fail, or takes no pool tag although one is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is below 1.</exception>
    public void FailNth(string routine, int n, string? driver = null, uint? tag = null)
    {
        ArgumentNullException.ThrowIfNull(routine);
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "allowed: 1 and above");
        Add(new NthCallRule(Filter(routine, driver, tag), n));
    }

    /// <summary>Makes calls fail at random, from the machine's seed.</summary>
    /// <param name="probability">0 to 1; Driver Verifier's own choice is 0.06.</param>
    /// <param name="routine">One of <see cref="Routines"/>, or null for every routine that can fail.</param>
    /// <param name="driver">Only calls made while code of this driver runs; null for all. Case does not matter.</param>
    /// <param name="tag">Only calls with this pool tag; null for all.</param>
    /// <exception cref="ArgumentException">The routine cannot be made to fail, or takes no pool tag although one is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public void FailWithProbability(double probability, string? routine = null, string? driver = null, uint? tag = null)
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "allowed: 0 to 1");
        Add(new RandomRule(Filter(routine, driver, tag), probability, _system.Options.Seed));
    }

    /// <summary>
    /// Makes the first call from each call stack fail, and every later one from it succeed: run the same test again and again until
    /// <see cref="FailedCallStacks"/> stops growing, and every failure path has been taken once (systematic low-resources simulation).
    /// </summary>
    /// <param name="routine">One of <see cref="Routines"/>, or null for every routine that can fail.</param>
    /// <param name="driver">Only calls made while code of this driver runs; null for all. Case does not matter.</param>
    /// <param name="tag">Only calls with this pool tag; null for all.</param>
    /// <remarks>
    /// A call stack is the driver's part of it: method names with offsets, up to where the host called into the machine. Drivers
    /// compiled without optimization have the same stacks in every run; where methods are inlined the stacks may differ.
    /// </remarks>
    /// <exception cref="ArgumentException">The routine cannot be made to fail, or takes no pool tag although one is given.</exception>
    public void FailOncePerCallStack(string? routine = null, string? driver = null, uint? tag = null) =>
        Add(new CallStackRule(Filter(routine, driver, tag), _log));

    /// <summary>The call stacks that <see cref="FailOncePerCallStack"/> has made fail, in that order, loaded ones first.</summary>
    public IReadOnlyList<string> FailedCallStacks => _log.Stacks;

    /// <summary>Writes <see cref="FailedCallStacks"/> to a file, one a line, replacing what was there.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveCallStacks(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _log.Save(path);
    }

    /// <summary>Reads call stacks that need not fail again. A file that does not exist holds none, so that a first run needs no other code.</summary>
    /// <param name="path">What <see cref="SaveCallStacks"/> wrote.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void LoadCallStacks(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _log.Load(path);
    }

    /// <summary>Ends every plan; <see cref="FailedCallStacks"/> stay known.</summary>
    public void Clear()
    {
        _rules.Clear();
        _isSet = false;
    }

    /// <summary>Whether the call that is being made must fail; asked once a call, before anything is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Strikes(string routine, uint tag = 0) => _isSet && Ask(routine, tag);

    private bool Ask(string routine, uint tag)
    {
        string? driver = _system.Processor.Thread.Owner?.Name;
        bool strikes = false;
        for (int i = 0; i < _rules.Count; i++)
        {
            // Every rule counts the call, whether or not another one has struck already.
            if (_rules[i].Filter.Matches(routine, driver, tag))
                strikes |= _rules[i].Strikes(routine);
        }

        if (strikes)
            _system.Trace("Fault", routine, tag);
        return strikes;
    }

    private void Add(FaultRule rule)
    {
        _rules.Add(rule);
        _isSet = true;
    }

    private static FaultFilter Filter(string? routine, string? driver, uint? tag)
    {
        if (routine is not null && !s_routines.Contains(routine))
            throw new ArgumentException($"{routine} cannot be made to fail; allowed: {string.Join(", ", s_routines)}", nameof(routine));
        if (routine is not null && tag is not null && !s_tagged.Contains(routine))
            throw new ArgumentException($"{routine} takes no pool tag; these do: {string.Join(", ", s_tagged)}", nameof(tag));
        return new(routine, driver, tag);
    }
}
