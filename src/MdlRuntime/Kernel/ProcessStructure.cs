using MdlRuntime.Annotations;

namespace MdlRuntime;

public static class ProcessStructure
{
    public static EProcess PsGetCurrentProcess() => throw null!;
    public static EThread PsGetCurrentThread() => throw null!;
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static NtStatus PsCreateSystemThread(out EThread? thread, KStartRoutine startRoutine, object? context) => throw null!;
}
