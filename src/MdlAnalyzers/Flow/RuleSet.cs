using System.Collections.Concurrent;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

/// <summary>The rules of one body, by the events they want: most rules want few, and events are many.</summary>
internal sealed class RuleSet
{
    private static readonly ConcurrentDictionary<Type, Event> _wanted = new();

    private readonly FlowRule[] _uses, _computations, _objectUses, _calls, _exits, _ends;

    public RuleSet(IReadOnlyList<FlowRule> rules)
    {
        var wanted = new Event[rules.Count];
        for (int i = 0; i < wanted.Length; i++)
            wanted[i] = _wanted.GetOrAdd(rules[i].GetType(), static type => WantedBy(type));
        _uses = Wanting(Event.Use);
        _computations = Wanting(Event.Compute);
        _objectUses = Wanting(Event.ObjectUse);
        _calls = Wanting(Event.Call);
        _exits = Wanting(Event.Exit);
        _ends = Wanting(Event.End);

        FlowRule[] Wanting(Event kind)
        {
            int count = 0;
            foreach (Event events in wanted)
                count += (events & kind) == 0 ? 0 : 1;
            var wanting = new FlowRule[count];
            for (int i = wanted.Length - 1; i >= 0; i--)
            {
                if ((wanted[i] & kind) != 0)
                    wanting[--count] = rules[i];
            }

            return wanting;
        }
    }

    [Flags]
    private enum Event
    {
        None = 0,
        Use = 1,
        Compute = 2,
        ObjectUse = 4,
        Call = 8,
        Exit = 16,
        End = 32,
    }

    public void OnUse(in ValueUse use, FlowReporter reporter)
    {
        foreach (FlowRule rule in _uses)
            rule.OnUse(use, reporter);
    }

    public void OnCompute(in Computation computation, FlowReporter reporter)
    {
        foreach (FlowRule rule in _computations)
            rule.OnCompute(computation, reporter);
    }

    public void OnObjectUse(in ObjectUse use, FlowReporter reporter)
    {
        foreach (FlowRule rule in _objectUses)
            rule.OnObjectUse(use, reporter);
    }

    public void OnCall(CallEvent call, FlowReporter reporter)
    {
        foreach (FlowRule rule in _calls)
            rule.OnCall(call, reporter);
    }

    public void OnExit(FlowState state, Frame frame)
    {
        foreach (FlowRule rule in _exits)
            rule.OnExit(state, frame);
    }

    public void OnEnd(FlowReporter reporter)
    {
        foreach (FlowRule rule in _ends)
            rule.OnEnd(reporter);
    }

    // A rule wants the events whose methods it overrides.
    private static Event WantedBy(Type rule)
    {
        Event wanted = Event.None;
        foreach (Event kind in Enum.GetValues(typeof(Event)))
        {
            if (rule.GetMethod("On" + kind) is { } method && method.DeclaringType != typeof(FlowRule))
                wanted |= kind;
        }

        return wanted;
    }
}
