using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class KernelCore
{
    /// <summary>Makes processor caches and memory agree about the buffer of one MDL, which a coherent machine has no need of. IRQL at most DISPATCH_LEVEL. WDK: KeFlushIoBuffers.</summary>
    /// <param name="mdl">The MDL; those behind it in a chain need a call each.</param>
    /// <param name="readOperation">True: the device writes memory.</param>
    /// <param name="dmaOperation">True: DMA; false: programmed I/O.</param>
    /// <remarks>
    /// Before a DMA transfer in either direction, and after a programmed read; a programmed write needs none. On a machine without coherent DMA
    /// the lines of the buffer are written back, and before a DMA read also taken out of the cache; those at its ends belong to their neighbours too.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void KeFlushIoBuffers(
        [MdlEffect(MdlEffect.FlushesCache)] Mdl mdl,
        bool readOperation,
        bool dmaOperation)
    {
        Processor processor = Processor.Current;
        MdlChecks.Require(processor, mdl, Mdl.MdlFlagsOffset);
        MdlChecks.RequireIrql(processor, mdl.Address, nameof(KeFlushIoBuffers));
        processor.System.Trace(nameof(KeFlushIoBuffers), mdl, readOperation ? 1u : 0, dmaOperation ? 1u : 0);
        if (processor.Memory.Cache is { } cache && (readOperation || dmaOperation))
            CacheMaintenance.BeforeTransfer(cache, processor.Memory.Frames, mdl, mdl.VirtualAddress, mdl.Length, invalidates: readOperation && dmaOperation);
    }
}
