namespace MdlRuntime;

/// <summary>What becomes of the requests that a thread waits for when the thread ends.</summary>
internal static class ThreadRequests
{
    /// <summary>Five minutes, asked for every 100 ms.</summary>
    private const int Patience = 3000;
    private const long Interval = 1_000_000;

    /// <summary>Cancels them and waits until their drivers have ended them; the ones of stubborn drivers are dropped when they end.</summary>
    public static void End(Processor processor, EThread thread)
    {
        IrpLookaside irps = IoSystem.Of(processor).Irps;
        if (irps.FirstOf(thread) is null)
            return;

        KProcessorMode mode = processor.Mode;
        processor.Mode = KProcessorMode.KernelMode;
        Cancel(processor, irps, thread);
        for (int i = 0; i < Patience && irps.FirstOf(thread) is not null; i++)
            Waits.Delay(-Interval);
        while (irps.FirstOf(thread) is { } irp)
            irps.Orphan(irp);
        processor.Mode = mode;
    }

    private static void Cancel(Processor processor, IrpLookaside irps, EThread thread)
    {
        var outstanding = new List<Irp>();
        for (Irp? irp = irps.FirstOutstanding; irp is not null; irp = irp.NextOutstanding)
        {
            if (irp.Thread == thread)
                outstanding.Add(irp);
        }

        foreach (Irp irp in outstanding)
        {
            // Ending one request may have ended others.
            if (irp.State == IrpState.Active && irp.Thread == thread)
                Cancellation.Cancel(processor, irp);
        }
    }
}
