using System.Collections.Immutable;
using MdlAnalyzers.Tests.Rules;

namespace MdlAnalyzers.Tests.Suppressors;

/// <summary>The options in <c>.editorconfig</c> hold for what the package silences: set, unset, and set to something that makes no sense.</summary>
public sealed class SuppressorOptionTests
{
    private const string Guard = """

        internal static class Guard
        {
            public static extern bool HasBuffer(Mdl? mdl);
            public static extern void Require(Mdl? mdl);
            public static extern void RequireTransfer(Irp irp);
            public static extern void RequireBlock(IoStackLocation sp);
        }
        """;

    private const string Length = "if (sp.Parameters.Read.Length == 0) return STATUS_SUCCESS; ";
    private const string Argument = "Sink.Take(MmGetMdlByteCount(irp.MdlAddress));";

    [Theory]
    [InlineData("Guard.RequireTransfer(irp);", "RequireTransfer")]
    [InlineData("Guard.RequireTransfer(irp);", "Guard.RequireTransfer")]
    [InlineData("Guard.RequireTransfer(irp);", "Other, Guard.RequireTransfer")]
    [InlineData("Guard.RequireBlock(sp);", "RequireBlock")]
    [InlineData("Guard.Require(irp.MdlAddress);", "Require")]
    [InlineData("Guard.Require(irp.MdlAddress);", "Other|Guard.Require")]
    [InlineData("if (!Guard.HasBuffer(irp.MdlAddress)) return STATUS_SUCCESS;", "HasBuffer")]
    [InlineData("bool some = Guard.HasBuffer(irp.MdlAddress); if (!some) return STATUS_SUCCESS;", "HasBuffer")]
    public async Task GuardMethod_Silences(string guard, string names)
    {
        Assert.Equal([("CS8604", true)], await RunAsync($"{guard} {Argument}", "guard_methods", names));
        Assert.Equal([("CS8602", true)], await RunAsync($"{guard} Sink.Take(irp.MdlAddress.MdlFlags);", "guard_methods", names));
        Assert.Equal([("CS8600", true)], await RunAsync($"{guard} Mdl m = irp.MdlAddress; Sink.Take(m);", "guard_methods", names));
        Assert.Equal([("CS8601", true)], await RunAsync($"{guard} _mdl = irp.MdlAddress;", "guard_methods", names));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("requiretransfer")]
    [InlineData("Other.RequireTransfer")]
    [InlineData("Guard.RequireTransfer()")]
    [InlineData("RequireTransfer, 4you")]
    [InlineData(".RequireTransfer")]
    [InlineData("RequireTransfer, *")]
    public async Task NoGuardMethod_KeepsTheWarning(string? names)
    {
        Assert.Equal([("CS8604", false)], await RunAsync($"Guard.RequireTransfer(irp); {Argument}", "guard_methods", names));
        Assert.Equal([("CS8604", false)], await RunAsync($"Guard.Require(irp.MdlAddress); {Argument}", "guard_methods", names));
    }

    [Theory]
    [InlineData("Guard.RequireTransfer(device.CurrentIrp!);", "RequireTransfer")]
    [InlineData("Guard.Require(device.CurrentIrp!.MdlAddress);", "Require")]
    [InlineData("if (Guard.HasBuffer(irp.MdlAddress)) return STATUS_SUCCESS;", "HasBuffer")]
    [InlineData("if (device.Flags == 0) Guard.Require(irp.MdlAddress);", "Require")]
    [InlineData("Guard.Require(irp.MdlAddress); irp = device.CurrentIrp!;", "Require")]
    [InlineData("Guard.Require(irp.MdlAddress); irp.MdlAddress = _maybe;", "Require")]
    public async Task GuardOfSomethingElse_KeepsTheWarning(string guard, string names) =>
        Assert.Equal([("CS8604", false)], await RunAsync($"{guard} {Argument}", "guard_methods", names));

    [Theory] // a use is no test, though it counts as one for what comes behind it
    [InlineData("Guard.Require(_irp.MdlAddress); Touch(irp);")]
    [InlineData("Touch(irp); if (Guard.HasBuffer(_irp.MdlAddress)) return STATUS_SUCCESS;")]
    public async Task UseInsteadOfAGuard_KeepsTheWarning(string body) => Assert.Equal(
        [("CS8604", false)],
        await RunAsync($"{body} {Argument} static void Touch(Irp i) {{ Sink.Take(MmGetMdlByteCount(i.MdlAddress!)); }}", "guard_methods", "Require, HasBuffer"));

    [Theory]
    [InlineData("read", true)]
    [InlineData("READ", true)]
    [InlineData("read, write", true)]
    [InlineData("write", false)]
    [InlineData("write, device_control", false)]
    [InlineData("none", false)]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("write, reads", true)]
    [InlineData("write, none", true)]
    public async Task DirectRequests_DecideWhichLengthSilences(string? requests, bool isSilenced)
    {
        Assert.Equal([("CS8604", isSilenced)], await RunAsync(Length + Argument, "direct_io_requests", requests));
        Assert.Equal([("CS8602", isSilenced)], await RunAsync(Length + "Sink.Take(irp.MdlAddress.MdlFlags);", "direct_io_requests", requests));
        Assert.Equal([("CS8600", isSilenced)], await RunAsync(Length + "Mdl m = irp.MdlAddress; Sink.Take(m);", "direct_io_requests", requests));
        Assert.Equal([("CS8601", isSilenced)], await RunAsync(Length + "_mdl = irp.MdlAddress;", "direct_io_requests", requests));
    }

    [Theory]
    [InlineData("page_size_constants", "PAGE_SIZE")]
    [InlineData("page_size_constants", "4, *")]
    [InlineData("no_such_option", "read")]
    public async Task OtherOptions_ChangeNothing(string key, string value)
    {
        Assert.Equal([("CS8604", true)], await RunAsync(Length + Argument, key, value));
        Assert.Equal([("CS8604", false)], await RunAsync(Argument, key, value));
    }

    private static Task<(string Id, bool IsSuppressed)[]> RunAsync(string body, string key, string? value) =>
        NullableSuppressorTests.RunAsync(
            DriverSource.Dispatch(body, "private static Mdl _mdl = null!; private static Mdl? _maybe = null; private static Irp _irp = null!;") + Guard,
            value is null ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("mdl_analyzers." + key, value));
}
