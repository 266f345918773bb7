namespace MdlRuntime.Verification;

/// <summary>How an object came into being, and the last things that happened to it.</summary>
internal sealed class ObjectHistory(nuint address)
{
    /// <summary>A power of two.</summary>
    private const int Kept = 8;

    private readonly Transition[] _ring = new Transition[Kept];
    private Transition _first;
    private int _count;

    /// <summary>Where the object was when its history began.</summary>
    public nuint Address { get; } = address;

    public bool IsEmpty => _count == 0;

    /// <summary>What brought the object into being; meaningless while the history is empty.</summary>
    public ref readonly Transition First => ref _first;

    /// <summary>The object is used for something else from now on.</summary>
    public void Restart() => _count = 0;

    public void Add(in Transition transition)
    {
        if (_count == 0)
            _first = transition;
        _ring[_count++ & (Kept - 1)] = transition;
    }

    /// <summary>Copies what is kept, oldest first.</summary>
    public void CopyTo(List<Transition> transitions)
    {
        if (_count > Kept)
            transitions.Add(_first);
        for (int i = Math.Max(0, _count - Kept); i < _count; i++)
            transitions.Add(_ring[i & (Kept - 1)]);
    }
}
