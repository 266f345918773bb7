using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;

namespace MdlAnalyzers.Tests.Rules;

/// <summary>The options in <c>.editorconfig</c>: set, unset, and set to something that makes no sense.</summary>
public sealed class RuleOptionTests
{
    private const string Guard = """
        internal static class Guard
        {
            public static extern bool HasBuffer(Mdl? mdl);
            public static extern void Require(Mdl? mdl);
            public static extern void RequireTransfer(Irp irp);
            public static extern void RequireBlock(IoStackLocation sp);
            public static extern Mdl MdlOf(Irp irp);
            public static extern Mdl Present(Mdl? mdl);
        }
        """;

    [Theory]
    [InlineData("Guard.Require(irp.MdlAddress);", "Require")]
    [InlineData("Guard.Require(irp.MdlAddress);", "Guard.Require")]
    [InlineData("Guard.Require(irp.MdlAddress);", "Other, Guard.Require")]
    [InlineData("Guard.Require(irp.MdlAddress);", "Other|Guard.Require")]
    [InlineData("if (!Guard.HasBuffer(irp.MdlAddress)) return STATUS_SUCCESS;", "HasBuffer")]
    [InlineData("bool some = Guard.HasBuffer(irp.MdlAddress); if (!some) return STATUS_SUCCESS;", "HasBuffer")]
    [InlineData("Guard.RequireTransfer(irp);", "RequireTransfer")]
    [InlineData("Guard.RequireBlock(sp);", "RequireBlock")]
    [InlineData("Sink.Take(Guard.Present(irp.MdlAddress));", "Present")]
    [InlineData("Checked(irp.MdlAddress); static void Checked(Mdl? m) { }", "Checked")]
    public Task GuardMethod_ProvesTheMdl(string guard, string names) => VerifyAsync(
        DriverSource.Dispatch(guard + " Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));") + Guard, "guard_methods", names);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("RequireAll")]
    [InlineData("Other.Require")]
    [InlineData("Guard")]
    [InlineData("require")]
    [InlineData("Guard.Require()")]
    [InlineData("Require, 4you")]
    [InlineData("Require..Guard")]
    [InlineData(".Require")]
    [InlineData("Require, *")]
    public Task NoGuardMethod_LeavesTheRule(string? names) => VerifyAsync(
        DriverSource.Dispatch("Require(irp.MdlAddress); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); static void Require(Mdl? m) { }") + Guard, "guard_methods", names);

    [Fact]
    public Task GuardThatAnswersNo_LeavesTheRule() => VerifyAsync(
        DriverSource.Dispatch("if (Guard.HasBuffer(irp.MdlAddress)) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));") + Guard, "guard_methods", "HasBuffer");

    [Fact]
    public Task GuardOfAnotherRequest_LeavesTheRule() => VerifyAsync(
        DriverSource.Dispatch("Guard.RequireTransfer(device.CurrentIrp!); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));") + Guard, "guard_methods", "RequireTransfer");

    [Theory]
    [InlineData("Unit", true)]
    [InlineData("Layout.Unit", true)]
    [InlineData("Other, Layout.Unit", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("Other.Unit", false)]
    [InlineData("unit", false)]
    [InlineData("Layout.Unit!", false)]
    [InlineData("Unit, 0x1000", false)]
    public async Task PageSizeField_IsAPage(string? names, bool isPage)
    {
        string count = "(len + Layout.Unit - 1) / Layout.Unit";
        await VerifyAsync(
            DriverSource.Pages($"_sg = new SgEntry[{(isPage ? $"{{|MDL1002:{count}|}}" : count)}];") + "internal static class Layout { public static uint Unit; }",
            "page_size_constants",
            names);
    }

    [Theory]
    [InlineData("const uint BLOCK_SIZE = 4096;", "BLOCK_SIZE")]
    [InlineData("static uint BLOCK_SIZE { get; } = 4096;", "BLOCK_SIZE")]
    [InlineData("static readonly nuint BLOCK_SIZE = 4096;", "Driver.BLOCK_SIZE")]
    public Task ConstantCalledAfterAnotherUnit_IsAPage(string member, string names) => VerifyAsync(
        DriverSource.Pages("_sg = new SgEntry[{|MDL1002:(len + BLOCK_SIZE - 1) / BLOCK_SIZE|}];", member), "page_size_constants", names);

    [Fact]
    public Task ConstantCalledAfterAnotherUnit_IsNoneUnset() => VerifyAsync(
        DriverSource.Pages("_sg = new SgEntry[(len + BLOCK_SIZE - 1) / BLOCK_SIZE];", "const uint BLOCK_SIZE = 4096;"), "page_size_constants", null);

    [Theory]
    [InlineData("write", false)]
    [InlineData("write, device_control", false)]
    [InlineData("none", false)]
    [InlineData("read", true)]
    [InlineData("READ", true)]
    [InlineData("read, write", true)]
    [InlineData("read write device_control", true)]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("write, reads", true)]
    [InlineData("write, none", true)]
    [InlineData("1", true)]
    public Task DirectRequests_DecideWhichLengthProves(string? requests, bool isProof) => VerifyAsync(
        DriverSource.Dispatch("if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(" + (isProof ? "irp.MdlAddress" : "{|MDL2001:irp.MdlAddress|}") + "!));"),
        "direct_io_requests",
        requests);

    [Fact]
    public Task DirectRequests_LeaveTheTestOfTheMdl() => VerifyAsync(
        DriverSource.Dispatch("if (irp.MdlAddress is null) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(irp.MdlAddress));"), "direct_io_requests", "none");

    private static async Task VerifyAsync(string source, string key, string? value)
    {
        var test = new CSharpAnalyzerTest<MdlFlowAnalyzer, DefaultVerifier> { TestCode = source };
        test.AddDriverSurface();
        test.LeaveOutSuggestions(except: null);
        if (value is not null)
            test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n[*.cs]\nmdl_analyzers.{key} = {value}\n"));
        await test.RunAsync(TestContext.Current.CancellationToken);
    }
}
