using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Xunit;

namespace MdlAnalyzers.Testing.Tests;

public sealed class ReferenceAssembliesTests
{
    [Fact]
    public async Task The_framework_is_found_on_disk()
    {
        var references = await ReferenceAssemblies.Net.Net100.ResolveAsync(LanguageNames.CSharp, TestContext.Current.CancellationToken);

        Assert.Contains(references, static reference => Path.GetFileName(reference.Display) == "System.Runtime.dll");
        Assert.Equal("net10.0", ReferenceAssemblies.Default.TargetFramework);
    }

    [Fact]
    public async Task References_are_read_once()
    {
        var first = await ReferenceAssemblies.Net.Net100.ResolveAsync(LanguageNames.CSharp, TestContext.Current.CancellationToken);
        var second = await ReferenceAssemblies.Net.Net100.AddAssemblies([typeof(FactAttribute).Assembly.Location]).ResolveAsync(LanguageNames.CSharp, TestContext.Current.CancellationToken);

        Assert.Same(first[0], second[0]);
        Assert.Equal(first.Length + 1, second.Length);
    }

    [Fact]
    public Task Added_assemblies_are_seen() =>
        new BadNameTest
        {
            TestCode = "class Fine : Xunit.FactAttribute { }",
            ReferenceAssemblies = ReferenceAssemblies.Net.Net100.AddAssemblies([typeof(FactAttribute).Assembly.Location]),
        }.RunAsync();

    [Fact]
    public Task A_project_can_have_references_of_its_own() =>
        new BadNameTest
        {
            TestState =
            {
                Sources = { "class Fine : Xunit.FactAttribute { }" },
                ReferenceAssemblies = ReferenceAssemblies.Net.Net100.AddAssemblies([typeof(FactAttribute).Assembly.Location]),
            },
        }.RunAsync();
}
