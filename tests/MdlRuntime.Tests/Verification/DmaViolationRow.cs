using MdlRuntime.Simulation;
using MdlRuntime.Tests.Dma;

namespace MdlRuntime.Tests.Verification;

/// <summary>One row of the table of 0xE6: what provokes it, what a verified machine says, and what happens without a verifier.</summary>
/// <param name="Parameter1">The violation.</param>
/// <param name="RuleId">The rule that finds it at build time.</param>
/// <param name="Prepare">Returns the misuse, to be done by the host, with the second to fourth parameter it must be reported with.</param>
/// <param name="Off">The stop without verifier; 0 where nothing is noticed at once.</param>
internal sealed record DmaViolationRow(ulong Parameter1, string? RuleId, Func<DmaBench, Harm> Prepare, uint Off = 0)
{
    /// <summary>Bad style rather than misuse: strict mode lets it pass.</summary>
    public bool IsNotedOnly { get; init; }

    public MachineOptions Options { get; init; } = new() { LogicalEqualsPhysical = true };
}
