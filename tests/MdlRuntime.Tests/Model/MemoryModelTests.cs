using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

/// <summary>Random calls over several processes against a model made from the facts: contents, counts, flags, and nothing left at the end.</summary>
public sealed class MemoryModelTests
{
    private const int StepsPerScript = 80;

    [Theory]
    [InlineData(VerifierMode.Off, 1000)]
    [InlineData(VerifierMode.Survey, 1000)]
    [InlineData(VerifierMode.Strict, 1200)]
    [Proves("MDL-009", "MDL-019", "MDL-092", "MDL-094", "MDL-105", "MDL-118", "MDL-121", "MDL-122", "MDL-124", "MDL-125", "MDL-138", "MDL-153",
        "MDL-155", "MDL-160", "MDL-164", "MDL-165", "MDL-166", "MDL-172", "MDL-181", "MDL-184", "MDL-196", "MDL-199", "MDL-213", "MDL-214", "MDL-346")]
    public void Any_sequence_of_calls_leaves_the_machine_as_the_facts_say(VerifierMode mode, int scripts)
    {
        int performed = 0, refused = 0;

        ModelChecking.Check(MemoryStep.Generator, StepsPerScript, scripts, step => step.Simpler(), script =>
        {
            using var bench = new MemoryBench(mode, seed: script is [var first, ..] ? first.A : 0);
            foreach (MemoryStep step in script)
            {
                if (bench.IsStopped)
                    break;
                bench.Perform(step);
            }

            if (!bench.IsStopped)
                bench.Finish();
            (performed, refused) = (performed + bench.Performed, refused + bench.Refused);
        });

        Assert.True(performed >= 30_000, $"only {performed} steps found something to do");
        Assert.True(refused >= 1_000, $"only {refused} steps were refused");
    }
}
