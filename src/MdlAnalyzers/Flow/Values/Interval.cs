namespace MdlAnalyzers.Flow.Values;

/// <summary>The numbers a quantity can be.</summary>
internal readonly struct Interval(long low, long high, bool notZero = false) : IEquatable<Interval>
{
    public static readonly Interval All = new(long.MinValue, long.MaxValue);

    public long Low { get; } = notZero && low == 0 ? 1 : low;

    public long High { get; } = notZero && high == 0 ? -1 : high;

    /// <summary>Whether zero is excluded although it lies between the bounds.</summary>
    public bool NotZero { get; } = notZero;

    public bool IsEmpty => Low > High;

    public bool IsExactly(long value) => Low == value && High == value;

    public bool ExcludesZero => NotZero || Low > 0 || High < 0;

    public Interval Intersect(Interval other) => new(Math.Max(Low, other.Low), Math.Min(High, other.High), NotZero || other.NotZero);

    public Interval Union(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High), ExcludesZero && other.ExcludesZero);

    public bool Equals(Interval other) => Low == other.Low && High == other.High && NotZero == other.NotZero;

    public override bool Equals(object? obj) => obj is Interval other && Equals(other);

    public override int GetHashCode() => unchecked(Low.GetHashCode() * 397 + High.GetHashCode());
}
