namespace MdlRuntime;

/// <summary>A spin lock. WDK: KSPIN_LOCK.</summary>
public sealed class KSpinLock
{
    /// <summary>The processor context that holds the lock; with one processor a second acquisition can never succeed.</summary>
    internal bool IsHeld { get; set; }
}
