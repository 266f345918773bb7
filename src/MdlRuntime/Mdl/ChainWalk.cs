namespace MdlRuntime;

/// <summary>
/// Walks a chain of MDLs from its head. A chain that leads back into itself, which a kernel would follow forever, stops the machine.
/// </summary>
internal struct ChainWalk(Mdl? head)
{
    /// <summary>An MDL that was passed: meeting it again shows a circle. It moves on after ever longer stretches.</summary>
    private Mdl? _mark;
    private int _steps;
    private int _stretch = 1;

    /// <summary>The MDL that <see cref="MoveNext"/> reached.</summary>
    public Mdl Current { get; private set; } = null!;

    /// <summary>Whether <see cref="TryMoveNext"/> came back to an MDL that it had passed.</summary>
    public bool IsCircular { get; private set; }

    public readonly ChainWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        bool moved = TryMoveNext();
        if (IsCircular)
            StopCircular(_mark!);
        return moved;
    }

    /// <summary>Like <see cref="MoveNext"/>, for a caller that refuses a circle itself: it ends the walk.</summary>
    public bool TryMoveNext()
    {
        Mdl? next = Current is null ? head : Current.Next;
        if (next is null)
            return false;
        if (next == _mark)
        {
            IsCircular = true;
            return false;
        }

        if (++_steps == _stretch)
            (_mark, _steps, _stretch) = (next, 0, 2 * _stretch);
        Current = next;
        return true;
    }

    /// <summary>Stops if a chain has no end, for a caller that frees or changes it while it walks.</summary>
    public static void RequireEnd(Mdl? head)
    {
        foreach (Mdl _ in new ChainWalk(head))
        {
        }
    }

    private static void StopCircular(Mdl mdl)
    {
        const string explanation = "A chain of MDLs leads back into itself: some Next was set to an earlier MDL.";
        MdlChecks.Violation(mdl, MdlChecks.CircularChain, mdl.Address, (ulong)mdl.Flags, 0, ruleId: null, explanation);
        mdl.System.BugCheck(BugCheckCode.MANUALLY_INITIATED_CRASH, MdlChecks.CircularChain, mdl.Address, 0, 0,
            explanation + " A kernel would follow it until somebody stops the machine.");
    }
}
