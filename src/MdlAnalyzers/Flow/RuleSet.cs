using System.Collections.Concurrent;
using MdlAnalyzers.Flow.Values;

namespace MdlAnalyzers.Flow;

/// <summary>The rules of one body, by the events they want: most rules want few, and events are many.</summary>
internal sealed class RuleSet
{
    private static readonly ConcurrentDictionary<Type, HashSet<string>> _overridden = new();

    private readonly List<FlowRule> _uses, _computations, _objectUses, _calls, _exits, _ends;

    public RuleSet(IReadOnlyList<FlowRule> rules)
    {
        (_uses, _computations, _objectUses) = (new(rules.Count), new(rules.Count), new(rules.Count));
        (_calls, _exits, _ends) = (new(rules.Count), new(rules.Count), new(rules.Count));
        foreach (FlowRule rule in rules)
        {
            HashSet<string> overridden = _overridden.GetOrAdd(rule.GetType(), Overridden);
            Add(_uses, nameof(FlowRule.OnUse));
            Add(_computations, nameof(FlowRule.OnCompute));
            Add(_objectUses, nameof(FlowRule.OnObjectUse));
            Add(_calls, nameof(FlowRule.OnCall));
            Add(_exits, nameof(FlowRule.OnExit));
            Add(_ends, nameof(FlowRule.OnEnd));

            void Add(List<FlowRule> wanting, string name)
            {
                if (overridden.Contains(name))
                    wanting.Add(rule);
            }
        }
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
    private static HashSet<string> Overridden(Type rule) =>
        [.. rule.GetMethods().Where(static method => method.IsVirtual && method.DeclaringType != typeof(FlowRule)).Select(static method => method.Name)];
}
