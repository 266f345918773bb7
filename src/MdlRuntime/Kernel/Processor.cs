using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>The one processor of a machine: IRQL, current thread and mode, the DPC queue, and what an access to memory does here.</summary>
internal sealed class Processor(KernelSystem system, EThread idleThread)
{
    [ThreadStatic]
    private static Processor? t_current;

    private readonly TranslationCache _translations = system.Memory.Translations;
    private readonly bool _isInterruptible = system.Options.Scheduling == SchedulingPolicy.PreemptionBounded;
    private KDpc? _firstDpc;
    private KDpc? _lastDpc;
    private EThread _thread = idleThread;
    private Kirql _irql;
    private KProcessorMode _mode;

    /// <summary>Which known translations the code that runs now must not use for a read.</summary>
    private Refusal _refused;
    private Refusal _race;

    /// <summary>The processor that the calling host thread runs code of.</summary>
    public static Processor Current
    {
        get
        {
            Processor? current = t_current;
            if (current is null)
                ThrowOutsideMachine();
            if (current.System.IsHalted)
                current.System.ThrowIfHalted();
            return current;
        }
    }

    /// <summary>The processor of the calling host thread, or null outside any machine.</summary>
    public static Processor? Ambient
    {
        get => t_current;
        set => t_current = value;
    }

    public KernelSystem System => system;

    public MemorySystem Memory => system.Memory;

    public Kirql Irql
    {
        get => _irql;
        set
        {
            _irql = value;
            _refused = RefusedAt(value, _mode) | _race;
        }
    }

    public EThread Thread
    {
        get => _thread;
        set
        {
            if (value.CurrentProcess != _thread.CurrentProcess)
                _translations.Clear();
            _thread = value;
        }
    }

    /// <summary>The mode of the code that runs now: user code reaches user addresses only.</summary>
    public KProcessorMode Mode
    {
        get => _mode;
        set
        {
            _mode = value;
            _refused = RefusedAt(_irql, value) | _race;
        }
    }

    /// <summary>Whether user threads may go on between any two accesses to memory.</summary>
    public bool IsRacing
    {
        get => _race != Refusal.None;
        set
        {
            _race = value ? Refusal.Race : Refusal.None;
            _refused = RefusedAt(_irql, _mode) | _race;
        }
    }

    /// <summary>Spin locks that code holds now.</summary>
    public int HeldSpinLocks { get; set; }

    public bool IsDpcActive { get; private set; }

    /// <summary>Whose user half is visible.</summary>
    public EProcess Process => Thread.CurrentProcess;

    /// <summary>Says whose code runs until the result is disposed of.</summary>
    public OwnerScope RunAs(CodeOwner? owner) => new(Thread, owner);

    /// <summary>Makes the user half of a process visible to the current thread.</summary>
    public void Attach(EProcess process)
    {
        _thread.EnterProcess(process);
        _translations.Clear();
    }

    /// <summary>Goes back to the process that was visible before.</summary>
    public void Detach()
    {
        _thread.LeaveProcess();
        _translations.Clear();
    }

    public void RaiseIrql(Kirql newIrql, out Kirql oldIrql)
    {
        oldIrql = Irql;
        if (newIrql > Kirql.HIGH_LEVEL)
            throw new ArgumentOutOfRangeException(nameof(newIrql), newIrql, $"allowed: 0 to {(int)Kirql.HIGH_LEVEL}");
        if (newIrql < oldIrql)
        {
            system.BugCheck(BugCheckCode.IRQL_NOT_GREATER_OR_EQUAL, (ulong)newIrql, (ulong)oldIrql, 0, 0,
                $"KeRaiseIrql was called to go from {oldIrql} down to {newIrql}; lowering needs KeLowerIrql.", "MDL6004");
        }

        Irql = newIrql;
    }

    public void LowerIrql(Kirql newIrql)
    {
        if (newIrql > Irql)
        {
            system.BugCheck(BugCheckCode.IRQL_NOT_LESS_OR_EQUAL, (ulong)newIrql, (ulong)Irql, 0, 0,
                $"KeLowerIrql was called to go from {Irql} up to {newIrql}; raising needs KeRaiseIrql.", "MDL6004");
        }

        Irql = newIrql;
        if (_isInterruptible)
            system.Scheduler.LetTimePass();
        DeliverPending();
    }

