using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>What is left of two paths that are joined because there are too many.</summary>
public sealed class FlowStateTests
{
    private static readonly object _point = new();
    private static readonly Place _variable = new(null, "variable");
    private static readonly ObjectId _mdl = ObjectId.ForJoin("point", "mdl");

    [Fact]
    public void EqualPaths_StayAsTheyAre()
    {
        FlowState a = FlowState.Empty.Set(_variable, Linear.Of(1)), b = FlowState.Empty.Set(_variable, Linear.Of(1));

        Assert.Equal(a, b);
        Assert.Same(a, a.Join(b, _point, widen: false));
    }

    [Fact]
    public void ReferenceTestedOnOnePath_IsNeitherProvenNorNot()
    {
        FlowState joined = FlowState.Empty.SetNullness(_mdl, Nullness.NotNull).Join(FlowState.Empty, _point, widen: false);

        Assert.Equal(Nullness.Tested, joined.NullnessOf(_mdl));
    }

    [Fact]
    public void DifferentNumbers_BecomeARange()
    {
        FlowState joined = FlowState.Empty.Set(_variable, Linear.Of(0)).Join(FlowState.Empty.Set(_variable, Linear.Of(8)), _point, widen: false);

        Interval range = joined.RangeOf(Assert.IsType<Linear>(joined.Get(_variable)));

        Assert.Equal((0, 8), (range.Low, range.High));
    }

    [Fact]
    public void GrowingNumber_IsWidenedAtItsGrowingEndOnly()
    {
        FlowState joined = FlowState.Empty.Set(_variable, Linear.Of(1)).Join(FlowState.Empty.Set(_variable, Linear.Of(2)), _point, widen: true);

        Interval range = joined.RangeOf(Assert.IsType<Linear>(joined.Get(_variable)));

        Assert.Equal((1, long.MaxValue), (range.Low, range.High));
    }

    [Fact]
    public void WideningTwice_ReachesAFixpoint()
    {
        FlowState once = FlowState.Empty.Set(_variable, Linear.Of(1)).Join(FlowState.Empty.Set(_variable, Linear.Of(2)), _point, widen: true);

        Assert.Equal(once, once.Join(FlowState.Empty.Set(_variable, Linear.Of(3)), _point, widen: true));
    }

    [Fact]
    public void ForgettingAnObject_DropsItsMembersAndQuantities()
    {
        var offset = new Term(TermKind.Offset, owner: _mdl);
        FlowState state = FlowState.Empty.SetNullness(_mdl, Nullness.NotNull).Set(new Place(_mdl, "member"), Linear.Zero).Narrow(offset, new Interval(0, 0))!;

        Assert.Equal(FlowState.Empty, state.Forget(_mdl));
    }
}
