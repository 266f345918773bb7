using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public sealed record MachineOptions
{
    public int Seed { get; init; }
    public long MemoryBytes { get; init; } = 256L << 20;
    public FramePolicy Frames { get; init; } = FramePolicy.Scattered;
    public VerifierMode Verifier { get; init; } = VerifierMode.Strict;
    public int MapRegisters { get; init; } = 64;
    public int SystemPtes { get; init; } = 65536;
    /// <summary>False: missing cache flushes really show stale bytes.</summary>
    public bool CoherentDma { get; init; } = true;
    /// <summary>True: device accesses go through per-domain translation and fault when unmapped.</summary>
    public bool Iommu { get; init; }
    /// <summary>True: a short device write through bounce pages leaves the rest of the caller's bytes unchanged.</summary>
    public bool PreserveBouncedBytes { get; init; }
}
