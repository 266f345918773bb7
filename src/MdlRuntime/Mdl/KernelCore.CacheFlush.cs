using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class KernelCore
{
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static void KeFlushIoBuffers(
        [MdlEffect(MdlEffect.FlushesCache)] Mdl mdl,
        bool readOperation,
        bool dmaOperation) => throw null!;
}
