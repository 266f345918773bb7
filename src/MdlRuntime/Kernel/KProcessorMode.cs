namespace MdlRuntime;

/// <summary>On whose behalf code runs. WDK: KPROCESSOR_MODE.</summary>
public enum KProcessorMode : byte
{
    /// <summary>Kernel code: nothing is checked for it.</summary>
    KernelMode = 0,

    /// <summary>User code: it reaches user addresses only.</summary>
    UserMode = 1,
}
