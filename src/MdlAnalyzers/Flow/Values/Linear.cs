using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace MdlAnalyzers.Flow.Values;

/// <summary>A number or address: a constant plus terms with factors. Machine width is ignored.</summary>
internal sealed class Linear : Value, IEquatable<Linear>
{
    public static readonly Linear Zero = new(ImmutableArray<Summand>.Empty, 0);

    private const int MaxSummands = 6;
    private const int MaxDepth = 8;

    private Linear(ImmutableArray<Summand> summands, long constant, string? label = null)
    {
        Summands = summands;
        Constant = constant;
        Label = label;
    }

    public ImmutableArray<Summand> Summands { get; }

    public long Constant { get; }

    /// <summary>Name of the constant that the number came from; no part of the identity.</summary>
    public string? Label { get; }

    public bool IsConstant => Summands.IsEmpty;

    public int Depth
    {
        get
        {
            int depth = 0;
            foreach (Summand summand in Summands)
                depth = Math.Max(depth, summand.Term.Depth);
            return depth;
        }
    }

    public static Linear Of(long constant, string? label = null) => new(ImmutableArray<Summand>.Empty, constant, label);

    public static Linear Of(Term term) => new(ImmutableArray.Create(new Summand(term, 1)), 0);

    public bool IsConstantOf(long value) => IsConstant && Constant == value;

    /// <summary>Whether this is one term and nothing else.</summary>
    public bool IsSingle(out Term term)
    {
        bool single = Constant == 0 && Summands.Length == 1 && Summands[0].Factor == 1;
        term = single ? Summands[0].Term : null!;
        return single;
    }

    /// <summary>Whether this is one term plus a constant.</summary>
    public bool IsSinglePlusConstant(out Term term, out long constant)
    {
        bool single = Summands.Length == 1 && Summands[0].Factor == 1;
        term = single ? Summands[0].Term : null!;
        constant = Constant;
        return single;
    }

    public bool Contains(TermKind kind) => Find(kind) is not null;

    /// <summary>First term of a kind at the top level of the sum.</summary>
    public Term? Find(TermKind kind)
    {
        foreach (Summand summand in Summands)
        {
            if (summand.Term.Kind == kind)
                return summand.Term;
        }

        return null;
    }

    /// <summary>Whether the sum depends on a term, be it inside an operation.</summary>
    public bool Mentions(Term term)
    {
        foreach (Summand summand in Summands)
        {
            if (summand.Term.Contains(term))
                return true;
        }

        return false;
    }

    /// <summary>Whether a term at the top level of the sum is about an object.</summary>
    public bool IsAbout(ObjectId owner)
    {
        foreach (Summand summand in Summands)
        {
            if (owner.Equals(summand.Term.Owner))
                return true;
        }

        return false;
    }

    public long FactorOf(Term term)
    {
        foreach (Summand summand in Summands)
        {
            if (summand.Term.Equals(term))
                return summand.Factor;
        }

        return 0;
    }

    /// <summary>The sum, or null if it would become too large to be worth following.</summary>
    public Linear? Add(Linear other) => Combine(other, 1);

    public Linear? Subtract(Linear other) => Combine(other, -1);

    public Linear AddConstant(long constant) => new(Summands, unchecked(Constant + constant), Label);

    public Linear Scale(long factor)
    {
        if (factor == 0)
            return Zero;
        if (factor == 1)
            return this;
        ImmutableArray<Summand>.Builder builder = ImmutableArray.CreateBuilder<Summand>(Summands.Length);
        foreach (Summand summand in Summands)
            builder.Add(new Summand(summand.Term, unchecked(summand.Factor * factor)));
        return new Linear(builder.MoveToImmutable(), unchecked(Constant * factor), IsConstant ? Label : null);
    }

    /// <summary>Exact quotient, or null if a factor does not divide.</summary>
    public Linear? TryDivideExactly(long divisor)
    {
        if (divisor is 0 or -1 || Constant % divisor != 0 || Summands.Any(s => s.Factor % divisor != 0))
            return null;
        return new Linear(Summands.Select(s => new Summand(s.Term, s.Factor / divisor)).ToImmutableArray(), Constant / divisor);
    }

    public Linear Select(Func<Summand, bool> keep)
    {
        ImmutableArray<Summand> kept = Summands;
        int at = 0;
        foreach (Summand summand in Summands)
        {
            if (!keep(summand))
                kept = kept.RemoveAt(at);
            else
                at++;
        }

        return kept.Length == Summands.Length ? this : new(kept, Constant, Label);
    }

    /// <summary>The sum without what a term adds to it.</summary>
    public Linear Without(Term term)
    {
        for (int i = 0; i < Summands.Length; i++)
        {
            if (Summands[i].Term.Equals(term))
                return new(Summands.RemoveAt(i), Constant, Label);
        }

        return this;
    }

    public Linear WithConstant(long constant) => new(Summands, constant);

    public Linear WithLabel(string? label) => new(Summands, Constant, label);

    public Linear Map(Func<Term, Term> map) => new(Summands.Select(s => new Summand(map(s.Term), s.Factor)).ToImmutableArray(), Constant, Label);

    public bool Equals(Linear? other) => Equals((Value?)other);

    public override bool Equals(Value? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is not Linear linear || Constant != linear.Constant || Summands.Length != linear.Summands.Length)
            return false;
        foreach (Summand summand in Summands)
        {
            if (linear.FactorOf(summand.Term) != summand.Factor)
                return false;
        }

        return true;
    }

    public override int GetHashCode()
    {
        int hash = Constant.GetHashCode();
        foreach (Summand summand in Summands)
            hash = unchecked(hash + summand.Term.GetHashCode() * 31 + summand.Factor.GetHashCode());
        return hash;
    }

    private Linear? Combine(Linear other, long sign)
    {
        if (Depth > MaxDepth || other.Depth > MaxDepth)
            return null;
        long constant = unchecked(Constant + other.Constant * sign);
        if (other.IsConstant)
            return new Linear(Summands, constant, IsConstant ? Label ?? other.Label : null);

        var sum = new Summand[Summands.Length + other.Summands.Length];
        Summands.CopyTo(sum);
        int count = Summands.Length;
        foreach (Summand summand in other.Summands)
        {
            long factor = unchecked(summand.Factor * sign);
            int index = 0;
            while (index < count && !sum[index].Term.Equals(summand.Term))
                index++;
            if (index == count)
                sum[count++] = new Summand(summand.Term, factor);
            else if (unchecked(sum[index].Factor + factor) is var total and not 0)
                sum[index] = new Summand(sum[index].Term, total);
            else
                Array.Copy(sum, index + 1, sum, index, --count - index);
        }

        if (count > MaxSummands)
            return null;
        return new Linear(count == sum.Length ? ImmutableCollectionsMarshal.AsImmutableArray(sum) : ImmutableArray.Create(sum, 0, count), constant);
    }
}

/// <summary>A term and how often it counts.</summary>
internal readonly struct Summand(Term term, long factor)
{
    public Term Term { get; } = term;

    public long Factor { get; } = factor;
}
