using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Everything of one machine that the kernel layer owns, and a place for the state of the layers above.</summary>
internal sealed class KernelSystem : IDisposable
{
    private readonly Action<TraceRecord>? _trace;
    private readonly bool _isObserved;
    private object?[] _layers = new object?[8];
    private bool _isOff;

    public KernelSystem(MachineOptions options)
    {
        Options = options;
        _trace = options.Trace;
        Memory = new(options.MemoryBytes, options.Frames, options.SystemPtes, options.Seed);
        if (!options.CoherentDma)
            Memory.InsertCache();
        Verifier = new(this, options.Verifier);
        _isObserved = _trace is not null || Verifier.IsOn;
        Faults = new(this);
        PoolWatch = Verifier.IsOn ? new(this) : null;
        SystemProcess = CreateProcess("System", hasUserSpace: false);
        IdleThread = new(SystemProcess, "Idle");
        Processor = new(this, IdleThread) { IsRacing = options.Scheduling == SchedulingPolicy.PreemptionBounded };
        Scheduler = new(this);
        Interrupts = new(Processor);
    }

    public MachineOptions Options { get; }

    public MemorySystem Memory { get; }

    public Processor Processor { get; }

    public Scheduler Scheduler { get; }

    public InterruptController Interrupts { get; }

    public Verifier Verifier { get; }

    /// <summary>What a verified machine knows of pool; null on others.</summary>
    public PoolWatch? PoolWatch { get; }

    public FaultPlan Faults { get; }

    public EProcess SystemProcess { get; }

    /// <summary>Whose context code sees while every thread waits.</summary>
    public EThread IdleThread { get; }

    /// <summary>What the layers above do when a thread has run to its end, in its context at PASSIVE_LEVEL.</summary>
    public Action<EThread>? ThreadEnding { get; set; }

    /// <summary>The stop that halted the machine.</summary>
    public BugCheckException? Stop { get; private set; }

    /// <summary>Whether no code can run any more: after a stop, and when the machine is switched off.</summary>
    public bool IsHalted { get; private set; }

    /// <summary>Whether the machine is switched off: its memory is gone.</summary>
    public bool IsOff => _isOff;

    public EProcess CreateProcess(string name, bool hasUserSpace = true)
    {
        const uint processTag = 0x636F7250;
        nuint address = Memory.NonPagedPool.Allocate(0x400, processTag, zero: true);
        if (address == 0)
            throw new NtStatusException(NtStatus.STATUS_INSUFFICIENT_RESOURCES, $"no pool is left for the process {name}");
        return new(name, address, hasUserSpace ? new(Memory) : null);
    }

    /// <summary>The state that a layer above the kernel keeps per machine; made on first use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // Inlined, the caller knows T, and the slot is a constant.
    public T Layer<T>() where T : class, ILayerState<T>
    {
        int slot = LayerSlot<T>.Index;
        object?[] layers = _layers;
        return slot < layers.Length && layers[slot] is { } layer ? Unsafe.As<T>(layer) : CreateLayer<T>(slot);
    }

    /// <summary>Halts the machine.</summary>
    [DoesNotReturn]
    public void BugCheck(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4,
        string explanation, string? ruleId = null, Exception? cause = null, FindingHistory? history = null)
    {
        history ??= Verifier.HistoryOf(new(code, parameter1, parameter2, parameter3, parameter4, ruleId, explanation));
        Stop ??= new(code, parameter1, parameter2, parameter3, parameter4, explanation, ruleId, cause, history);
        Halt();
        throw Stop;
    }

    /// <summary>Refuses all code from now on.</summary>
    public void SwitchOff()
    {
        _isOff = true;
        Halt();
    }

    public void ThrowIfHalted()
    {
        if (!IsHalted)
            return;
        ObjectDisposedException.ThrowIf(_isOff, typeof(Machine));
        throw Stop!.Repeat();
    }

    /// <summary>Reports to the machine's observer, if it has one, and to the history of the subject on a verified machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Trace(string routine, object? subject, ulong value1 = 0, ulong value2 = 0, ulong value3 = 0)
    {
        if (_isObserved)
            Observe(routine, subject, value1, value2, value3);
    }

    /// <summary>Memory is out of reach as well: an access that finds its translation does not ask for the machine.</summary>
    private void Halt()
    {
        IsHalted = true;
        Memory.Translations.Clear();
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        foreach (object? layer in _layers)
            (layer as IDisposable)?.Dispose();
        Memory.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // The record would make every caller clear a larger stack frame.
    private void Observe(string routine, object? subject, ulong value1, ulong value2, ulong value3)
    {
        if (Verifier.IsOn && subject is ITracked tracked)
            Verifier.Record(tracked, routine, value1, value2, value3);
        _trace?.Invoke(new(Scheduler.Now, Processor.Irql, Processor.Thread, routine, subject, value1, value2, value3));
    }

    private T CreateLayer<T>(int slot) where T : class, ILayerState<T>
    {
        if (slot >= _layers.Length)
            Array.Resize(ref _layers, slot + 8);
        T created = T.Create(this);
        _layers[slot] = created;
        return created;
    }

    private static class LayerSlot
    {
        private static int s_count;

        public static int Next() => Interlocked.Increment(ref s_count) - 1;
    }

    private static class LayerSlot<T>
    {
        public static readonly int Index = LayerSlot.Next();
    }
}
