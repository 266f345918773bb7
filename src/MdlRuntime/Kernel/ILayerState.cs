namespace MdlRuntime;

/// <summary>State that a layer keeps once per machine.</summary>
internal interface ILayerState<T> where T : class
{
    static abstract T Create(KernelSystem system);
}
