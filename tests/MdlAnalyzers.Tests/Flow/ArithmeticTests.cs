using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Two spellings of one quantity are one value; two quantities are two.</summary>
public sealed class ArithmeticTests
{
    private static readonly SyntaxNode _here = SyntaxFactory.ParseExpression("here");
    private static readonly ObjectId _mdl = ObjectId.ForSite(_here, "first");
    private static readonly ObjectId _other = ObjectId.ForSite(_here, "second");
    private static readonly Linear _offset = Atom(TermKind.Offset);
    private static readonly Linear _length = Atom(TermKind.Length);
    private static readonly Linear _address = Atom(TermKind.Base).Add(_offset)!;

    [Fact]
    public void LowBitsOfTheAddress_AreTheOffset()
    {
        Assert.Equal(_offset, Arithmetic.And(_address, Linear.Of(0xFFF), _here));
        Assert.Equal(_offset, Arithmetic.ByteOffset(_address.AddConstant(0x3000), _here));
        Assert.Equal(_offset, Arithmetic.Modulo(_address, Linear.Of(4096), _here));
    }

    [Fact]
    public void PageOfTheAddress_IsTheBase()
    {
        Assert.Equal(Atom(TermKind.Base), Arithmetic.PageAlign(_address, _here));
        Assert.Equal(Atom(TermKind.Base), Arithmetic.And(_address, Linear.Of(0xFFFFF000), _here));
        Assert.Equal(Atom(TermKind.Base), Arithmetic.And(_address, Linear.Of(~0xFFFL), _here));
    }

    [Fact]
    public void AddressLessBase_IsTheOffset() => Assert.Equal(_offset, _address.Subtract(Atom(TermKind.Base)));

    [Fact]
    public void SpanOfTheAddress_CountsTheOffset()
    {
        Linear span = Arithmetic.SpanPages(_address, _length, _here);

        Assert.Equal(Arithmetic.ShiftRight(_offset.Add(_length)!.AddConstant(0xFFF), Linear.Of(12), _here), span);
        Assert.NotEqual(Arithmetic.BytesToPages(_length, _here), span);
    }

    [Fact]
    public void DivisionAndShift_AreOneValue() =>
        Assert.Equal(Arithmetic.Divide(_length, Linear.Of(4096), _here), Arithmetic.ShiftRight(_length, Linear.Of(12), _here));

    [Fact]
    public void RoundedUpRealQuotient_IsTheIntegerOne() =>
        Assert.Equal(Arithmetic.BytesToPages(_length, _here), Arithmetic.Ceiling(Arithmetic.Divide(_length, Linear.Of(4096), _here, real: true), _here));

    [Fact]
    public void OffsetsOfTwoMdls_Differ() => Assert.NotEqual(_offset, Linear.Of(new Term(TermKind.Offset, owner: _other)));

    [Fact]
    public void SumsDoNotDependOnOrder() => Assert.Equal(_length.Add(_address), _address.Add(_length));

    [Theory]
    [InlineData(long.MinValue, -1)]
    [InlineData(5, 0)]
    public void DivisionThatCannotBeFolded_StaysSymbolic(long dividend, long divisor) =>
        Assert.False(Arithmetic.Divide(Linear.Of(dividend), Linear.Of(divisor), _here).IsConstant);

    [Fact]
    public void SumThatGrowsTooLarge_BecomesOneSymbol()
    {
        Linear sum = Linear.Zero;
        for (int i = 0; i < 20; i++)
            sum = Arithmetic.Add(sum, Linear.Of(new Term(TermKind.Symbol, key: i)), _here);

        Assert.InRange(sum.Summands.Length, 1, 6);
    }

    private static Linear Atom(TermKind kind) => Linear.Of(new Term(kind, owner: _mdl));
}
