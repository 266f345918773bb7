namespace MdlRuntime;

/// <summary>
/// Decides which thread runs: one at a time, chosen by policy and seed among those that can, in virtual time that advances when nobody can,
/// or when a policy interrupts code.
/// A thread is carried by the host thread that called into the machine, by a host thread of its own, or (APCs only) by whoever is idle.
/// </summary>
internal sealed partial class Scheduler(KernelSystem system) : IDisposable
{
    private readonly ScheduleChoices _choices = new(system.Options);
    private readonly VirtualClock _clock = new();

    /// <summary>Threads whose wait is over or who have an APC to run.</summary>
    private readonly List<EThread> _ready = [];

    /// <summary>System threads that have not ended.</summary>
    private readonly List<EThread> _carried = [];

    /// <summary>User threads that have not ended.</summary>
    private int _userThreads;

    /// <summary>Threads of host calls in progress, innermost last: the ones that take the blame for a stop elsewhere.</summary>
    private readonly List<EThread> _hostCalls = [];

    /// <summary>Held by the host call that runs the machine.</summary>
    private readonly SemaphoreSlim _baton = new(1, 1);

    /// <summary>The thread in RunUntilIdle: time passes there, so that the call sees when nothing is left.</summary>
    private EThread? _idler;

    /// <summary>The host thread that runs the machine now, 0 for none. Only that thread can find its own number here.</summary>
    private int _hostThread;
    private bool _isShutDown;

    public Processor Processor => system.Processor;

    /// <summary>Virtual time in units of 100 ns.</summary>
    public long Now => _clock.Now;

    public void Schedule(TimedEvent timedEvent, long delay) => _clock.Schedule(timedEvent, delay);

    /// <summary>Forgets the pending occurrence; false when there was none.</summary>
    public static bool Cancel(TimedEvent timedEvent) => VirtualClock.Cancel(timedEvent);

    /// <summary>Enters the machine on the calling host thread, waiting for the baton if another host thread is inside.</summary>
    public HostCall Enter(EThread thread, Kirql irql, KProcessorMode mode)
    {
        bool isNested = _hostThread == Environment.CurrentManagedThreadId;
        if (!isNested)
            _baton.Wait();
        else if (Processor.Irql > Kirql.APC_LEVEL)
            throw new InvalidOperationException($"A process or the host can call into the machine at PASSIVE_LEVEL or APC_LEVEL; the IRQL is {Processor.Irql}.");

        // A thread that is in another host call already cannot make a second one at the same time: another thread of its process does.
        if (thread.IsInHostCall && thread != Processor.Thread)
            thread = new(thread.Process, thread.Name);
        var call = new HostCall(this, thread, isNested, Processor.Ambient);
        Begin(call);
        try
        {
            system.ThrowIfHalted();
            Processor.Irql = irql;
            Processor.DeliverPending();
            Processor.Mode = mode;
        }
        catch
        {
            Leave(call);
            throw;
        }

        return call;
    }

    public void Leave(in HostCall call)
    {
        call.Thread.State = call.ThreadState;
        call.Thread.IsInHostCall = call.OuterThread == call.Thread && call.IsNested;
        call.OuterThread.State = call.OuterState;
        (Processor.Thread, Processor.Irql, Processor.Mode) = (call.OuterThread, call.OuterIrql, call.OuterMode);
        Processor.Ambient = call.Outer;
        _hostCalls.RemoveAt(_hostCalls.LastIndexOf(call.Thread));
        if (call.IsNested)
            return;

        _hostThread = 0;
        _baton.Release();
    }

    /// <summary>Blocks the current thread until the event is set or the time (100 ns units from now, null for ever) is over.</summary>
    public NtStatus Wait(KEvent @event, long? timeout)
    {
        EThread self = Processor.Thread;
        if (Processor.Irql < Kirql.APC_LEVEL)
            Processor.RunApcs();
        if (@event.TryConsume())
            return NtStatus.STATUS_SUCCESS;
        if (timeout == 0)
            return NtStatus.STATUS_TIMEOUT;
        if (self == system.IdleThread)
            throw new InvalidOperationException("A device model or an observer cannot wait: no thread runs at this moment.");

        self.WaitObject = @event;
        self.State = ThreadState.Waiting;
        @event.Waiters.Add(self);
        if (timeout is { } delay)
            Schedule(self.Timeout ??= new(this, self), delay);
        try
        {
            do
            {
                SwitchAway(self);
                if (self.HasApc && Processor.Irql < Kirql.APC_LEVEL)
                    Processor.RunApcs();
            }
            while (self.State == ThreadState.Waiting);
        }
        finally
        {
            if (self.State == ThreadState.Waiting)
                EndWait(self, NtStatus.STATUS_UNSUCCESSFUL);
            self.State = ThreadState.Running;
        }

        return self.WaitStatus;
    }

