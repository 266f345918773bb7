using MdlAnalyzers.CodeFixes;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MdlAnalyzers.Tests.All;

/// <summary>A read routine with all three mistakes is repaired by the three fixes together, in whatever order they run.</summary>
public sealed class ReadRoutineRepairTests
{
    private const string Broken = """
        internal static class ReadDriver
        {
            public static NtStatus DispatchRead(DeviceObject device, Irp irp)
            {
                IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);

                // the number of bytes the application wants to read
                uint readLength = stack.Parameters.Read.Length;

                // the length of the locked buffer
                uint mdlLength = MmGetMdlByteCount(irp.MdlAddress!);

                // the offset of the locked buffer
                uint mdlOffset = MmGetMdlByteOffset(irp.MdlAddress!);

                // the virtual address of the locked buffer
                nuint mdlAddress = MmGetMdlByteOffset(irp.MdlAddress!);

                // the address of the buffer in kernel mode
                nuint kernelAddress = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, NormalPagePriority | MdlMappingNoExecute);

                // the number of pages to transfer
                uint pageCount = (mdlLength + PAGE_SIZE - 1) / PAGE_SIZE;

                Sink.Take((readLength, mdlLength, mdlOffset, mdlAddress, kernelAddress, pageCount));

                irp.IoStatus.Status = STATUS_SUCCESS;
                irp.IoStatus.Information = 0;
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return STATUS_SUCCESS;
            }
        }
        """;

    private const string Guard = """
                if (irp.MdlAddress is null)
                {
                    irp.IoStatus.Status = STATUS_SUCCESS;
                    irp.IoStatus.Information = 0;
                    IoCompleteRequest(irp, IO_NO_INCREMENT);
                    return STATUS_SUCCESS;
                }


        """;

    public static TheoryData<int, int, int> Orders => new()
    {
        { 0, 1, 2 },
        { 0, 2, 1 },
        { 1, 0, 2 },
        { 1, 2, 0 },
        { 2, 0, 1 },
        { 2, 1, 0 },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task ThreeFixes_RepairTheRoutine(int first, int second, int third)
    {
        CodeFixProvider[] fixes = [new OffsetUsedAsAddressFix(), new PageMathIgnoresOffsetFix(), new UnguardedMdlAddressFix()];
        using CommandLineFormat format = await CommandLineFormat.OpenAsync(Broken);
        Assert.Equal(["MDL1001", "MDL1002", "MDL2001"], (await format.DiagnosticsAsync()).Select(static d => d.Id).Distinct().Order(StringComparer.Ordinal));

        foreach (int next in (int[])[first, second, third])
            await format.RepairAsync(fixes[next]);

        Assert.Empty(AnalyzerRun.Describe(await format.DiagnosticsAsync()));
        string text = await format.TextAsync();
        Assert.Contains(Guard + "        // the length of the locked buffer", text, StringComparison.Ordinal);
        Assert.Contains("nuint mdlAddress = MmGetMdlVirtualAddress(irp.MdlAddress!);", text, StringComparison.Ordinal);
        Assert.Matches(@"uint pageCount = ADDRESS_AND_SIZE_TO_SPAN_PAGES\((mdlAddress|MmGetMdlVirtualAddress\(irp\.MdlAddress!\)), mdlLength\);", text);
    }
}
