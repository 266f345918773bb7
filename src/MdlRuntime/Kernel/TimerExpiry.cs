namespace MdlRuntime;

/// <summary>The moment a set timer expires: it queues the timer's DPC.</summary>
internal sealed class TimerExpiry(Processor processor) : TimedEvent
{
    public KDpc? Dpc { get; set; }

    internal override void Fire()
    {
        processor.System.Trace("TimerExpired", Dpc);
        if (Dpc is not null)
            processor.QueueDpc(Dpc, null, null);
    }
}
