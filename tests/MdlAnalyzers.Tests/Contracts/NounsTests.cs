using MdlAnalyzers.Contracts;

namespace MdlAnalyzers.Tests.Contracts;

/// <summary>The head noun of a name says what it holds.</summary>
public sealed class NounsTests
{
    [Theory]
    [InlineData("mdlAddress", nameof(Noun.Address))]
    [InlineData("currentVa", nameof(Noun.Address))]
    [InlineData("_byAddress", nameof(Noun.Address))]
    [InlineData("GetBufferVA", nameof(Noun.Address))]
    [InlineData("addressOffset", nameof(Noun.Offset))]
    [InlineData("offsetInPage", nameof(Noun.Offset))]
    [InlineData("offset_of_address", nameof(Noun.Offset))]
    [InlineData("addressLow12", nameof(Noun.Neutral))]
    [InlineData("low", nameof(Noun.Neutral))]
    [InlineData("mdlLength", nameof(Noun.Length))]
    [InlineData("n", nameof(Noun.Length))]
    [InlineData("bufferStart", nameof(Noun.Place))]
    [InlineData("result", nameof(Noun.Neutral))]
    [InlineData("", nameof(Noun.Neutral))]
    public void HeadOf_ReadsTheLastWordThatMatters(string name, string noun) => Assert.Equal(noun, Nouns.HeadOf(name).ToString());

    [Theory]
    [InlineData("SectorSize", true)]
    [InlineData("AllocationGranularity", true)]
    [InlineData("PAGE_SIZE", false)]
    [InlineData("PageBlockSize", false)]
    [InlineData(null, false)]
    public void IsForeignUnit_TellsSectorsFromPages(string? name, bool foreign) => Assert.Equal(foreign, Nouns.IsForeignUnit(name));
}
