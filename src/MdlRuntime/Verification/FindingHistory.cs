namespace MdlRuntime.Verification;

/// <summary>What happened to the objects of a finding until then; turned into text when somebody reads it.</summary>
internal sealed class FindingHistory
{
    public static readonly FindingHistory Empty = new([], null!);

    private readonly Lazy<IReadOnlyList<string>> _lines;

    public FindingHistory(IReadOnlyList<ITracked> subjects, CallSites sites)
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
        Subject = subjects.Count > 0 ? subjects[0].ToString() : null;
    }

    /// <summary>The object that the finding is about, as it was then.</summary>
    public string? Subject { get; }

    public IReadOnlyList<string> Lines => _lines.Value;

    /// <summary>The lines below a message, or nothing.</summary>
    public string Append(string message)
    {
        if (Lines.Count == 0)
            return message;

        string end = Environment.NewLine + "  ";
        return message + (Subject is null ? "" : $"{end}Object: {Subject}") + $"{end}History, oldest first:{end}  {string.Join(end + "  ", Lines)}";
    }
}
