namespace MdlRuntime.Verification;

/// <summary>What happened to the objects of a finding until then; turned into text when somebody reads it.</summary>
internal sealed class FindingHistory
{
    public static readonly FindingHistory Empty = new([], null!, made: null);

    private readonly Lazy<IReadOnlyList<string>> _lines;
    private readonly Lazy<string?> _made;

    public FindingHistory(IReadOnlyList<ITracked> subjects, CallSites sites, Transition? made)
    {
        List<(string? Name, Transition Transition)> entries = [];
        List<Transition> transitions = [];
        foreach (ITracked subject in subjects)
        {
            transitions.Clear();
            subject.History!.CopyTo(transitions);
            // With one object the lines need not say which one it was.
            string? name = subjects.Count > 1 ? $"{subject.GetType().Name} {subject.Address:X16}" : null;
            foreach (Transition transition in transitions)
                entries.Add((name, transition));
        }

        entries.Sort((left, right) => left.Transition.Order.CompareTo(right.Transition.Order));
        _lines = new(() => entries.ConvertAll(entry => entry.Transition.Describe(entry.Name, sites)));
        _made = new(() => made?.Describe(subject: null, sites));
        Subject = subjects.Count > 0 ? subjects[0].ToString() : null;
    }

    /// <summary>The object that the finding is about, as it was then.</summary>
    public string? Subject { get; }

    public string? Made => _made.Value;

    public IReadOnlyList<string> Lines => _lines.Value;

    /// <summary>The lines below a message, or nothing.</summary>
    public string Append(string message)
    {
        string end = Environment.NewLine + "  ";
        return message
            + (Subject is null ? "" : $"{end}Object: {Subject}")
            + (Made is null ? "" : $"{end}Allocated: {Made}")
            + (Lines.Count == 0 ? "" : $"{end}History, oldest first:{end}  {string.Join(end + "  ", Lines)}");
    }
}
