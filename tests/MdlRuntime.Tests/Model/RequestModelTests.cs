using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Model;

/// <summary>Random requests through one to four drivers against a model of what the process must see.</summary>
public sealed class RequestModelTests
{
    private const int StepsPerScript = 60, Scripts = 60;

    [Theory]
    [InlineData(VerifierMode.Off, 1)]
    [InlineData(VerifierMode.Off, 2)]
    [InlineData(VerifierMode.Off, 3)]
    [InlineData(VerifierMode.Off, 4)]
    [InlineData(VerifierMode.Survey, 3)]
    [InlineData(VerifierMode.Strict, 1)]
    [InlineData(VerifierMode.Strict, 2)]
    [InlineData(VerifierMode.Strict, 3)]
    [InlineData(VerifierMode.Strict, 4)]
    [Proves("MDL-366", "MDL-367", "MDL-371", "MDL-379", "MDL-380", "MDL-381", "MDL-383", "MDL-384", "MDL-385", "MDL-387", "MDL-392", "MDL-395", "MDL-398",
        "MDL-399", "MDL-421", "MDL-422", "MDL-424", "MDL-425", "MDL-426", "MDL-427", "MDL-428", "MDL-436", "MDL-437", "MDL-440", "MDL-441", "MDL-444",
        "MDL-446", "MDL-447", "MDL-453", "MDL-456", "MDL-457", "MDL-458", "MDL-462", "MDL-465", "MDL-470", "MDL-473")]
    public void Any_sequence_of_requests_ends_as_the_facts_say(VerifierMode mode, int drivers)
    {
        int performed = 0;

        ModelChecking.Check(10 * (int)mode + drivers, RequestStep.Generator, StepsPerScript, Scripts, step => step.Simpler(), script =>
        {
            using var bench = new RequestBench(mode, drivers);
            foreach (RequestStep step in script)
            {
                if (bench.IsStopped)
                    break;
                bench.Perform(step);
            }

            if (!bench.IsStopped)
                bench.Finish();
            performed += bench.Performed;
        });

        Assert.True(performed >= 1_500, $"only {performed} steps found something to do");
    }
}
