namespace MdlRuntime;

/// <summary>
/// Force pending: some calls of IoCallDriver that drivers make return STATUS_PENDING, and the request comes back to them later,
/// from a DPC, whatever the driver below did (MDL-513).
/// </summary>
internal sealed class ForcedPending(KernelSystem system)
{
    private const long Delay = 10_000;

    private readonly Random _random = new(system.Options.Seed);

    /// <summary>Whether the call that a driver is making is chosen.</summary>
    public bool Chooses(Processor processor, MajorFunction function) =>
        processor.Thread.Owner is not null
        && function is MajorFunction.IRP_MJ_READ or MajorFunction.IRP_MJ_WRITE or MajorFunction.IRP_MJ_DEVICE_CONTROL or MajorFunction.IRP_MJ_INTERNAL_DEVICE_CONTROL
        && _random.NextDouble() < system.Options.ForcePendingProbability;

    /// <summary>Sends the request on its way back up after a while.</summary>
    public void Hold(Irp irp) => system.Scheduler.Schedule(new Return(system.Processor, irp), Delay);

    private sealed class Return : TimedEvent
    {
        private readonly Processor _processor;
        private readonly KDpc _dpc = new();

        public Return(Processor processor, Irp irp)
        {
            _processor = processor;
            KernelCore.KeInitializeDpc(_dpc, (_, _, _, _) => RequestCompletion.Resume(processor, irp), context: null);
            _dpc.Owner = null;
        }

        internal override void Fire() => _processor.QueueDpc(_dpc, null, null);
    }
}
