namespace MdlRuntime;

public static class ProcessStructure
{
    public static EProcess PsGetCurrentProcess() => throw null!;
    public static EThread PsGetCurrentThread() => throw null!;
    public static NtStatus PsCreateSystemThread(out EThread? thread, KStartRoutine startRoutine, object? context) => throw null!;
}
