using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Sends a request to a device: calls the dispatch routine of its driver. IRQL at most DISPATCH_LEVEL. WDK: IoCallDriver.</summary>
    /// <param name="device">The target.</param>
    /// <param name="irp">A request whose next location is prepared; none left stops the machine with 0x35.</param>
    /// <returns>What the dispatch routine returned.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static NtStatus IoCallDriver(
        DeviceObject device,
        [MdlEffect(MdlEffect.Forwards)] Irp irp) => Dispatcher.Call(Processor.Current, device, irp);

    /// <summary>Ends the work on a request: it goes back up the stack and, from the top, to the requester. IRQL at most DISPATCH_LEVEL. WDK: IoCompleteRequest.</summary>
    /// <param name="irp">A request that the driver owns, with its final IoStatus; a completed one stops the machine with 0x44.</param>
    /// <param name="priorityBoost">IO_NO_INCREMENT and others; recorded only.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoCompleteRequest(
        [MdlEffect(MdlEffect.Completes)] Irp irp,
        sbyte priorityBoost) => RequestCompletion.Complete(Processor.Current, irp);

    /// <summary>Allocates a request for the driver's own use. IRQL at most DISPATCH_LEVEL. WDK: IoAllocateIrp.</summary>
    /// <param name="stackSize">Number of stack locations: StackSize of the target, or 1 more.</param>
    /// <param name="chargeQuota">Recorded only.</param>
    /// <returns>The request, to be freed with <see cref="IoFreeIrp"/>, or null when memory is used up.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoAllocateIrp(sbyte stackSize, bool chargeQuota)
    {
        if (stackSize < 1)
            throw new ArgumentOutOfRangeException(nameof(stackSize), stackSize, "allowed: 1 to 127");
        Processor processor = Processor.Current;
        return processor.System.Faults.Strikes(nameof(IoAllocateIrp)) ? null : IoSystem.Of(processor).Irps.Allocate(stackSize);
    }

    /// <summary>Frees a request that came from <see cref="IoAllocateIrp"/>; its MDLs must be gone. IRQL at most DISPATCH_LEVEL. WDK: IoFreeIrp.</summary>
    /// <param name="irp">A request that no driver works on.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoFreeIrp(
        [MdlEffect(MdlEffect.FreesIrp)] Irp irp) => IrpChecks.FreeByDriver(Processor.Current, irp);

    /// <summary>Makes a request that came from <see cref="IoAllocateIrp"/> as new; its MDLs are forgotten, not freed. IRQL at most DISPATCH_LEVEL. WDK: IoReuseIrp.</summary>
    /// <param name="irp">A request that no driver works on.</param>
    /// <param name="iostatus">First value of IoStatus.Status.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoReuseIrp(
        [MdlEffect(MdlEffect.ReusesIrp)] Irp irp,
        NtStatus iostatus)
    {
        IrpChecks.RequireReusable(Processor.Current, irp);
        irp.Initialize();
        irp.Result.Status = iostatus;
    }
}
