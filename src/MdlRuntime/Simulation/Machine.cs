using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

/// <summary>A simulated computer: memory, one processor, drivers, devices and processes, driven by the host that owns it.</summary>
/// <remarks>Machines share no state. One host thread at a time is inside a machine; others wait for it.</remarks>
public sealed partial class Machine : IDisposable
{
    private readonly EThread _systemThread;
    private bool _disposed;

    /// <summary>Builds and starts a machine.</summary>
    /// <param name="options">What it is made of; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="NotModelledException">An option is not modelled.</exception>
    public Machine(MachineOptions? options = null)
    {
        options ??= new();
        options.Validate();
        System = new(options);
        System.Layer<MdlLayer>();
        System.Layer<IoSystem>();
        _systemThread = new(System.SystemProcess, "Main");
    }

    internal KernelSystem System { get; }

    /// <summary>What the verifier found so far, oldest first.</summary>
    public IReadOnlyList<Finding> Findings => System.Verifier.Findings;

    /// <summary>The DMA adapters that drivers have and have not put, in the order of their addresses, with what the verifier counts for each.</summary>
    public IReadOnlyList<DmaAdapterState> DmaAdapters =>
        [.. System.Layer<DmaSystem>().Adapters.OrderBy(adapter => adapter.Address).Select(adapter => adapter.Describe())];

    /// <summary>System page-table entries that mappings can still use, in pages.</summary>
    public int FreeSystemPtes => System.Memory.SystemPtes.FreePages;

    /// <summary>Page frames that nobody owns or locks.</summary>
    public long FreeFrames => System.Memory.Frames.FreeCount;

    /// <summary>Which calls of drivers are made to fail.</summary>
    public FaultPlan Faults => System.Faults;

    /// <summary>Makes a process with an empty address space.</summary>
    /// <param name="name">Appears in messages and traces.</param>
    /// <returns>The process.</returns>
    public UserProcess CreateProcess(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfUnusable();
        using HostCall call = System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        return new(this, System.CreateProcess(name));
    }

    /// <summary>Runs kernel-mode code in the system process at PASSIVE_LEVEL.</summary>
    /// <param name="kernelCode">The code; what it throws comes out of this call. It must return at PASSIVE_LEVEL.</param>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void Run(Action kernelCode)
    {
        ArgumentNullException.ThrowIfNull(kernelCode);
        ThrowIfUnusable();
        using HostCall call = System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        kernelCode();
        System.Processor.RequirePassive();
    }

    /// <summary>Runs kernel-mode code in the system process at PASSIVE_LEVEL and returns its result.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="kernelCode">The code; what it throws comes out of this call.</param>
    /// <returns>What the code returns.</returns>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public T Run<T>(Func<T> kernelCode)
    {
        ArgumentNullException.ThrowIfNull(kernelCode);
        ThrowIfUnusable();
        using HostCall call = System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        T result = kernelCode();
        System.Processor.RequirePassive();
        return result;
    }

    /// <summary>Lets every runnable thread, DPC, interrupt and device event happen.</summary>
    /// <exception cref="BugCheckException">The machine stopped, now or earlier.</exception>
    public void RunUntilIdle()
    {
        ThrowIfUnusable();
        using HostCall call = System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        System.Scheduler.RunUntilIdle();
    }

    /// <summary>Takes every unlocked page of paged pool out of memory; the next touch brings it back in another frame.</summary>
    /// <remarks>Spans that <see cref="VirtualMemory"/> gave out before show the old frames. User memory: <see cref="UserProcess.Trim"/>.</remarks>
    public void TrimPagedPool()
    {
        ThrowIfUnusable();
        using HostCall call = System.Scheduler.Enter(_systemThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);
        int pages = System.Memory.TrimPagedPool();
        System.Trace("Trim", System.SystemProcess, (ulong)pages);
    }

    /// <summary>
    /// Switches the machine off and frees its memory. System threads that still wait end here, with an exception that only their
    /// <c>finally</c> blocks see. Addresses and spans from the machine are invalid afterwards.
    /// </summary>
    /// <exception cref="InvalidOperationException">Code that the machine runs called this.</exception>
    public void Dispose()
    {
        if (_disposed)
            return;

        System.Dispose();
        _disposed = true;
    }

    /// <summary>Whether code can still run on it.</summary>
    internal bool IsUsable => !_disposed && !System.IsHalted;

    internal void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        System.ThrowIfHalted();
    }
}
