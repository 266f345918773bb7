using Xunit;

namespace MdlAnalyzers.Tests.Flow;

public class SmokeTests
{
    [Theory]
    [InlineData("MmGetMdlByteCount(irp.MdlAddress!);", "MDL2001@irp.MdlAddress")]
    [InlineData("nuint mdlAddress = MmGetMdlByteOffset(mdl);", "MDL1001@MmGetMdlByteOffset(mdl)")]
    [InlineData("uint len = MmGetMdlByteCount(mdl); uint pages = (len + PAGE_SIZE - 1) / PAGE_SIZE; var a = new int[pages];", "MDL1002@(len + PAGE_SIZE - 1) / PAGE_SIZE")]
    [InlineData("if (irp.MdlAddress == null) return; Use(irp.MdlAddress);", "")]
    public async Task Shape(string body, string expected)
    {
        Assert.Equal(expected, string.Join("; ", await FlowHarness.Body(body)));
    }
}
