using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Verification;

/// <summary>A machine with a process and a committed buffer of three pages, for a row of a table to do its harm on.</summary>
internal sealed record Scene(Machine Machine, UserProcess Process, nuint Buffer);

/// <summary>One row of a table of misuse: what provokes it, what a verified machine says, and what happens without a verifier.</summary>
/// <param name="Parameter1">First parameter: the subcode, or what the row's code has there.</param>
/// <param name="RuleId">The rule that finds it at build time.</param>
/// <param name="Prepare">Runs in the process at PASSIVE_LEVEL and returns the misuse with the parameters it must be reported with.</param>
/// <param name="Off">The stop without verifier; 0 where nothing is noticed at once.</param>
internal sealed record ViolationRow(ulong Parameter1, string? RuleId, Func<Scene, Harm> Prepare, uint Off = 0)
{
    /// <summary>Differs from 0xC4 where a row says so.</summary>
    public uint Code { get; init; } = 0xC4;
}

/// <summary>A misuse about to happen, and the second to fourth parameter of the report.</summary>
internal readonly record struct Harm(Action Act, ulong P2 = 0, ulong P3 = 0, ulong P4 = 0);
