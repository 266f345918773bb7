namespace MdlRuntime;

/// <summary>A kernel object that lives in a pool block which drivers free themselves.</summary>
internal interface IPoolOwner
{
    /// <summary>The block is about to be freed.</summary>
    void OnFreeing();

    /// <summary>The block is free.</summary>
    void OnFreed();
}
