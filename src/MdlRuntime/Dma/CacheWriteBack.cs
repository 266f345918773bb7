namespace MdlRuntime;

/// <summary>The moment at which the machine waits, and lines that devices have written below are written back.</summary>
internal sealed class CacheWriteBack(KernelSystem system, ProcessorCache cache) : TimedEvent
{
    internal override void Fire()
    {
        system.Trace("CacheWriteBack", null);
        cache.WriteBack();
    }
}
