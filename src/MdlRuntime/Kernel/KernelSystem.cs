using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>Everything of one machine that the kernel layer owns, and a place for the state of the layers above.</summary>
internal sealed class KernelSystem : IDisposable
{
    private object?[] _layers = new object?[8];

    public KernelSystem(MachineOptions options)
    {
        Options = options;
        Memory = new(options.MemoryBytes, options.Frames, options.SystemPtes, options.Seed);
        Verifier = new(this, options.Verifier);
        SystemProcess = CreateProcess("System", hasUserSpace: false);
        IdleThread = new(SystemProcess, "Idle");
        Processor = new(this, IdleThread);
        Scheduler = new(this, options.Seed);
        Interrupts = new(Processor);
    }

    public MachineOptions Options { get; }

    public MemorySystem Memory { get; }

    public Processor Processor { get; }

    public Scheduler Scheduler { get; }

    public InterruptController Interrupts { get; }

    public Verifier Verifier { get; }

    public EProcess SystemProcess { get; }

    /// <summary>Whose context code sees while every thread waits.</summary>
    public EThread IdleThread { get; }

    /// <summary>The stop that halted the machine.</summary>
    public BugCheckException? Stop { get; private set; }

    public EProcess CreateProcess(string name, bool hasUserSpace = true)
    {
        const uint processTag = 0x636F7250;
        nuint address = Memory.NonPagedPool.Allocate(0x400, processTag, zero: true);
        return new(name, address, hasUserSpace ? new(Memory) : null);
    }

    /// <summary>The state that a layer above the kernel keeps per machine; made on first use.</summary>
    public T Layer<T>() where T : class, ILayerState<T>
    {
        int slot = LayerSlot<T>.Index;
        if (slot < _layers.Length && _layers[slot] is { } layer)
            return Unsafe.As<T>(layer);

        if (slot >= _layers.Length)
            Array.Resize(ref _layers, slot + 8);
        T created = T.Create(this);
        _layers[slot] = created;
        return created;
    }

    /// <summary>Halts the machine.</summary>
    [DoesNotReturn]
    public void BugCheck(uint code, ulong parameter1, ulong parameter2, ulong parameter3, ulong parameter4,
        string explanation, string? ruleId = null, Exception? cause = null)
    {
        Stop ??= new(code, parameter1, parameter2, parameter3, parameter4, explanation, ruleId, cause);
        throw Stop;
    }

    public void ThrowIfHalted()
    {
        if (Stop is not null)
            throw Stop.Repeat();
    }

    /// <summary>Reports to the machine's observer, if it has one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Trace(string routine, object? subject, ulong value1 = 0, ulong value2 = 0, ulong value3 = 0)
    {
        if (Options.Trace is { } observer)
            observer(new(Scheduler.Now, Processor.Irql, Processor.Thread, routine, subject, value1, value2, value3));
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        foreach (object? layer in _layers)
            (layer as IDisposable)?.Dispose();
        Memory.Dispose();
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
