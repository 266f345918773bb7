namespace MdlRuntime.Verification;

/// <summary>Call stacks that have been made to fail.</summary>
internal sealed class CallStackLog
{
    private readonly List<string> _stacks = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Stacks => _stacks;

    /// <summary>False when the stack is known already.</summary>
    public bool Add(string stack)
    {
        if (!_known.Add(stack))
            return false;

        _stacks.Add(stack);
        return true;
    }

    public void Save(string path) => File.WriteAllLines(path, _stacks);

    public void Load(string path)
    {
        if (!File.Exists(path))
            return;
        foreach (string line in File.ReadAllLines(path))
        {
            if (line.Length > 0)
                Add(line);
        }
    }
}
