namespace MdlRuntime;

public delegate void KStartRoutine(object? context);

public delegate bool KServiceRoutine(KInterrupt interrupt, object? context);

public delegate void KDeferredRoutine(KDpc dpc, object? context, object? argument1, object? argument2);

public delegate bool KSynchronizeRoutine(object? context);
