using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Files are passed over by the names in them; that none with an MDL is, the tests of the ways to an MDL show.</summary>
public sealed class FileFilterTests
{
    private const string Declares = "public class Job { public MdlRuntime.Irp Irp = null!; }";
    private const string Look = ".MdlAddress!.ByteCount";

    [Theory]
    [InlineData("class Account { int Length; Account? Next; int Sum() => Length + (Next?.Sum() ?? 0); }")]
    [InlineData("using System; class Account { void Write(string text) => Console.WriteLine(text); }")]
    [InlineData("// Mdls and Irps\nenum Kind { One }")]
    [InlineData("/* 😀 é */ class Größe { int Zahl; }")]
    [InlineData("")]
    public async Task OtherFilesArePassedOver(string file)
    {
        CSharpCompilation compilation = await AnalyzerRun.CreateWithoutImportsAsync([file, Declares, "class D { uint Go(Job job) => job.Irp" + Look + "; }"]);
        Assert.False(new AnalysisSession(compilation).Files.IsWorthALook(compilation.SyntaxTrees[0], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ALongChainOfFilesIsFollowedToItsEnd()
    {
        IEnumerable<string> chain = Enumerable.Range(1, 60).Select(i => $"public class C{i} {{ public C{i - 1} Inner = new(); }}").Reverse().Append("public class C0 : Job;");
        CSharpCompilation compilation = await AnalyzerRun.CreateWithoutImportsAsync([.. chain, Declares]);
        Assert.True(new AnalysisSession(compilation).Files.IsWorthALook(compilation.SyntaxTrees[0], TestContext.Current.CancellationToken));
    }
}
