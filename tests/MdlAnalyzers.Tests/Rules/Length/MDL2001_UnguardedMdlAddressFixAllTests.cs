using MdlAnalyzers.CodeFixes;
using MdlAnalyzers.Tests.All;
using Verify = MdlAnalyzers.Tests.Rules.FixVerifier<MdlAnalyzers.CodeFixes.UnguardedMdlAddressFix>;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>Several unguarded uses at once, and the layout of what is inserted.</summary>
public sealed class MDL2001_UnguardedMdlAddressFixAllTests
{
    private const string Guard = """
        if (irp.MdlAddress is null)
                {
                    irp.IoStatus.Status = STATUS_SUCCESS;
                    irp.IoStatus.Information = 0;
                    IoCompleteRequest(irp, IO_NO_INCREMENT);
                    return STATUS_SUCCESS;
                }
        """;

    [Fact]
    public async Task SeveralUsesInARoutine_GetOneGuard()
    {
        string text = await RepairAsync(DriverSource.Dispatch("""
            uint length = MmGetMdlByteCount(irp.MdlAddress!);
                    uint offset = MmGetMdlByteOffset(irp.MdlAddress!);
                    Sink.Take(length + offset);
            """));

        Assert.Equal(DriverSource.Dispatch($$"""
            {{Guard}}

                    uint length = MmGetMdlByteCount(irp.MdlAddress!);
                    uint offset = MmGetMdlByteOffset(irp.MdlAddress!);
                    Sink.Take(length + offset);
            """), text);
    }

    [Fact]
    public async Task UsesInTwoBranches_GetAGuardEach()
    {
        string text = await RepairAsync(DriverSource.Dispatch("""
            if (sp.MinorFunction == 0)
                    {
                        Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                    }
                    else
                    {
                        Sink.Take(MmGetMdlByteOffset(irp.MdlAddress!));
                    }
            """));

        Assert.Equal(2, text.Split("irp.MdlAddress is null").Length - 1);
    }

    [Fact]
    public Task ThreeRoutines_AreAllRepaired()
    {
        string[] names = ["ReadFirst", "ReadSecond", "ReadThird"];
        return Verify.VerifyAsync(
            DriverSource.Class(string.Concat(names.Select(static name => Routine(name, "{|MDL2001:irp.MdlAddress|}!", guard: "")))),
            DriverSource.Class(string.Concat(names.Select(static name => Routine(name, "irp.MdlAddress!", Guard + "\n\n        ")))),
            "MdlIsNull");
    }

    [Fact]
    public async Task CarriageReturns_AreKept()
    {
        string text = await RepairAsync(DriverSource.Dispatch("Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));").ReplaceLineEndings("\r\n"));

        Assert.Contains("irp.MdlAddress is null)\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CommentsAndBlankLines_StayWhereTheyBelong()
    {
        string text = await RepairAsync(DriverSource.Dispatch("""
            Sink.Take(1); // first

                    // The caller's buffer,
                    /* as it came. */
                    Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); // used
            """));

        Assert.Equal(DriverSource.Dispatch($$"""
            Sink.Take(1); // first

                    {{Guard}}

                    // The caller's buffer,
                    /* as it came. */
                    Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); // used
            """), text);
    }

    [Fact]
    public async Task BlockOnOneLine_IsSpreadOut()
    {
        string text = await RepairAsync(DriverSource.Dispatch("if (sp.MinorFunction == 0) { Sink.Take(1); Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); }"));

        Assert.Equal(DriverSource.Dispatch($$"""
            if (sp.MinorFunction == 0)
                    {
                        Sink.Take(1);
                        {{Guard.Replace("\n        ", "\n            ", StringComparison.Ordinal)}}

                        Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                    }
            """), text);
    }

    [Fact]
    public async Task Lock_IsNotHeldWhileTheRequestIsCompleted()
    {
        string text = await RepairAsync(DriverSource.Dispatch("""
            lock (_gate)
                    {
                        Sink.Take(MmGetMdlByteCount(irp.MdlAddress!));
                    }
            """, "private readonly object _gate = new();"));

        Assert.Contains(Guard + "\n\n        lock (_gate)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lambda_IsRepairedInItsOwnBody()
    {
        string text = await RepairAsync(DriverSource.Class("""
            static void Register(DriverObject driver)
                {
                    driver.MajorFunction[MajorFunction.IRP_MJ_READ] = static (device, request) =>
                    {
                        request.IoStatus.Information = MmGetMdlByteCount(request.MdlAddress!);
                        IoCompleteRequest(request, IO_NO_INCREMENT);
                        return STATUS_SUCCESS;
                    };
                }
            """));

        Assert.Contains("            if (request.MdlAddress is null)\n            {\n                request.IoStatus.Status = STATUS_SUCCESS;", text, StringComparison.Ordinal);
    }

    private static string Routine(string name, string mdl, string guard) => $$"""
        static NtStatus {{name}}(DeviceObject device, Irp irp)
            {
                {{guard}}irp.IoStatus.Information = MmGetMdlByteCount({{mdl}});
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return STATUS_SUCCESS;
            }

            
        """;

    private static async Task<string> RepairAsync(string source)
    {
        using CommandLineFormat format = await CommandLineFormat.OpenAsync(source);
        await format.RepairAsync(new UnguardedMdlAddressFix());
        Assert.Empty(AnalyzerRun.Describe(await format.DiagnosticsAsync()));
        return await format.TextAsync();
    }
}
