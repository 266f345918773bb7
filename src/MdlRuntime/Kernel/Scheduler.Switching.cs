using System.Runtime.ExceptionServices;

namespace MdlRuntime;

internal sealed partial class Scheduler
{
    /// <summary>Whether time is passing because code was interrupted: what happens then is not interrupted again.</summary>
    private bool _isTimePassing;

    /// <summary>
    /// Between two accesses to memory: sometimes, by policy and seed, a user thread goes on in place of the current thread, or another thread in place of a
    /// user thread; where all code is interrupted, any thread or a device. Nothing of the kind happens above PASSIVE_LEVEL.
    /// </summary>
    public void LetOthersRace()
    {
        EThread self = Processor.Thread;
        if (Processor.Irql != Kirql.PASSIVE_LEVEL || self == system.IdleThread)
            return;

        bool hasRival = HasRival(self), canTimePass = CanTimePass;
        if (!(hasRival || canTimePass) || !_choices.Interrupts())
            return;
        if (canTimePass && (!hasRival || _choices.Choose(2) == 0))
            PassTime();
        else
            GiveWay(self);
    }

    /// <summary>Where the IRQL is lowered: sometimes a device or a timer acts before the code goes on, if the policy interrupts all code.</summary>
    public void LetTimePass()
    {
        if (CanTimePass && _choices.Interrupts())
            PassTime();
    }

    private bool CanTimePass => _choices.InterruptsAll && !_isTimePassing && _clock.HasEvents;

    private void PassTime()
    {
        (EThread self, KProcessorMode mode) = (Processor.Thread, Processor.Mode);
        system.Trace("Interruption", self);
        // No thread does what a device does; its interrupt comes through as far as the IRQL lets it.
        (Processor.Thread, Processor.Mode) = (system.IdleThread, KProcessorMode.KernelMode);
        _isTimePassing = true;
        try
        {
            _clock.Advance();
        }
        finally
        {
            _isTimePassing = false;
            (Processor.Thread, Processor.Mode) = (self, mode);
        }

        Processor.DeliverPending();
        system.ThrowIfHalted();
    }

    private void GiveWay(EThread self)
    {
        if (_choices.InterruptsAll)
            system.Trace("Interruption", self);
        self.State = ThreadState.Ready;
        MakeReady(self);
        SwitchAway(self);
        self.State = ThreadState.Running;
        if (self.HasApc)
            Processor.RunApcs();
        system.ThrowIfHalted();
    }

    private bool HasRival(EThread self)
    {
        foreach (EThread thread in _ready)
        {
            if (thread.IsParked && (thread.IsUser || self.IsUser || _choices.InterruptsAll))
                return true;
        }

        return false;
    }

    /// <summary>Gives the processor away until <paramref name="self"/> can run again.</summary>
    private void SwitchAway(EThread self)
    {
        Kirql irql = Processor.Irql;
        KProcessorMode mode = Processor.Mode;
        BecomeIdle();
        try
        {
            while (true)
            {
                Processor.DeliverPending();
                system.ThrowIfHalted();
                if (Choose(self) is { } next)
                {
                    if (next == self || Run(next, self))
                        return;
                }
                else if (_idler is { IsParked: true } idler)
                {
                    HandOver(idler, self);
                    return;
                }
                else if (!_clock.Advance())
                {
                    ReportDeadlock(self);
                    return;
                }
            }
        }
        finally
        {
            (Processor.Thread, Processor.Irql, Processor.Mode) = (self, irql, mode);
        }
    }

    /// <summary>Runs one ready thread; false when there is none.</summary>
    private bool RunOne(EThread self)
    {
        if (Choose(self) is not { } next)
            return false;

        (Kirql irql, KProcessorMode mode) = (Processor.Irql, Processor.Mode);
        try
        {
            if (next != self)
                Run(next, self);
        }
        finally
        {
            (Processor.Thread, Processor.Irql, Processor.Mode) = (self, irql, mode);
        }

        return true;
    }

    /// <summary>One of the threads that can run at this place, by policy and seed; null when there is none.</summary>
    private EThread? Choose(EThread self)
    {
        int count = 0;
        foreach (EThread thread in _ready)
            count += CanRun(thread, self) ? 1 : 0;
        if (count == 0)
            return null;

        int skip = _choices.Choose(count);
        int index = 0;
        while (!CanRun(_ready[index], self) || skip-- > 0)
            index++;
        EThread chosen = _ready[index];
        _ready.RemoveAt(index);
        return chosen;
    }

    /// <summary>A thread whose host thread is not parked is further down this stack, or nobody's: it has only APCs to run here.</summary>
    private static bool CanRun(EThread thread, EThread self) => thread == self || thread.IsParked || thread.HasApc;

