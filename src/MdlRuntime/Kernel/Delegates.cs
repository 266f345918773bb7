using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>A system thread; it ends when the routine returns. Called at PASSIVE_LEVEL. WDK: KSTART_ROUTINE.</summary>
/// <param name="context">What PsCreateSystemThread was given.</param>
[DriverRole(DriverRole.SystemThread)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void KStartRoutine(object? context);

/// <summary>Answers an interrupt. Called at the device IRQL of the interrupt. WDK: KSERVICE_ROUTINE.</summary>
/// <param name="interrupt">The interrupt object.</param>
/// <param name="context">What IoConnectInterrupt was given.</param>
/// <returns>Whether the device of this driver had interrupted.</returns>
[DriverRole(DriverRole.InterruptService)]
[Irql(Kirql.HIGH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate bool KServiceRoutine(KInterrupt interrupt, object? context);

/// <summary>A deferred procedure. Called at DISPATCH_LEVEL in an arbitrary context. WDK: KDEFERRED_ROUTINE.</summary>
/// <param name="dpc">The DPC; it may be queued again.</param>
/// <param name="context">What KeInitializeDpc was given.</param>
/// <param name="argument1">What KeInsertQueueDpc was given first.</param>
/// <param name="argument2">What KeInsertQueueDpc was given second.</param>
[DriverRole(DriverRole.Dpc)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void KDeferredRoutine(KDpc dpc, object? context, object? argument1, object? argument2);

/// <summary>Code that the service routine cannot interrupt. Called at the device IRQL of the interrupt. WDK: KSYNCHRONIZE_ROUTINE.</summary>
/// <param name="context">What KeSynchronizeExecution was given.</param>
/// <returns>Passed on to the caller.</returns>
[DriverRole(DriverRole.SynchronizedWithInterrupt)]
[Irql(Kirql.HIGH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate bool KSynchronizeRoutine(object? context);
