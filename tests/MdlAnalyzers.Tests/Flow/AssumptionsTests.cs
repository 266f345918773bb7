using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>What a path learns from the tests it has passed.</summary>
public sealed class AssumptionsTests
{
    private static readonly Term _length = new(TermKind.RequestLength, key: "length");
    private static readonly ObjectId _mdl = ObjectId.ForJoin("point", "mdl");

    [Theory]
    [InlineData(nameof(Comparison.Equal), 0, false, true)]
    [InlineData(nameof(Comparison.NotEqual), 0, true, true)]
    [InlineData(nameof(Comparison.Less), 1, false, true)]
    [InlineData(nameof(Comparison.Greater), 0, true, true)]
    [InlineData(nameof(Comparison.GreaterOrEqual), 16, true, true)]
    [InlineData(nameof(Comparison.GreaterOrEqual), 0, true, false)]
    [InlineData(nameof(Comparison.LessOrEqual), 16, true, false)]
    public void LengthTest_TellsWhetherItIsZero(string comparison, long bound, bool truth, bool excludesZero)
    {
        Condition condition = Condition.Compare(Enum.Parse<Comparison>(comparison), Linear.Of(_length), Linear.Of(bound), unsigned: true);

        FlowState state = Assert.Single(Assumptions.Assume(FlowState.Empty, condition, truth));

        Assert.Equal(excludesZero, state.RangeOf(_length).ExcludesZero);
    }

    [Fact]
    public void NegativeUnsignedLength_IsNoPath() =>
        Assert.Empty(Assumptions.Assume(FlowState.Empty, Condition.Compare(Comparison.Less, Linear.Of(_length), Linear.Zero, unsigned: true), truth: true));

    [Fact]
    public void WrappedDifference_BelowALimitExcludesZero()
    {
        Condition condition = Condition.Compare(Comparison.Greater, Linear.Of(_length).AddConstant(-1), Linear.Of(65535), unsigned: true);

        FlowState state = Assert.Single(Assumptions.Assume(FlowState.Empty, condition, truth: false));

        Assert.True(state.RangeOf(_length).ExcludesZero);
    }

    [Fact]
    public void QuotientAboveZero_MeansLengthAboveZero()
    {
        var quotient = new Term(TermKind.Divide, left: Linear.Of(_length), right: Linear.Of(512));
        Condition condition = Condition.Compare(Comparison.Equal, Linear.Of(quotient), Linear.Zero, unsigned: true);

        FlowState state = Assert.Single(Assumptions.Assume(FlowState.Empty, condition, truth: false));

        Assert.Equal(512, state.RangeOf(_length).Low);
    }

    [Fact]
    public void NullTest_HoldsOnItsBranchOnly()
    {
        Condition isNull = Condition.IsNull(_mdl);

        Assert.Equal(Nullness.Null, Assert.Single(Assumptions.Assume(FlowState.Empty, isNull, truth: true)).NullnessOf(_mdl));
        Assert.Equal(Nullness.NotNull, Assert.Single(Assumptions.Assume(FlowState.Empty, isNull, truth: false)).NullnessOf(_mdl));
    }

    [Fact]
    public void ContradictingTests_LeaveNoPath()
    {
        FlowState present = FlowState.Empty.SetNullness(_mdl, Nullness.NotNull);

        Assert.Empty(Assumptions.Assume(present, Condition.IsNull(_mdl), truth: true));
    }

    [Fact]
    public void Disjunction_LeavesOnePathPerWay()
    {
        Condition either = Condition.Or(Condition.IsNull(_mdl), Condition.Compare(Comparison.Equal, Linear.Of(_length), Linear.Zero, unsigned: true));

        Assert.Equal(2, Assumptions.Assume(FlowState.Empty, either, truth: true).Length);
        Assert.Single(Assumptions.Assume(FlowState.Empty, either, truth: false));
    }

    [Fact]
    public void UnknownTestAboutAnObject_IsRemembered()
    {
        FlowState state = Assert.Single(Assumptions.Assume(FlowState.Empty, Condition.About([_mdl]), truth: true));

        Assert.NotEqual(0, state.SlotOf(_mdl, SlotKind.Consulted));
    }
}
