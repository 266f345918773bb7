namespace MdlRuntime;

/// <summary>A deferred procedure call: queued at any IRQL, run at DISPATCH_LEVEL. WDK: KDPC.</summary>
public sealed class KDpc
{
    internal KDeferredRoutine? Routine { get; set; }

    internal object? Context { get; set; }

    internal object? Argument1 { get; set; }

    internal object? Argument2 { get; set; }

    internal bool IsQueued { get; set; }

    internal CodeOwner? Owner { get; set; }

    internal KDpc? Next { get; set; }
}
