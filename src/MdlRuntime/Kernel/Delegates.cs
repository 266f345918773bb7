using MdlRuntime.Annotations;

namespace MdlRuntime;

[DriverRole(DriverRole.SystemThread)]
[Irql(Kirql.PASSIVE_LEVEL)]
public delegate void KStartRoutine(object? context);

[DriverRole(DriverRole.InterruptService)]
[Irql(Kirql.HIGH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate bool KServiceRoutine(KInterrupt interrupt, object? context);

[DriverRole(DriverRole.Dpc)]
[Irql(Kirql.DISPATCH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate void KDeferredRoutine(KDpc dpc, object? context, object? argument1, object? argument2);

[DriverRole(DriverRole.SynchronizedWithInterrupt)]
[Irql(Kirql.HIGH_LEVEL, Minimum = Kirql.DISPATCH_LEVEL)]
public delegate bool KSynchronizeRoutine(object? context);
