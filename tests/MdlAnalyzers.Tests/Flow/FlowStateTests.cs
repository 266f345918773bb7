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

    [Fact]
    public void JoinedObjectThatNoPlaceHolds_LeavesNoFacts()
    {
        FlowState state = FlowState.Empty.SetNullness(_mdl, Nullness.NotNull).SetSlot(_mdl, SlotKind.Partial, 1);

        Assert.Equal(FlowState.Empty, state.ForgetLost(FlowState.Empty));
    }

    [Fact]
    public void JoinedObjectThatSomethingStillNames_KeepsItsFacts()
    {
        ObjectId member = ObjectId.ForMember(_mdl, FlowHarness.Compile("").Assembly, node: null, version: null, isRequestMdl: false);
        FlowState facts = FlowState.Empty.SetNullness(member, Nullness.NotNull).SetSlot(_mdl, SlotKind.Partial, 1);
        FlowState[] states =
        [
            facts.Set(_variable, new ObjectValue(_mdl)),
            facts.Set(_variable, new TupleValue([Linear.Zero, new ObjectValue(member)])),
            facts.Set(_variable, Linear.Of(new Term(TermKind.Offset, owner: _mdl))),
            facts.Set(_variable, new BoolValue(Condition.Not(Condition.IsNull(_mdl)))),
            facts.Set(_variable, new UnknownValue([_mdl])),
            facts.Set(_variable, new SpanValue(Linear.Of(new Term(TermKind.Offset, owner: _mdl)), Linear.Zero)),
            facts.Set(new Place(_mdl, "member"), Linear.Zero),
        ];

        Assert.All(states, static state => Assert.Same(state, state.ForgetLost(FlowState.Empty)));
    }

    [Fact]
    public void FactsOfOldOrOtherObjects_AreNotLost()
    {
        FlowState before = FlowState.Empty.SetNullness(_mdl, Nullness.NotNull);
        FlowState other = FlowState.Empty.SetNullness(ObjectId.ForThis(null), Nullness.NotNull);

        Assert.Same(before, before.ForgetLost(before));
        Assert.Same(other, other.ForgetLost(FlowState.Empty));
    }
}
