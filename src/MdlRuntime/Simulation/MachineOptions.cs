using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

/// <summary>What a machine is made of.</summary>
public sealed record MachineOptions
{
    /// <summary>Decides every choice the machine makes: same seed, same trace.</summary>
    public int Seed { get; init; }

    /// <summary>Physical memory in bytes, a multiple of the page size; at least 1 MiB. Committed by the host on first touch.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>In which order free page frames are handed out.</summary>
    public FramePolicy Frames { get; init; } = FramePolicy.Scattered;

    /// <summary>What happens when a driver misuses an interface.</summary>
    public VerifierMode Verifier { get; init; } = VerifierMode.Strict;

    /// <summary>Map registers in the machine's pool, shared by its adapters (D18).</summary>
    public int MapRegisters { get; init; } = 64;

    /// <summary>System page-table entries for mappings, in pages.</summary>
    public int SystemPtes { get; init; } = 65536;

    /// <summary>
    /// False: the processor has a cache that devices do not see, so that missing calls of KeFlushIoBuffers and FlushAdapterBuffers really show
    /// stale bytes. The cache is the worst there can be, and the same in every run: it holds every line of cached memory and drops none by itself.
    /// A line that a device writes while it holds stores of the processor is written back over the device's bytes as soon as the machine waits.
    /// </summary>
    public bool CoherentDma { get; init; } = true;

    /// <summary>
    /// True: an IOMMU translates what devices access. Logical addresses are those of a domain, page by page, in one range for each piece that is
    /// mapped, and an access to anything else stops the machine with 0xE6/0x26, verified or not. <see cref="LogicalEqualsPhysical"/> has no effect then.
    /// </summary>
    public bool Iommu { get; init; }

    /// <summary>
    /// True: on a verified machine every transfer goes through a buffer of the verifier, with guards before and behind it, even where the device reaches
    /// the memory itself, for the first 64 map registers that a driver has in use (DMA-098, DMA-314). What is written outside such a buffer, by
    /// whomever, is found when it is flushed at the latest. False by default: the machine compares each access of a device with what is mapped for it
    /// in any case, and transfers that stay in place show what drivers see without the verifier.
    /// </summary>
    public bool VerifyDmaBuffers { get; init; }

    /// <summary>True: a short device write through bounce pages leaves the rest of the caller's bytes unchanged.</summary>
    public bool PreserveBouncedBytes { get; init; }

    /// <summary>True: devices see memory at its physical addresses, which hides drivers that confuse the two (D17).</summary>
    public bool LogicalEqualsPhysical { get; init; }

    /// <summary>
    /// True: pages that lie side by side in physical memory are one run for a scatter/gather device, up to a border of 4 GiB, or 64 KiB on an ISA bus.
    /// False: every page is a run of its own. Both are legal platforms, and a driver may rely on neither (DMA-351, DMA-369).
    /// </summary>
    public bool MergeAdjacentPages { get; init; } = true;

    /// <summary>Called for each thing the machine does, on the thread that does it, while it happens; null costs nothing.</summary>
    public Action<TraceRecord>? Trace { get; init; }

    /// <summary>
    /// How many calls of drivers a verified machine looks up the calling line of, for the histories of its findings: the first ones,
    /// since each costs microseconds and host memory. 0 for none, <see cref="int.MaxValue"/> for all.
    /// </summary>
    public int CapturedCallSites { get; init; } = 512;

    /// <summary>Which of the possible orders of threads and devices runs. Try many seeds to search them.</summary>
    public SchedulingPolicy Scheduling { get; init; } = SchedulingPolicy.Random;

    /// <summary>With <see cref="SchedulingPolicy.PreemptionBounded"/>: how often code is interrupted at most; 0 and above.</summary>
    public int PreemptionBound { get; init; } = 2;

    /// <summary>
    /// How often, from 0 (never) to 1, IoCallDriver called by a driver returns STATUS_PENDING although the driver below has completed the
    /// request, which then comes back a millisecond later; chosen from the seed. Finds drivers that rely on synchronous completion.
    /// </summary>
    public double ForcePendingProbability { get; init; }

    /// <summary>
    /// Names of the drivers whose misuse is reported, without regard to case; null for all of them and for code that the host runs.
    /// </summary>
    public IReadOnlyCollection<string>? VerifiedDrivers { get; init; }

    /// <summary>Throws for a value that no machine can be made with.</summary>
    internal void Validate()
    {
        const long smallest = 1 << 20;
        const long largest = 1L << 40;
        if (MemoryBytes is < smallest or > largest || MemoryBytes % PAGE_SIZE != 0)
            throw new ArgumentOutOfRangeException(nameof(MemoryBytes), MemoryBytes, $"allowed: multiples of {PAGE_SIZE} from {smallest} to {largest}");
        if (!Enum.IsDefined(Frames))
            throw new ArgumentOutOfRangeException(nameof(Frames), Frames, "allowed: Scattered, Sequential, Reversed, HighFirst");
        if (!Enum.IsDefined(Verifier))
            throw new ArgumentOutOfRangeException(nameof(Verifier), Verifier, "allowed: Off, Survey, Strict");
        if (MapRegisters is < 1 or > 65536)
            throw new ArgumentOutOfRangeException(nameof(MapRegisters), MapRegisters, "allowed: 1 to 65536");
        if (SystemPtes is < 1 or > 1 << 24)
            throw new ArgumentOutOfRangeException(nameof(SystemPtes), SystemPtes, "allowed: 1 to 16777216");
        if (!(ForcePendingProbability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(ForcePendingProbability), ForcePendingProbability, "allowed: 0 to 1");
        if (!Enum.IsDefined(Scheduling))
            throw new ArgumentOutOfRangeException(nameof(Scheduling), Scheduling, "allowed: Random, Fifo, PreemptionBounded");
        if (PreemptionBound < 0)
            throw new ArgumentOutOfRangeException(nameof(PreemptionBound), PreemptionBound, $"allowed: 0 to {int.MaxValue}");
        if (CapturedCallSites < 0)
            throw new ArgumentOutOfRangeException(nameof(CapturedCallSites), CapturedCallSites, $"allowed: 0 to {int.MaxValue}");
    }
}
