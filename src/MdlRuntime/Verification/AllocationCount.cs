namespace MdlRuntime.Verification;

/// <summary>How many of a thing were allocated and freed since the adapter was handed out.</summary>
/// <param name="Allocated">Number allocated.</param>
/// <param name="Freed">Number freed.</param>
public readonly record struct AllocationCount(uint Allocated, uint Freed)
{
    /// <summary>Number allocated and not freed.</summary>
    public uint Outstanding => Allocated - Freed;

    internal static AllocationCount Of(uint allocated, uint outstanding) => new(allocated, allocated - outstanding);
}
