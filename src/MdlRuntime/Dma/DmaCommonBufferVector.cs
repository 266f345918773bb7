namespace MdlRuntime;

/// <summary>Common buffers of one size that were allocated together. Opaque to drivers. WDK: DMA_COMMON_BUFFER_VECTOR.</summary>
public sealed class DmaCommonBufferVector
{
    internal DmaCommonBufferVector(DmaAdapter adapter, CommonBuffer?[] elements) => (Adapter, Elements) = (adapter, elements);

    internal DmaAdapter Adapter { get; }

    /// <summary>The buffers; null where one was freed.</summary>
    internal CommonBuffer?[] Elements { get; }

    /// <summary>Whether FreeCommonBufferVector has taken the vector.</summary>
    internal bool IsFreed { get; set; }

    /// <summary>Returns how many elements the vector has room for.</summary>
    public override string ToString() => $"vector of {Elements.Length} common buffers";
}
