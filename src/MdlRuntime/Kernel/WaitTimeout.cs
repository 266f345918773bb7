namespace MdlRuntime;

/// <summary>The moment at which a thread stops waiting for its event.</summary>
internal sealed class WaitTimeout(Scheduler scheduler, EThread thread) : TimedEvent
{
    internal override void Fire() => scheduler.TimeOut(thread);
}