    /// <summary>Lets <paramref name="next"/> run; true when the processor went around and came back to <paramref name="self"/>.</summary>
    private bool Run(EThread next, EThread self)
    {
        if (next.IsParked)
        {
            HandOver(next, self);
            return true;
        }

        RunApcsOf(next);
        return false;
    }

    private void RunApcsOf(EThread thread)
    {
        Processor.Thread = thread;
        Processor.RunApcs();
        BecomeIdle();
        if (thread.State == ThreadState.Ready)
            MakeReady(thread);
    }

    private void BecomeIdle() =>
        (Processor.Thread, Processor.Irql, Processor.Mode) = (system.IdleThread, Kirql.PASSIVE_LEVEL, KProcessorMode.KernelMode);

    private void HandOver(EThread next, EThread self)
    {
        SemaphoreSlim gate = self.Gate ??= new(0, 1);
        self.Carrier = Thread.CurrentThread;
        self.IsParked = true;
        Wake(next);
        Park(self, gate);
    }

    private static void Wake(EThread thread)
    {
        thread.IsParked = false;
        thread.Gate!.Release();
    }

    private void Park(EThread self, SemaphoreSlim gate)
    {
        gate.Wait();
        _hostThread = Environment.CurrentManagedThreadId;
        if (_isShutDown)
            throw new MachineShutDownException();
        if (self.Abort is { } abort)
        {
            self.Abort = null;
            ExceptionDispatchInfo.Throw(abort);
        }
    }

    private void Carry(EThread thread, KStartRoutine routine, object? context)
    {
        Processor.Ambient = Processor;
        try
        {
            RunToEnd(thread, routine, context);
            End(thread);
            PassOn(thread);
        }
        catch (Exception exception)
        {
            // Once the machine is off, its threads only unwind; what their clean-up meets concerns nobody.
            if (_isShutDown)
                return;
            End(thread);
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
            Park(thread, thread.Gate!);
            KProcessorMode mode = thread.IsUser ? KProcessorMode.UserMode : KProcessorMode.KernelMode;
            (Processor.Thread, Processor.Irql, Processor.Mode) = (thread, Kirql.PASSIVE_LEVEL, mode);
            thread.State = ThreadState.Running;
            system.Trace("ThreadStart", thread);
            routine(context);
            Processor.RequireIrql(Kirql.PASSIVE_LEVEL, "a thread");
            if (!thread.Process.IsExiting)
                system.ThreadEnding?.Invoke(thread);
        }
        catch (ThreadTerminatedException)
        {
        }
        catch (Exception exception) when (!thread.IsUser && Processor.IsUnhandledFault(exception))
        {
            Processor.StopUnhandled(BugCheckCode.SYSTEM_THREAD_EXCEPTION_NOT_HANDLED, $"the system thread {thread}", exception);
        }
    }

    /// <summary>Ends the threads of a process that could run, or all of them; the one that makes the call ends at its next one.</summary>
    public void Terminate(EProcess process, bool evenWaiting)
    {
        foreach (EThread thread in (EThread[])[.. _carried])
        {
            if (thread.Process != process || !thread.IsUser || !thread.IsParked)
                continue;
            if (thread.State == ThreadState.Waiting && !evenWaiting)
                continue;
            thread.Abort = new ThreadTerminatedException();
            if (thread.State == ThreadState.Waiting)
                EndWait(thread, NtStatus.STATUS_CANCELLED);
            MakeReady(thread);
        }
    }

    private void End(EThread thread)
    {
        thread.State = ThreadState.Terminated;
        _carried.Remove(thread);
        if (thread.IsUser && --_userThreads == 0)
            Processor.IsRacing = _choices.InterruptsAll;
    }

    /// <summary>The last act of a system thread: somebody else gets the baton.</summary>
    private void PassOn(EThread thread)
    {
        BecomeIdle();
        while (true)
        {
            Processor.DeliverPending();
            if (Choose(thread) is { } next)
            {
                if (next.IsParked)
                {
                    Wake(next);
                    return;
                }

                RunApcsOf(next);
            }
            else if (_idler is { IsParked: true } idler)
            {
                Wake(idler);
                return;
            }
            else if (!_clock.Advance())
            {
                Blame(NothingCanRun(_hostCalls[^1]));
                return;
            }
        }
    }

    /// <summary>Ends the innermost host call with an exception that another host thread met. Its host thread is always parked.</summary>
    private void Blame(Exception exception)
    {
        EThread host = _hostCalls[^1];
        _ready.Remove(host);
        host.Abort = exception;
        Wake(host);
    }

    private void ReportDeadlock(EThread self)
    {
        EThread host = _hostCalls[^1];
        InvalidOperationException exception = NothingCanRun(host);
        if (host == self)
            throw exception;

        host.Abort = exception;
        HandOver(host, self);
    }

    private static InvalidOperationException NothingCanRun(EThread thread) => new(
        $"Thread {thread} waits for something that can no longer happen: no thread, DPC, interrupt, timer or device event is pending.");
}
