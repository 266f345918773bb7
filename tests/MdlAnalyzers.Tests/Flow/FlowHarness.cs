using System.Collections.Immutable;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Runs the flow analyzer on driver code against the runtime library.</summary>
internal static class FlowHarness
{
    private const string Prelude = """
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using System.Diagnostics;
        using System.Diagnostics.CodeAnalysis; using System.Linq; using System.Runtime.InteropServices;
        using MdlRuntime; using MdlRuntime.Annotations;
        using static MdlRuntime.WdkMacros; using static MdlRuntime.MemoryManager; using static MdlRuntime.IoManager; using static MdlRuntime.RuntimeLibrary;
        using static MdlRuntime.KernelCore; using static MdlRuntime.Executive; using static MdlRuntime.NtStatus;

        """;

    private static readonly ImmutableArray<MetadataReference> _references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll")
            .Append(typeof(MdlRuntime.Mdl).Assembly.Location)
            .Select(static p => (MetadataReference)MetadataReference.CreateFromFile(p)),
    ];

    public static CSharpCompilation Compile(string code, bool withRuntime = true) => CSharpCompilation.Create(
        "driver",
        [CSharpSyntaxTree.ParseText(withRuntime ? Prelude + code : code, new CSharpParseOptions(LanguageVersion.Preview), path: "Driver.cs")],
        withRuntime ? _references : _references.RemoveAt(_references.Length - 1),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static async Task<ImmutableArray<Diagnostic>> Analyze(Compilation compilation)
    {
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: false);
        return await new CompilationWithAnalyzers(compilation, [new MdlFlowAnalyzer()], options).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Warnings about the members of a driver class; the code has to compile.</summary>
    public static async Task<IReadOnlyList<string>> Members(string members)
    {
        CSharpCompilation compilation = Compile("partial class Driver {\n" + members + "\n}\n" + Support);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static d => d.Severity == DiagnosticSeverity.Error));
        return [.. (await Analyze(compilation)).Where(static d => d.Severity != DiagnosticSeverity.Info).Select(d => $"{d.Id}@{d.Location.SourceTree!.GetText().ToString(d.Location.SourceSpan)}")];
    }

    /// <summary>Diagnostics of a method body that gets <c>irp</c>, <c>sp</c>, <c>mdl</c>, <c>adapter</c> and the like.</summary>
    public static Task<IReadOnlyList<string>> Body(string statements) => Members(
        "unsafe void Body(DeviceObject dev, Irp irp, IoStackLocation other, Mdl mdl, Mdl mdl2, DmaAdapter adapter, MapRegisters regs, bool flag, object queue) {\n"
        + "var sp = IoGetCurrentIrpStackLocation(irp);\n" + statements + "\n}");

    private const string Support = """
        partial class Driver
        {
            internal const MmPagePriority Prio = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;
            static void Use(Mdl m) { }
            static void Map(nuint pfn) { }
            static NtStatus Complete(Irp irp, NtStatus status) => status;
            static void Send(ulong address) { }
            static void OnePage() { }
            struct SgEntry { public SgEntry(ulong address, uint length) { } }
            record struct PhysicalRun(nuint Frame, uint Offset, uint Length);
        }
        """;
}