    /// <summary>Stops when a routine that the machine called returns at another IRQL than it was called at.</summary>
    public void RequireIrql(Kirql expected, string routine)
    {
        if (Irql != expected)
        {
            system.BugCheck(BugCheckCode.IRQL_UNEXPECTED_VALUE, ((ulong)Irql << 16) | ((ulong)expected << 8), 0, 0, 0,
                $"Called at {expected}, {routine} returned at {Irql}.", "MDL6004");
        }
    }

    /// <summary>Stops when kernel code that was called as a system service returns above PASSIVE_LEVEL; repeats a stop that the code swallowed.</summary>
    public void RequirePassive()
    {
        system.ThrowIfHalted();
        if (Irql != Kirql.PASSIVE_LEVEL)
        {
            system.BugCheck(BugCheckCode.IRQL_GT_ZERO_AT_SYSTEM_SERVICE, 0, (ulong)Irql, 0, 0,
                $"Kernel code called at {Kirql.PASSIVE_LEVEL} returned at {Irql}.", "MDL6004");
        }
    }

    public bool QueueDpc(KDpc dpc, object? argument1, object? argument2)
    {
        if (dpc.IsQueued)
            return false;

        (dpc.Argument1, dpc.Argument2, dpc.IsQueued, dpc.Next) = (argument1, argument2, true, null);
        if (_lastDpc is null)
            _firstDpc = dpc;
        else
            _lastDpc.Next = dpc;
        _lastDpc = dpc;
        if (t_current == this && Irql < Kirql.DISPATCH_LEVEL)
            DeliverPending();
        return true;
    }

    public bool RemoveDpc(KDpc dpc)
    {
        if (!dpc.IsQueued)
            return false;

        KDpc? previous = null;
        for (KDpc at = _firstDpc!; at != dpc; at = at.Next!)
            previous = at;
        if (previous is null)
            _firstDpc = dpc.Next;
        else
            previous.Next = dpc.Next;
        if (_lastDpc == dpc)
            _lastDpc = previous;
        (dpc.IsQueued, dpc.Next) = (false, null);
        return true;
    }

    /// <summary>Frames of another machine mean nothing here.</summary>
    public void RequireHere(EProcess process)
    {
        if (process.Space is { } space ? space.Memory != Memory : process != system.SystemProcess)
            throw new ArgumentException($"process {process} belongs to another machine", nameof(process));
    }

    /// <summary>Takes what the current IRQL lets through: interrupts above it, then DPCs below DISPATCH_LEVEL, then APCs below APC_LEVEL.</summary>
    public void DeliverPending()
    {
        system.Interrupts.DeliverPending();
        if (Irql < Kirql.DISPATCH_LEVEL && _firstDpc is not null)
            RunDpcs();
        if (Irql < Kirql.APC_LEVEL && Thread.HasApc)
            RunApcs();
    }

    /// <summary>Runs a service routine at its device IRQL.</summary>
    public void RunInterrupt(KInterrupt interrupt)
    {
        (Kirql irql, KProcessorMode mode) = (Irql, Mode);
        Kirql level = interrupt.Irql > irql ? interrupt.Irql : irql;
        (Irql, Mode) = (level, KProcessorMode.KernelMode);
        system.Trace("InterruptService", interrupt, interrupt.Vector);
        using OwnerScope code = RunAs(interrupt.Owner);
        try
        {
            interrupt.Routine(interrupt, interrupt.Context);
            RequireIrql(level, "an interrupt service routine");
        }
        catch (Exception exception) when (IsUnhandledFault(exception))
        {
            StopUnhandled(BugCheckCode.KMODE_EXCEPTION_NOT_HANDLED, "an interrupt service routine", exception);
        }
        finally
        {
            (Irql, Mode) = (irql, mode);
        }
    }

    /// <summary>Runs the APCs of the current thread at APC_LEVEL.</summary>
    public void RunApcs()
    {
        if (!Thread.HasApc)
            return;

        (Kirql irql, KProcessorMode mode) = (Irql, Mode);
        (Irql, Mode) = (Kirql.APC_LEVEL, KProcessorMode.KernelMode);
        try
        {
            while (Thread.DequeueApc() is { } apc)
                apc.Run();
        }
        finally
        {
            (Irql, Mode) = (irql, mode);
        }
    }

