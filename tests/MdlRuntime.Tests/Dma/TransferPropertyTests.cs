using MdlRuntime.Simulation;
using MdlRuntime.Tests.Model;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Dma;

/// <summary>Random transfers of random chains through random adapters, several at a time, against a plain copy.</summary>
public sealed class TransferPropertyTests
{
    private const int StepsPerScript = 50, Scripts = 65, TransfersPerKind = 2_900;

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    private static readonly Dictionary<string, MachineOptions> s_kinds = new()
    {
        ["verified"] = new() { Verifier = VerifierMode.Strict },
        ["unverified"] = new() { Verifier = VerifierMode.Off },
        ["logical is physical, nothing merged"] = new() { LogicalEqualsPhysical = true, MergeAdjacentPages = false },
        ["bounced bytes preserved"] = new() { PreserveBouncedBytes = true, Verifier = VerifierMode.Off },
        ["behind an IOMMU"] = new() { Iommu = true },
        ["caches that devices do not see"] = new() { CoherentDma = false },
        ["through buffers of the verifier"] = new() { VerifyDmaBuffers = true },
        ["all of it"] = new() { VerifyDmaBuffers = true, Iommu = true, CoherentDma = false, MergeAdjacentPages = false },
    };

    [Theory, Proves("DMA-090", "DMA-105", "DMA-151", "DMA-155", "DMA-159", "DMA-166", "DMA-177", "DMA-178", "DMA-179", "DMA-180", "DMA-181", "DMA-193", "DMA-196",
        "DMA-197", "DMA-198", "DMA-254", "DMA-257", "DMA-369", "DMA-374", "DMA-408", "DMA-282", "DMA-288", "DMA-235", "DMA-098")]
    [MemberData(nameof(Kinds))]
    public void Every_byte_arrives_once_nothing_else_changes_and_everything_is_returned(string kind)
    {
        int transfers = 0;

        ModelChecking.Check(100 + s_kinds.Keys.ToList().IndexOf(kind), TransferStep.Generator, StepsPerScript, Scripts, step => step.Simpler(), script =>
        {
            using var bench = new TransferBench(s_kinds[kind]);
            bench.Perform(script);
            transfers += bench.Transfers;
        });

        Assert.True(transfers >= TransfersPerKind, $"only {transfers} transfers");
    }
}
