using System.Collections.Immutable;

namespace MdlAnalyzers.Contracts;

/// <summary>What a called method means.</summary>
internal sealed class MethodContract
{
    public Macro Macro { get; set; }

    public ParameterContract Return { get; set; } = ParameterContract.None;

    /// <summary>One entry per parameter; empty if no parameter declares anything.</summary>
    public ImmutableArray<ParameterContract> Parameters { get; set; } = ImmutableArray<ParameterContract>.Empty;

    /// <summary>Effect on the object the method is called on.</summary>
    public Effect ReceiverEffect { get; set; }

    public Role Role { get; set; }

    public bool DoesNotReturn { get; set; }

    /// <summary>[MemberNotNull] and [MemberNotNullWhen] of the framework.</summary>
    public ImmutableArray<string> MembersNotNull { get; set; } = ImmutableArray<string>.Empty;

    /// <summary>The result that proves them; null if every return does.</summary>
    public bool? MembersNotNullWhen { get; set; }

    /// <summary>[Conditional]: the call and its arguments vanish in some builds.</summary>
    public bool IsConditional { get; set; }

    /// <summary>Whether an annotation of this project is present.</summary>
    public bool IsAnnotated { get; set; }

    public ParameterContract Parameter(int ordinal) =>
        ordinal >= 0 && ordinal < Parameters.Length ? Parameters[ordinal] : ParameterContract.None;
}
