using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class KernelCore
{
    /// <summary>Flushes the buffer of one MDL from the processor caches, which a coherent machine has no need of. IRQL at most DISPATCH_LEVEL. WDK: KeFlushIoBuffers.</summary>
    /// <param name="mdl">The MDL; those behind it in a chain need a call each.</param>
    /// <param name="readOperation">True: the device writes memory.</param>
    /// <param name="dmaOperation">True: DMA; false: programmed I/O.</param>
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
    }
}
