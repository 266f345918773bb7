using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

/// <summary>Random calls over several processes against a model made from the facts: contents, counts, flags, and nothing left at the end.</summary>
public sealed class MemoryModelTests
{
    private const int StepsPerScript = 160;

    [Theory]
    [InlineData(VerifierMode.Off, 400)]
    [InlineData(VerifierMode.Survey, 400)]
    [InlineData(VerifierMode.Strict, 550)]
    [Proves("MDL-009", "MDL-019", "MDL-092", "MDL-094", "MDL-105", "MDL-118", "MDL-121", "MDL-122", "MDL-124", "MDL-125", "MDL-138", "MDL-153",
        "MDL-155", "MDL-160", "MDL-164", "MDL-165", "MDL-166", "MDL-172", "MDL-181", "MDL-184", "MDL-196", "MDL-199", "MDL-213", "MDL-214", "MDL-245", "MDL-247", "MDL-253", "MDL-255", "MDL-263", "MDL-272", "MDL-276", "MDL-293", "MDL-303",
        "MDL-304", "MDL-306", "MDL-307", "MDL-308", "MDL-346")]
    public void Any_sequence_of_calls_leaves_the_machine_as_the_facts_say(VerifierMode mode, int scripts)
    {
        int refused = 0;
        var performed = new Dictionary<MemoryAction, int>();

        ModelChecking.Check((int)mode, MemoryStep.Generator, StepsPerScript, scripts, step => step.Simpler(), script =>
        {
            using var bench = new MemoryBench(mode, seed: script is [var first, ..] ? first.A : 0);
            foreach (MemoryStep step in script)
            {
                if (bench.IsStopped)
                    break;
                if (bench.Perform(step))
                    performed[step.Action] = performed.GetValueOrDefault(step.Action) + 1;
            }

            if (!bench.IsStopped)
                bench.Finish();
            refused += bench.Refused;
        });

        Assert.True(performed.Values.Sum() >= 30_000, $"only {performed.Values.Sum()} steps found something to do");
        Assert.All(Enum.GetValues<MemoryAction>(), action => Assert.True(performed.GetValueOrDefault(action) >= 50, $"{action} hardly ever happened"));
        Assert.True(refused >= 1_000, $"only {refused} steps were refused");
    }
}