    /// <summary>
    /// The byte at an address for the code that runs now; raises or stops as the kernel would when it cannot be accessed. A null
    /// reference where a device answers with something else than memory: see <see cref="DeviceAccess"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Access(nuint address, MemoryAccess access)
    {
        ref byte known = ref _translations.Find(address, access == MemoryAccess.Write ? _refused | Refusal.WriteProtected : _refused);
        if (!Unsafe.IsNullRef(ref known) && access != MemoryAccess.Execute)
            return ref known;
        return ref AccessByTable(address, access);
    }

    /// <summary>
    /// The byte at an address when its translation is known and permits the access to <paramref name="size"/> bytes; otherwise a null
    /// reference, also outside any machine and on a halted one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Known(nuint address, uint size, MemoryAccess access)
    {
        Processor? processor = t_current;
        if (processor is null || size > PAGE_SIZE || BYTE_OFFSET(address) > PAGE_SIZE - size)
            return ref Unsafe.NullRef<byte>();
        return ref processor._translations.Find(address, access == MemoryAccess.Write ? processor._refused | Refusal.WriteProtected : processor._refused);
    }

    /// <summary>Makes a page accessible as a fault handler would, without touching data. Raises or stops like <see cref="Access"/>.</summary>
    public Pfn Touch(nuint address, MemoryAccess access)
    {
        AccessSlowly(address, access);
        return Memory.FindPte(Process.Space, address).Pfn;
    }

    /// <summary>What an access to a bad address leads to: STATUS_ACCESS_VIOLATION for user addresses at low IRQL, a stop otherwise.</summary>
    [DoesNotReturn]
    public void AccessFault(nuint address, MemoryAccess access, PageFault fault, string? ruleId = null, string? explanation = null)
    {
        string what = explanation ?? $"{access} access to {address:X16} failed ({fault}) in {Process} at {Irql}.";
        bool isUser = address < MemorySystem.UserHalfEnd;
        if (Mode == KProcessorMode.UserMode || isUser && Irql < Kirql.DISPATCH_LEVEL)
            throw new NtStatusException(NtStatus.STATUS_ACCESS_VIOLATION, what) { RuleId = ruleId };

        // A page that is there and refuses is no page fault: these two stops do not depend on the IRQL.
        ref readonly Pte pte = ref Memory.FindPte(Process.Space, address);
        if (!isUser && fault == PageFault.WriteProtected)
            system.BugCheck(BugCheckCode.ATTEMPTED_WRITE_TO_READONLY_MEMORY, address, pte.Contents, 0, 0, what, ruleId ?? "MDL3011");
        if (!isUser && fault == PageFault.NoExecute)
            system.BugCheck(BugCheckCode.ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY, address, pte.Contents, 0, 0, what, ruleId);
        if (fault == PageFault.NotMapped && (Memory.NonPagedRegion.Contains(address) || Memory.PagedRegion.Contains(address)))
            system.PoolWatch?.OnFault(address, access);
        if (Irql >= Kirql.DISPATCH_LEVEL)
            system.BugCheck(BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, address, (ulong)Irql, OperationAtHighIrql(access), 0, what, ruleId);

        const ulong freedEntry = 0, noTable = 2, notCanonical = 4;
        ulong operation = access switch { MemoryAccess.Read => 0, MemoryAccess.Write => 2, _ => 0x10 };
        ulong type = !MemorySystem.IsSystemAddress(address) ? notCanonical : Unsafe.IsNullRef(in pte) ? noTable : freedEntry;
        system.BugCheck(BugCheckCode.PAGE_FAULT_IN_NONPAGED_AREA, address, operation, 0, type, what, ruleId);
    }

    /// <summary>Faults that a driver let escape; assertions of a test are left alone.</summary>
    public static bool IsUnhandledFault(Exception exception) => exception is NtStatusException or NullReferenceException;

