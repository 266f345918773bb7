namespace MdlAnalyzers.Flow;

/// <summary>Work allowed for one body. When it is used up the body is left alone: no result, no diagnostic.</summary>
internal sealed class Budget(int steps)
{
    /// <summary>Operations evaluated for one body, callees included.</summary>
    public const int Default = 60_000;

    private const int MaxDepth = 120;

    private int _steps = steps;
    private int _depth;

    public bool IsExhausted { get; private set; }

    public bool Spend()
    {
        if (--_steps < 0)
            IsExhausted = true;
        return !IsExhausted;
    }

    public void Exhaust() => IsExhausted = true;

    /// <summary>Enters a nested expression or call; deep nesting is given up before the stack is.</summary>
    public bool Enter()
    {
        if (++_depth > MaxDepth)
            IsExhausted = true;
        return !IsExhausted;
    }

    public void Leave() => _depth--;
}
