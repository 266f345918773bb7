namespace MdlAnalyzers.Package.Tests;

/// <summary>What a user can set in the project file.</summary>
public sealed class ConfigurationTests(PackageFixture package)
{
    private const string Driver = """
        static class Driver
        {
            public static nuint Address(Mdl mdl)
            {
                nuint address = MmGetMdlByteOffset(mdl);
                return address;
            }
        }
        """;

    private const string Program = "return 0;\n";

    [Fact]
    public async Task Properties_decide_whether_and_how_loudly_the_rules_speak()
    {
        Consumer consumer = Consumer.Create(package, "Modes", ("Program.cs", Program + Driver));

        Assert.Equal(["warning"], await LevelsAsync(consumer));
        Assert.Equal([], await LevelsAsync(consumer, "MdlAnalysisMode=None"));
        Assert.Equal(["warning"], await LevelsAsync(consumer, "MdlAnalysisMode=Recommended"));
        Assert.Equal([], await LevelsAsync(consumer, "EnableMdlAnalyzers=false"));

        (DotnetResult errors, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync("MdlAnalysisMode=AllErrors");
        Assert.Equal(1, errors.ExitCode);
        Assert.Equal("error", Assert.Single(diagnostics).Level);

        DotnetResult misspelt = (await consumer.BuildAsync("MdlAnalysisMode=Al")).Result;
        Assert.Equal(1, misspelt.ExitCode);
        Assert.Contains("MdlAnalysisMode is 'Al'; allowed: None, Default, Recommended, All, AllWarnings, AllErrors.", misspelt.Output);
    }

    [Fact]
    public async Task Without_implicit_usings_the_names_must_be_qualified()
    {
        Consumer consumer = Consumer.Create(package, "Usings", ("Program.cs", Program + Driver));

        (DotnetResult result, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync("MdlRuntimeImplicitUsings=false");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(diagnostics, diagnostic => diagnostic.RuleId is "CS0246" or "CS0103");
    }

    private static async Task<IEnumerable<string>> LevelsAsync(Consumer consumer, params string[] properties)
    {
        (DotnetResult result, IReadOnlyList<SarifResult> diagnostics) = await consumer.BuildAsync(properties);
        result.MustSucceed();
        Assert.All(diagnostics, diagnostic => Assert.Equal("MDL1001", diagnostic.RuleId));
        return diagnostics.Select(diagnostic => diagnostic.Level);
    }
}
