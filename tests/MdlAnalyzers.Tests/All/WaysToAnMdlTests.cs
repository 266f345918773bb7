using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.All;

/// <summary>All the ways in which the code of a file gets at an MDL without naming a type of the runtime: no file is passed over that has one.</summary>
public sealed class WaysToAnMdlTests
{
    private const string Declares = "public class Job { public MdlRuntime.Irp Irp = null!; }";
    private const string Look = ".MdlAddress!.ByteCount";

    public static TheoryData<string, string[]> Ways => new()
    {
        { "an own type's member", ["class D { uint Go(Job job) => job.Irp" + Look + "; }", Declares] },
        { "a type that names one that names it", ["class D { uint Go(Outer outer) { var job = outer.Job; return job.Irp" + Look + "; } }", "public class Outer { public Job Job = new(); }", Declares] },
        { "an inherited member", ["class D : Middle { uint Go() => Irp" + Look + "; }", "public class Middle : Job;", Declares] },
        { "the other part of a type", ["partial class D { uint Go() => _irp" + Look + "; }", "partial class D { private MdlRuntime.Irp _irp = null!; }"] },
        { "the base of the other part", ["partial class D { uint Go() => Irp" + Look + "; }", "partial class D : Job;", Declares] },
        { "an extension method", ["using N; class D { uint Go() => \"a\".Next()" + Look + "; }", "namespace N; static class Finders { public static MdlRuntime.Irp Next(this string name) => null!; }"] },
        { "an extension property", ["using N; class D { uint Go() => \"a\".First" + Look + "; }", "namespace N; static class Finders { extension(string name) { public MdlRuntime.Irp First => null!; } }"] },
        { "an alias", ["class D { uint Go(Request request) => request" + Look + "; }", "global using Request = MdlRuntime.Irp;"] },
        { "static members of an own type", ["class D { uint Go() => Next()" + Look + "; }", "global using static Finder;", "static class Finder { public static MdlRuntime.Irp Next() => null!; }"] },
        { "static members of the runtime", ["class D { uint Go(nuint va) => va == 0 ? 0 : IoGetCurrentIrpStackLocation(Program.Now).Parameters.Read.Length; uint Look() => Program.Now" + Look + "; }", "global using static MdlRuntime.IoManager;", "static class Program { public static MdlRuntime.Irp Now => null!; }"] },
        { "the parameter of a lambda", ["class D { void Go() => Hub.On(request => request" + Look + "); }", "static class Hub { public static void On(System.Func<MdlRuntime.Irp, uint> handler) { } }"] },
        { "the parameter of a delegate", ["class D { Handler Go() => request => request" + Look + "; }", "delegate uint Handler(MdlRuntime.Irp irp);"] },
        { "a generic type's member", ["class D { uint Go() => Store.Box.Value" + Look + "; }", "class Box<T> { public T Value = default!; }", "static class Store { public static Box<MdlRuntime.Irp> Box = new(); }"] },
        { "a name with an escape", ["class D { uint Go(MdlRuntime.\\u0049rp request) => request" + Look + "; }"] },
        { "a name with a formatting character", ["class D { uint Go(Mdl\u200DRuntime.I\u200Drp request) => request" + Look + "; }"] },
        { "a verbatim name", ["class D { uint Go(@MdlRuntime.@Irp request) => request" + Look + "; }"] },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task GoesOn(string way, string[] files)
    {
        CSharpCompilation compilation = await AnalyzerRun.CreateWithoutImportsAsync(files);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static d => d.Severity == DiagnosticSeverity.Error));
        bool isFound = (await AnalyzerRun.OverAsync(compilation)).Any(found => found.Id == "MDL2001" && found.Location.SourceTree == compilation.SyntaxTrees[0]);
        Assert.True(isFound, way);
    }

    [Fact]
    public async Task GoesOnThroughOtherAssemblies()
    {
        CSharpCompilation library = (await AnalyzerRun.CreateWithoutImportsAsync([Declares])).WithAssemblyName("Library");
        CSharpCompilation second = (await AnalyzerRun.CreateWithoutImportsAsync(["public class Task1 : Job;"])).WithAssemblyName("Second").AddReferences(library.ToMetadataReference());
        CSharpCompilation compilation = (await AnalyzerRun.CreateWithoutImportsAsync(["class D { uint Go(Task1 task) => task.Irp" + Look + "; }"]))
            .AddReferences(library.ToMetadataReference(), second.ToMetadataReference());
        Assert.Equal(["MDL2001"], (await AnalyzerRun.OverAsync(compilation)).Where(static d => d.Severity > DiagnosticSeverity.Info).Select(static d => d.Id));
    }
}
