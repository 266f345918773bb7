using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Tests.All;
using MdlAnalyzers.Tests.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MdlAnalyzers.Tests.Suppressors;

/// <summary>After a length check the compiler's warnings about a nullable MDL are silenced, and only then.</summary>
public sealed class NullableSuppressorTests
{
    private const string Argument = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress));";
    private const string Member = "Sink.Take(irp.MdlAddress.MdlFlags);";

    [Theory]
    [InlineData("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; " + Argument, "CS8604")]
    [InlineData("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; " + Member, "CS8602")]
    [InlineData("uint length = sp.Parameters.Read.Length; if (length < 1) return STATUS_SUCCESS; " + Argument, "CS8604")]
    [InlineData("if (sp.Parameters.Read.Length != 0) { " + Member + " }", "CS8602")]
    [InlineData("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; Mdl? m = irp.MdlAddress; Sink.Take(MmGetMdlByteCount(m));", "CS8604")]
    public async Task AfterTheLengthCheck_IsSuppressed(string body, string id) =>
        Assert.Equal([(id, true)], await RunAsync(DriverSource.Dispatch(body)));

    [Theory]
    [InlineData(Argument, "CS8604")]
    [InlineData(Member, "CS8602")]
    [InlineData("if (sp.Parameters.Write.Length == 0) return STATUS_SUCCESS; " + Argument, "CS8604")]
    [InlineData("if (sp.Parameters.Read.Length > 0) { } " + Argument, "CS8604")]
    [InlineData("if (irp.UserBuffer == 0) return STATUS_SUCCESS; " + Member, "CS8602")]
    public async Task WithoutTheRightCheck_IsKept(string body, string id) =>
        Assert.Equal([(id, false)], await RunAsync(DriverSource.Dispatch(body)));

    [Fact]
    public async Task InputLengthOfAControlRequest_IsKept() =>
        Assert.Equal(
            [("CS8604", false)],
            await RunAsync(DriverSource.Dispatch("if (sp.Parameters.DeviceIoControl.InputBufferLength == 0) return STATUS_SUCCESS; " + Argument, name: "DispatchDeviceControl")));

    [Fact]
    public async Task OtherNullables_AreKept() =>
        Assert.Equal(
            [("CS8602", false)],
            await RunAsync(DriverSource.Dispatch("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; Sink.Take(device.CurrentIrp.Flags);")));

    [Fact] // the compiler is content after an assertion; the rule is not
    public async Task DebugAssert_LeavesTheRule()
    {
        string source = DriverSource.Dispatch("Debug.Assert(irp.MdlAddress != null); " + Argument);

        Assert.Empty(await RunAsync(source));
        Assert.Equal(["MDL2001"], (await AnalyzerRun.OverAsync(source)).Select(static d => d.Id));
    }

    [Fact]
    public async Task AfterTheMdlCheck_NothingIsLeftToSuppress() =>
        Assert.Empty(await RunAsync(DriverSource.Dispatch("if (irp.MdlAddress is null) return STATUS_SUCCESS; " + Argument)));

    /// <summary>The compiler's warnings about null in driver code, and which of them are silenced.</summary>
    internal static async Task<(string Id, bool IsSuppressed)[]> RunAsync(string source, ImmutableDictionary<string, string>? settings = null)
    {
        var compilation = await AnalyzerRun.CreateAsync(withRuntime: true, source);
        ImmutableArray<DiagnosticAnalyzer> analyzers =
        [
            .. typeof(MdlFlowAnalyzer).Assembly.GetTypes()
                .Where(static type => type.IsSubclassOf(typeof(DiagnosticSuppressor)) && !type.IsAbstract)
                .Select(static type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!),
        ];
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([], new Settings(settings ?? ImmutableDictionary<string, string>.Empty)), null, true, false, reportSuppressedDiagnostics: true);
        var diagnostics = await compilation.WithAnalyzers(analyzers, options).GetAllDiagnosticsAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain(diagnostics, static d => d.Severity == DiagnosticSeverity.Error || d.Id.StartsWith("AD", StringComparison.Ordinal));
        return [.. diagnostics.Where(static d => d.Id is "CS8600" or "CS8601" or "CS8602" or "CS8603" or "CS8604" or "CS8629").Select(static d => (d.Id, d.IsSuppressed))];
    }

    /// <summary>The same options for every file.</summary>
    private sealed class Settings(ImmutableDictionary<string, string> settings) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(settings);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Options(ImmutableDictionary<string, string> settings) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => settings.TryGetValue(key, out value);
    }
}