    /// <summary>Sets the event and wakes one waiter (synchronization) or all (notification).</summary>
    public void Signal(KEvent @event)
    {
        @event.IsSet = true;
        while (@event.Waiters.Count > 0 && @event.TryConsume())
        {
            EThread woken = @event.Waiters[0];
            EndWait(woken, NtStatus.STATUS_SUCCESS);
            MakeReady(woken);
        }
    }

    /// <summary>Queues an APC; it runs when the thread next runs below APC_LEVEL, even if the thread waits.</summary>
    public void QueueApc(EThread thread, KApc apc)
    {
        thread.EnqueueApc(apc);
        if (thread == Processor.Thread && Processor.Ambient == Processor)
            Processor.DeliverPending();
        else if (thread.State is ThreadState.Waiting or ThreadState.Terminated)
            MakeReady(thread);
    }

    /// <summary>Starts a system thread on a host thread of its own; it runs when the scheduler first chooses it.</summary>
    public void Start(EThread thread, KStartRoutine routine, object? context)
    {
        thread.Gate = new(0, 1);
        thread.IsParked = true;
        thread.State = ThreadState.Ready;
        _ready.Add(thread);
        _carried.Add(thread);
        if (thread.IsUser)
        {
            _userThreads++;
            Processor.IsRacing = true;
        }

        thread.Carrier = new(() => Carry(thread, routine, context)) { IsBackground = true, Name = thread.ToString() };
        thread.Carrier.Start();
    }

    /// <summary>Runs everything that can run and lets time pass until nothing is left to happen.</summary>
    public void RunUntilIdle()
    {
        EThread self = Processor.Thread;
        EThread? previous = _idler;
        _idler = self;
        try
        {
            do
                Processor.DeliverPending();
            while (RunOne(self) || _clock.Advance());
        }
        finally
        {
            _idler = previous;
        }
    }

    /// <summary>Unwinds the system threads one by one and refuses every later call.</summary>
    public void Dispose()
    {
        if (_hostThread == Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("A machine cannot be disposed by code that it runs.");

        _baton.Wait();
        _isShutDown = true;
        system.SwitchOff();
        // A system thread that made a host call is parked as the thread of that call.
        foreach (EThread thread in (EThread[])[.. _carried, .. _hostCalls])
        {
            if (!thread.IsParked)
                continue;
            Wake(thread);
            thread.Carrier!.Join();
        }

        _hostThread = 0;
        _baton.Release();
    }

    internal void TimeOut(EThread thread)
    {
        EndWait(thread, NtStatus.STATUS_TIMEOUT);
        MakeReady(thread);
    }

    private void Begin(in HostCall call)
    {
        _hostThread = Environment.CurrentManagedThreadId;
        _hostCalls.Add(call.Thread);
        // Whoever made this call takes APCs while it is in progress, as a thread that waits does.
        if (call.IsNested && call.OuterIrql < Kirql.APC_LEVEL)
            call.OuterThread.State = ThreadState.Waiting;
        call.Thread.State = ThreadState.Running;
        call.Thread.IsInHostCall = true;
        Processor.Ambient = Processor;
        (Processor.Thread, Processor.Mode) = (call.Thread, KProcessorMode.KernelMode);
    }

    private void EndWait(EThread thread, NtStatus status)
    {
        thread.WaitObject!.Waiters.Remove(thread);
        thread.WaitObject = null;
        thread.WaitStatus = status;
        thread.State = ThreadState.Ready;
        if (thread.Timeout is { } timeout)
            Cancel(timeout);
    }

    private void MakeReady(EThread thread)
    {
        if (!_ready.Contains(thread))
            _ready.Add(thread);
    }
}
