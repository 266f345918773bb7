using System.Runtime.ExceptionServices;

namespace MdlRuntime;

/// <summary>
/// Decides which thread runs: one at a time, chosen by seed among those that can, in virtual time that advances only when nobody can.
/// A thread is carried by the host thread that called into the machine, by a host thread of its own, or (APCs only) by whoever is idle.
/// </summary>
internal sealed class Scheduler(KernelSystem system, int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<EThread> _ready = [];
    private readonly List<EThread> _carried = [];
    private readonly PriorityQueue<TimedEvent, (long Due, long Sequence)> _events = new();

    /// <summary>Threads of host calls in progress, innermost last: the ones that take the blame for a stop elsewhere.</summary>
    private readonly List<EThread> _hostCalls = [];
    private readonly SemaphoreSlim _baton = new(1, 1);
    private EThread? _idler;
    private long _sequence;
    private bool _shutDown;

    /// <summary>Virtual time in units of 100 ns.</summary>
    public long Now { get; private set; }

    private Processor Processor => system.Processor;

    /// <summary>Enters the machine on the calling host thread, waiting for the baton if another host thread is inside.</summary>
    public HostCall Enter(EThread thread, Kirql irql, KProcessorMode mode) => new(system, _baton, _hostCalls, thread, irql, mode);

    public void Schedule(TimedEvent timedEvent, long delay)
    {
        timedEvent.Pending = ++_sequence;
        _events.Enqueue(timedEvent, (Now + Math.Max(0, delay), _sequence));
    }

    /// <summary>Forgets the pending occurrence; false when there was none.</summary>
    public static bool Cancel(TimedEvent timedEvent)
    {
        bool wasPending = timedEvent.Pending != 0;
        timedEvent.Pending = 0;
        return wasPending;
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

        self.WaitGeneration++;
        self.WaitObject = @event;
        self.State = ThreadState.Waiting;
        @event.Waiters.Add(self);
        if (timeout is { } delay)
            Schedule(new WaitTimeout(this, self), Math.Abs(delay));
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
                EndWait(self, NtStatus.STATUS_UNSUCCESSFUL, makeReady: false);
            self.State = ThreadState.Running;
        }

        return self.WaitStatus;
    }

    /// <summary>Sets the event and wakes one waiter (synchronization) or all (notification).</summary>
    public void Signal(KEvent @event)
    {
        @event.IsSet = true;
        while (@event.Waiters.Count > 0 && @event.TryConsume())
            EndWait(@event.Waiters[0], NtStatus.STATUS_SUCCESS, makeReady: true);
    }

    /// <summary>Queues an APC; it runs when the thread next runs below APC_LEVEL, even if the thread waits.</summary>
    public void QueueApc(EThread thread, KApc apc)
    {
        thread.EnqueueApc(apc);
        if (thread == Processor.Thread && Processor.Ambient == Processor)
            Processor.DeliverPending();
        else if (thread.State == ThreadState.Waiting && !_ready.Contains(thread))
            _ready.Add(thread);
    }

    /// <summary>Starts a system thread on a host thread of its own; it runs when the scheduler first chooses it.</summary>
    public void Start(EThread thread, KStartRoutine routine, object? context)
    {
        thread.Gate = new(0, 1);
        thread.State = ThreadState.Ready;
        _ready.Add(thread);
        _carried.Add(thread);
        new Thread(() => Carry(thread, routine, context)) { IsBackground = true, Name = thread.ToString() }.Start();
    }

    /// <summary>Runs everything that can run and lets time pass until nothing is left to happen.</summary>
    public void RunUntilIdle()
    {
        EThread self = Processor.Thread;
        EThread? previous = _idler;
        _idler = self;
        try
        {
            Processor.DeliverPending();
            while (RunOne(self) || Advance())
                Processor.DeliverPending();
        }
        finally
        {
            _idler = previous;
        }
    }

    public void Dispose()
    {
        _shutDown = true;
        foreach (EThread thread in _carried)
            thread.Gate!.Release();
        _carried.Clear();
    }

    internal void TimeOut(EThread thread)
    {
        if (thread.State == ThreadState.Waiting && thread.WaitObject is not null)
            EndWait(thread, NtStatus.STATUS_TIMEOUT, makeReady: true);
    }

    /// <summary>Gives the processor away until <paramref name="self"/> can run again.</summary>
    private void SwitchAway(EThread self)
    {
        Kirql irql = Processor.Irql;
        KProcessorMode mode = Processor.Mode;
        Processor.Thread = system.IdleThread;
        Processor.Irql = Kirql.PASSIVE_LEVEL;
        Processor.Mode = KProcessorMode.KernelMode;
        try
        {
            while (true)
            {
                Processor.DeliverPending();
                system.ThrowIfHalted();
                if (Choose() is { } next)
                {
                    if (next == self)
                        return;
                    if (Run(next, self) == self)
                        return;
                }
                else if (_idler is not null && _idler != self && self.Gate is not null)
                {
                    HandOver(_idler, self);
                    return;
                }
                else if (!Advance())
                {
                    ReportDeadlock(self);
                }
            }
        }
        finally
        {
            Processor.Thread = self;
            Processor.Irql = irql;
            Processor.Mode = mode;
        }
    }

    /// <summary>Runs one ready thread other than the caller; false when there is none.</summary>
    private bool RunOne(EThread self)
    {
        if (Choose() is not { } next)
            return false;

        if (next != self)
            Run(next, self);
        Processor.Thread = self;
        return true;
    }

    /// <summary>Lets <paramref name="next"/> run; returns the thread that holds the baton on this host thread afterwards.</summary>
    private EThread? Run(EThread next, EThread self)
    {
        if (next.Gate is not null)
        {
            HandOver(next, self);
            return self;
        }

        // Nobody carries this thread, or its host call is further down this stack: only its APCs can run here.
        Processor.Thread = next;
        if (next.State == ThreadState.Waiting || next.HasApc)
            Processor.RunApcs();
        Processor.Thread = system.IdleThread;
        return null;
    }

    private void HandOver(EThread next, EThread self)
    {
        SemaphoreSlim gate = self.Gate ??= new(0, 1);
        next.Gate!.Release();
        Park(self, gate);
    }

    private void Park(EThread self, SemaphoreSlim gate)
    {
        gate.Wait();
        if (_shutDown)
            throw new MachineShutDownException();
        if (self.Abort is { } abort)
        {
            self.Abort = null;
            ExceptionDispatchInfo.Throw(abort);
        }
    }

    private void Carry(EThread thread, KStartRoutine routine, object? context)
    {
        try
        {
            Park(thread, thread.Gate!);
            Processor.Ambient = Processor;
            Processor.Thread = thread;
            Processor.Irql = Kirql.PASSIVE_LEVEL;
            thread.State = ThreadState.Running;
            system.Trace("ThreadStart", thread);
            RunToEnd(thread, routine, context);
            PassOn(thread);
        }
        catch (MachineShutDownException)
        {
        }
        catch (Exception exception)
        {
            thread.State = ThreadState.Terminated;
            Blame(exception);
        }
        finally
        {
            Processor.Ambient = null;
        }
    }

    private void RunToEnd(EThread thread, KStartRoutine routine, object? context)
    {
        try
        {
            routine(context);
        }
        catch (Exception exception) when (Processor.IsUnhandledFault(exception))
        {
            Processor.StopUnhandled(BugCheckCode.SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, $"the system thread {thread}", exception);
        }
    }

    /// <summary>The last act of a system thread: somebody else gets the baton.</summary>
    private void PassOn(EThread thread)
    {
        thread.State = ThreadState.Terminated;
        _carried.Remove(thread);
        Processor.Thread = system.IdleThread;
        while (true)
        {
            Processor.DeliverPending();
            EThread? next = Choose() ?? _idler;
            if (next is null)
            {
                if (!Advance())
                {
                    Blame(NothingCanRun(_hostCalls[^1]));
                    return;
                }
            }
            else if (next.Gate is { } gate)
            {
                gate.Release();
                return;
            }
            else
            {
                Run(next, thread);
            }
        }
    }

    /// <summary>Ends the innermost host call with an exception that another host thread met.</summary>
    private void Blame(Exception exception)
    {
        EThread host = _hostCalls[^1];
        _ready.Remove(host);
        host.Abort = exception;
        host.Gate!.Release();
    }

    private EThread? Choose()
    {
        if (_ready.Count == 0)
            return null;

        int index = _ready.Count == 1 ? 0 : _random.Next(_ready.Count);
        EThread chosen = _ready[index];
        _ready.RemoveAt(index);
        return chosen;
    }

    /// <summary>Lets the next timed event happen; false when there is none.</summary>
    private bool Advance()
    {
        while (_events.TryDequeue(out TimedEvent? timedEvent, out (long Due, long Sequence) key))
        {
            if (timedEvent.Pending != key.Sequence)
                continue;

            Now = Math.Max(Now, key.Due);
            timedEvent.Pending = 0;
            timedEvent.Fire();
            return true;
        }

        return false;
    }

    private void EndWait(EThread thread, NtStatus status, bool makeReady)
    {
        thread.WaitObject!.Waiters.Remove(thread);
        thread.WaitObject = null;
        thread.WaitStatus = status;
        thread.State = ThreadState.Ready;
        if (makeReady && !_ready.Contains(thread))
            _ready.Add(thread);
    }

    private void ReportDeadlock(EThread self)
    {
        Exception exception = NothingCanRun(self);
        if (self == _hostCalls[^1])
            throw exception;

        _hostCalls[^1].Abort = exception;
        HandOver(_hostCalls[^1], self);
    }

    private static InvalidOperationException NothingCanRun(EThread thread) => new(
        $"Thread {thread} waits for something that can no longer happen: no thread, DPC, interrupt, timer or device event is pending.");

    private sealed class WaitTimeout(Scheduler scheduler, EThread thread) : TimedEvent
    {
        private readonly uint _generation = thread.WaitGeneration;

        internal override void Fire()
        {
            if (thread.WaitGeneration == _generation)
                scheduler.TimeOut(thread);
        }
    }
}
