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
    /// <param name="chargeQuota">Sets IRP_QUOTA_CHARGED in AllocationFlags; nothing else.</param>
    /// <returns>The request, to be freed with <see cref="IoFreeIrp"/>, or null when memory is used up.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesIrp)]
    public static Irp? IoAllocateIrp(sbyte stackSize, bool chargeQuota)
    {
        RequireStackSize(stackSize);
        KernelSystem system = Processor.Current.System;
        return system.Faults.Strikes(nameof(IoAllocateIrp)) ? null : system.Layer<IoSystem>().Irps.Allocate(stackSize, chargeQuota);
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
        Processor processor = Processor.Current;
        IrpChecks.RequireReusable(processor, irp);
        irp.Initialize();
        irp.Result.Status = iostatus;
        processor.System.Trace(nameof(IoReuseIrp), irp, (ulong)iostatus);
    }

    /// <summary>Makes a request that lies in memory of the driver as new. IRQL at most DISPATCH_LEVEL. WDK: IoInitializeIrp.</summary>
    /// <param name="irp">What <see cref="Irp.At"/> returned; one from IoAllocateIrp loses its AllocationFlags, so <see cref="IoReuseIrp"/> is for those.</param>
    /// <param name="packetSize">IoSizeOfIrp of the stack size, in bytes.</param>
    /// <param name="stackSize">Number of stack locations, as in <see cref="Irp.At"/>.</param>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void IoInitializeIrp(
        [MdlEffect(MdlEffect.ReusesIrp)] Irp irp,
        ushort packetSize,
        sbyte stackSize)
    {
        Processor processor = Processor.Current;
        IrpChecks.RequireHere(processor, irp);
        if (stackSize != irp.StackCount)
            throw new ArgumentOutOfRangeException(nameof(stackSize), stackSize, $"allowed: {irp.StackCount}, the number of locations of the request");
        if (packetSize < irp.Size)
            throw new ArgumentOutOfRangeException(nameof(packetSize), packetSize, $"allowed: {irp.Size} and above");

        IrpChecks.RequireDriverMemory(processor, irp);
        irp.Initialize();
        irp.Origin = IrpOrigin.DriverMemory;
        irp.AllocationFlags = 0;
        processor.System.Trace(nameof(IoInitializeIrp), irp, packetSize);
    }
}