    /// <summary>Turns a fault that nobody caught into the stop it causes at this place.</summary>
    [DoesNotReturn]
    public void StopUnhandled(uint code, string where, Exception exception)
    {
        var raised = exception as NtStatusException;
        NtStatus status = raised?.Status ?? NtStatus.STATUS_ACCESS_VIOLATION;
        system.BugCheck(code, (ulong)status, 0, 0, 0, $"An exception left {where}: {exception.Message}", raised?.RuleId, exception);
    }

    private static Refusal RefusedAt(Kirql irql, KProcessorMode mode) =>
        (irql >= Kirql.DISPATCH_LEVEL ? Refusal.Pageable | Refusal.UserHalf : Refusal.None)
        | (mode == KProcessorMode.UserMode ? Refusal.SystemHalf : Refusal.None);

    private ref byte AccessByTable(nuint address, MemoryAccess access)
    {
        system.ThrowIfHalted();
        ref byte accessed = ref AccessSlowly(address, access);
        const PteFlags present = PteFlags.Committed | PteFlags.Resident;
        ref readonly Pte pte = ref Memory.FindPte(Process.Space, address);
        if ((pte.Flags & (present | PteFlags.NoAccess | PteFlags.Guard | PteFlags.IoSpace)) == present)
            _translations.Add(address, pte, ref Memory.Arena.Byte(pte.Pfn, 0));
        return ref accessed;
    }

    private ref byte AccessSlowly(nuint address, MemoryAccess access)
    {
        if (Mode == KProcessorMode.UserMode && address > UserSpace.HighestAddress)
            AccessFault(address, access, PageFault.NotMapped);

        Pfn pfn;
        while (Memory.Translate(Process.Space, address, access, out pfn) is var fault and not PageFault.None)
            PageFaults.Resolve(this, address, access, fault);

        ref readonly Pte pte = ref Memory.FindPte(Process.Space, address);
        // A page that happens to be in memory hides the mistake until it is not (D9). A locked frame does not help a user address:
        // its page-table entry may go at any time, and the process may be another one.
        bool mayGo = !MemorySystem.IsSystemAddress(address) || pte.Has(PteFlags.Pageable) && Memory.Frames[pfn].LockCount == 0;
        if (Irql >= Kirql.DISPATCH_LEVEL && mayGo)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, address, (ulong)Irql, OperationAtHighIrql(access), 0,
                "MDL6004", $"Pageable memory at {address:X16} was touched at {Irql}."));
        }

        return ref pte.Has(PteFlags.IoSpace) ? ref DeviceAccess.Byte(Memory.Devices, pfn, BYTE_OFFSET(address)) : ref Memory.Arena.Byte(pfn, BYTE_OFFSET(address));
    }

    private static ulong OperationAtHighIrql(MemoryAccess access) => access switch { MemoryAccess.Read => 0, MemoryAccess.Write => 1, _ => 8 };

    private void RunDpcs()
    {
        (Kirql irql, KProcessorMode mode) = (Irql, Mode);
        (Irql, Mode) = (Kirql.DISPATCH_LEVEL, KProcessorMode.KernelMode);
        IsDpcActive = true;
        using OwnerScope code = RunAs(null);
        try
        {
            while (_firstDpc is { } dpc)
            {
                _firstDpc = dpc.Next;
                if (_firstDpc is null)
                    _lastDpc = null;
                (dpc.IsQueued, dpc.Next) = (false, null);
                system.Trace("DpcRoutine", dpc);
                Thread.Owner = dpc.Owner;
                dpc.Routine!(dpc, dpc.Context, dpc.Argument1, dpc.Argument2);
                RequireIrql(Kirql.DISPATCH_LEVEL, "a DPC routine");
                system.Interrupts.DeliverPending();
            }
        }
        catch (Exception exception) when (IsUnhandledFault(exception))
        {
            StopUnhandled(BugCheckCode.KMODE_EXCEPTION_NOT_HANDLED, "a DPC routine", exception);
        }
        finally
        {
            IsDpcActive = false;
            (Irql, Mode) = (irql, mode);
        }
    }

    [DoesNotReturn]
    private static void ThrowOutsideMachine() => throw new InvalidOperationException(
        "No machine is running on this thread: kernel routines are called from inside Machine.Run, UserProcess.Run or a driver's routine.");
}
