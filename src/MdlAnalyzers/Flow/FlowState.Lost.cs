using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

internal sealed partial class FlowState
{
    /// <summary>
    /// Forgets what was found out since <paramref name="earlier"/> about objects that paths brought together and that no place holds any more: nothing
    /// can ask about them, but the facts would tell the turns of a loop apart.
    /// </summary>
    public FlowState ForgetLost(FlowState earlier)
    {
        HashSet<ObjectId>? lost = null;
        foreach (KeyValuePair<Slot, int> pair in _slots.Except(earlier._slots))
            AddJoined(pair.Key.Subject, ref lost);
        foreach (KeyValuePair<ObjectId, Nullness> pair in _nulls.Except(earlier._nulls))
            AddJoined(pair.Key, ref lost);
        if (lost is null)
            return this;

        foreach (KeyValuePair<Place, Value> pair in _values)
        {
            Keep(pair.Key.Owner, lost);
            Keep(pair.Value, lost);
        }

        return WithSlots(_slots.RemoveWhere(lost, static (slot, lost) => lost.Contains(RootOf(slot.Subject))))
            .WithNulls(_nulls.RemoveWhere(lost, static (id, lost) => lost.Contains(RootOf(id))));
    }

    private static void AddJoined(ObjectId id, ref HashSet<ObjectId>? joined)
    {
        if (RootOf(id) is { Kind: ObjectOrigin.Join } root)
            (joined ??= []).Add(root);
    }

    private static ObjectId RootOf(ObjectId id)
    {
        while (id.Owner is { } owner)
            id = owner;
        return id;
    }

    private static void Keep(ObjectId? id, HashSet<ObjectId> lost)
    {
        if (id is not null)
            lost.Remove(RootOf(id));
    }

    private static void Keep(Value value, HashSet<ObjectId> lost)
    {
        switch (value)
        {
            case ObjectValue reference:
                Keep(reference.Id, lost);
                break;
            case UnknownValue unknown:
                foreach (ObjectId id in unknown.Involved)
                    Keep(id, lost);
                break;
            case Linear number:
                Keep(number, lost);
                break;
            case BoolValue boolean:
                Keep(boolean.Condition, lost);
                break;
            case TupleValue tuple:
                foreach (Value element in tuple.Elements)
                    Keep(element, lost);
                break;
            case FramesValue frames:
                Keep(frames.Mdl, lost);
                Keep(frames.Start, lost);
                break;
            case SpanValue span:
                Keep(span.Address, lost);
                Keep(span.Length, lost);
                break;
            case DelegateValue target:
                Keep(target.Receiver, lost);
                Keep(target.Frame.This, lost);
                break;
            case ReferenceValue reference:
                Keep(reference.Target.Owner, lost);
                break;
        }
    }

    private static void Keep(Linear? number, HashSet<ObjectId> lost)
    {
        if (number is null)
            return;
        foreach (Summand summand in number.Summands)
        {
            Keep(summand.Term.Owner, lost);
            Keep(summand.Term.Left, lost);
            Keep(summand.Term.Right, lost);
        }
    }

    private static void Keep(Condition? condition, HashSet<ObjectId> lost)
    {
        if (condition is null)
            return;
        Keep(condition.Subject, lost);
        Keep(condition.Left, lost);
        Keep(condition.Right, lost);
        Keep(condition.First, lost);
        Keep(condition.Second, lost);
        foreach (ObjectId id in condition.Involved)
            Keep(id, lost);
    }
}
