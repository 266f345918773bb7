using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>A typed state of an object that a rule follows.</summary>
internal enum SlotKind
{
    /// <summary>The object took part in a test that cannot be followed.</summary>
    Consulted,

    /// <summary>The MDL was mapped into a reserved range.</summary>
    ReservedMapping,

    /// <summary>The MDL describes non-paged memory: its virtual and its system address are one.</summary>
    BuiltNonPaged,

    /// <summary>The MDL was advanced: what its accessors return is not what it was.</summary>
    Advanced,

    /// <summary>The MDL is a partial MDL.</summary>
    Partial,

    /// <summary>The request has a length above zero because its creator said so.</summary>
    KnownLength,

    /// <summary>The array has room for the pages of a constant length that starts on a page boundary: how many.</summary>
    PagesOfLength,

    /// <summary>The object is new: members that were not assigned are zero.</summary>
    Zeroed,

    /// <summary>What is known about the system address of the MDL, see <see cref="MappingState"/>.</summary>
    Mapping,
}

internal static class SlotValue
{
    /// <summary>Different values on the paths that were joined.</summary>
    public const int Mixed = -1;
}

/// <summary>Values of <see cref="SlotKind.Mapping"/>; 0 where nothing may be claimed.</summary>
internal static class MappingState
{
    /// <summary>A mapping routine that can fail returned the address, and nothing has tested it.</summary>
    public const int Unchecked = 1;

    public const int Present = 2;

    /// <summary>A test found that there is no mapping.</summary>
    public const int Missing = 3;
}

/// <summary>Names one typed state of one object.</summary>
internal readonly struct Slot(ObjectId subject, SlotKind kind) : IEquatable<Slot>
{
    public ObjectId Subject { get; } = subject;

    public SlotKind Kind { get; } = kind;

    public bool Equals(Slot other) => Kind == other.Kind && Subject.Equals(other.Subject);

    public override bool Equals(object? obj) => obj is Slot other && Equals(other);

    public override int GetHashCode() => unchecked(Subject.GetHashCode() * 397 + (int)Kind);
}

/// <summary>Where a path goes when the finally block it is in has ended.</summary>
internal sealed class Continuation(BasicBlock target, int remaining, ControlFlowBranch branch) : IEquatable<Continuation>
{
    public BasicBlock Target { get; } = target;

    /// <summary>Index of the next finally region of the branch.</summary>
    public int Next { get; } = remaining;

    public ControlFlowBranch Branch { get; } = branch;

    public bool Equals(Continuation? other) => other is not null && ReferenceEquals(Branch, other.Branch) && Next == other.Next;

    public override bool Equals(object? obj) => Equals(obj as Continuation);

    public override int GetHashCode() => Target.Ordinal * 31 + Next;
}

/// <summary>Identity of a number that paths brought together.</summary>
internal sealed class JoinKey(object point, Place location) : IEquatable<JoinKey>
{
    private readonly object _point = point;
    private readonly Place _location = location;

    public bool Equals(JoinKey? other) => other is not null && ReferenceEquals(_point, other._point) && _location.Equals(other._location);

    public override bool Equals(object? obj) => Equals(obj as JoinKey);

    public override int GetHashCode() => _location.GetHashCode();
}

/// <summary>Arithmetic on bounds.</summary>
internal static class Saturating
{
    public static long Add(long a, long b)
    {
        if (a == long.MinValue || b == long.MinValue)
            return long.MinValue;
        if (a == long.MaxValue || b == long.MaxValue)
            return long.MaxValue;
        long sum = unchecked(a + b);
        return a > 0 && b > 0 && sum < 0 ? long.MaxValue : a < 0 && b < 0 && sum >= 0 ? long.MinValue : sum;
    }

    public static long Multiply(long a, long factor)
    {
        if (a == 0 || factor == 0)
            return 0;
        bool negative = a < 0 != factor < 0;
        if (a is long.MinValue or long.MaxValue)
            return negative ? long.MinValue : long.MaxValue;
        long product = unchecked(a * factor);
        return product / factor == a && product < 0 == negative ? product : negative ? long.MinValue : long.MaxValue;
    }
}
