using System.Collections.Immutable;

namespace MdlAnalyzers.Flow.Values;

/// <summary>What has to hold for a truth value to be true.</summary>
internal sealed class Condition : IEquatable<Condition>
{
    public static readonly Condition True = new(ConditionKind.Constant, truth: true);
    public static readonly Condition False = new(ConditionKind.Constant, truth: false);
    public static readonly Condition Unknown = new(ConditionKind.Unknown);

    private Condition(
        ConditionKind kind,
        bool truth = false,
        ObjectId? subject = null,
        Linear? left = null,
        Linear? right = null,
        Comparison comparison = default,
        bool unsigned = false,
        Condition? first = null,
        Condition? second = null,
        ImmutableArray<ObjectId> involved = default)
    {
        Kind = kind;
        Truth = truth;
        Subject = subject;
        Left = left;
        Right = right;
        Comparison = comparison;
        IsUnsigned = unsigned;
        First = first;
        Second = second;
        Involved = involved.IsDefault ? ImmutableArray<ObjectId>.Empty : involved;
    }

    public ConditionKind Kind { get; }

    public bool Truth { get; }

    /// <summary>The reference that is null, or that was handed to an unknown test.</summary>
    public ObjectId? Subject { get; }

    public Linear? Left { get; }

    public Linear? Right { get; }

    public Comparison Comparison { get; }

    public bool IsUnsigned { get; }

    public Condition? First { get; }

    public Condition? Second { get; }

    /// <summary>Objects that an unknown test may be about.</summary>
    public ImmutableArray<ObjectId> Involved { get; }

    public static Condition Of(bool truth) => truth ? True : False;

    public static Condition About(ImmutableArray<ObjectId> involved) => involved.IsEmpty ? Unknown : new(ConditionKind.Unknown, involved: involved);

    public static Condition IsNull(ObjectId subject) => new(ConditionKind.IsNull, subject: subject);

    public static Condition Compare(Comparison comparison, Linear left, Linear right, bool unsigned) =>
        new(ConditionKind.Compare, left: left, right: right, comparison: comparison, unsigned: unsigned);

    public static Condition And(Condition first, Condition second) =>
        first.IsFalse || second.IsFalse ? False : first.IsTrue ? second : second.IsTrue ? first : new(ConditionKind.And, first: first, second: second);

    public static Condition Or(Condition first, Condition second) =>
        first.IsTrue || second.IsTrue ? True : first.IsFalse ? second : second.IsFalse ? first : new(ConditionKind.Or, first: first, second: second);

    public static Condition Not(Condition condition) => condition.Kind switch
    {
        ConditionKind.Constant => Of(!condition.Truth),
        ConditionKind.Not => condition.First!,
        ConditionKind.Unknown when condition.Involved.IsEmpty => Unknown,
        _ => new Condition(ConditionKind.Not, first: condition),
    };

    public bool IsTrue => Kind == ConditionKind.Constant && Truth;

    public bool IsFalse => Kind == ConditionKind.Constant && !Truth;

    public bool Equals(Condition? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Truth == other.Truth && Comparison == other.Comparison && IsUnsigned == other.IsUnsigned
            && Equals(Subject, other.Subject) && Equals(Left, other.Left) && Equals(Right, other.Right)
            && Equals(First, other.First) && Equals(Second, other.Second) && Involved.SequenceEqual(other.Involved));

    public override bool Equals(object? obj) => Equals(obj as Condition);

    public override int GetHashCode() =>
        unchecked((((int)Kind * 31 + (Subject?.GetHashCode() ?? 0)) * 31 + (Left?.GetHashCode() ?? 0)) * 31 + (First?.GetHashCode() ?? 0) + (int)Comparison);
}

internal enum ConditionKind
{
    Unknown,
    Constant,
    IsNull,
    Compare,
    And,
    Or,
    Not,
}

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
