namespace MdlRuntime.Verification;

/// <summary>Names of the I/O manager's own calls, which a fault plan counts apart from those of drivers (D21).</summary>
internal static class IoManagerCalls
{
    public const string Prefix = "Io!";

    public const string AllocateIrp = Prefix + nameof(IoManager.IoAllocateIrp);
    public const string AllocateMdl = Prefix + nameof(IoManager.IoAllocateMdl);
    public const string AllocatePool = Prefix + nameof(Executive.ExAllocatePool2);
    public const string ProbeAndLockPages = Prefix + nameof(MemoryManager.MmProbeAndLockPages);
}
