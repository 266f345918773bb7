using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class SourceGeneratorTests
{
    private const string UsesGenerated = "class Fine : Generated { }";

    [Fact]
    public Task Generated_code_is_compiled_and_compared() => Test("class Generated { }").RunAsync();

    [Fact]
    public Task Other_generated_code_fails() =>
        Failure.Contains(() => Test("class Other { }").RunAsync(), "content of generated file", "- class Other { }\n+ class Generated { }");

    [Fact]
    public Task Generated_code_must_be_declared() =>
        Failure.Contains(() => new GeneratorTest { TestCode = UsesGenerated }.RunAsync(), "files made by the source generators: expected [] but got [");

    [Fact]
    public Task The_comparison_can_be_skipped() =>
        new GeneratorTest { TestCode = UsesGenerated, TestBehaviors = TestBehaviors.SkipGeneratedSourcesCheck }.RunAsync();

    [Fact]
    public Task Declared_generated_code_that_no_generator_makes_fails()
    {
        var test = Test("class Generated { }");
        test.TestState.GeneratedSources.Add((typeof(Generator), "Second.g.cs", "class Second { }"));

        return Failure.Contains(() => test.RunAsync(), "files made by the source generators");
    }

    [Fact]
    public Task Without_a_generator_generated_sources_are_part_of_the_project() =>
        new BadNameTest { TestState = { Sources = { UsesGenerated }, GeneratedSources = { ("/0/Generated.g.cs", "class Generated { }") } } }.RunAsync();

    private static GeneratorTest Test(string generated) =>
        new() { TestState = { Sources = { UsesGenerated }, GeneratedSources = { (typeof(Generator), "Generated.g.cs", generated) } } };

    private sealed class GeneratorTest : BadNameTest
    {
        protected override IEnumerable<Type> GetSourceGenerators() => [typeof(Generator)];
    }

    [Generator]
    private sealed class Generator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) =>
            context.RegisterPostInitializationOutput(static output =>
                output.AddSource("Generated.g.cs", SourceText.From("class Generated { }", System.Text.Encoding.UTF8)));
    }
}
