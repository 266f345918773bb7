using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Contracts;

/// <summary>What is declared about one parameter, or about the result of a call.</summary>
internal sealed class ParameterContract
{
    public static readonly ParameterContract None = new();

    public ValueKind Kind { get; set; }

    public Effect Effect { get; set; }

    public Transfer Governs { get; set; }

    /// <summary>Name of the parameter that the object or value is a part of.</summary>
    public string? BelongsTo { get; set; }

    public bool PresentWhenLengthNonZero { get; set; }

    /// <summary>[NotNull], [NotNullWhen] and [DoesNotReturnIf] of the framework.</summary>
    public bool NotNullAfter { get; set; }

    public bool? NotNullWhen { get; set; }

    public bool? DoesNotReturnIf { get; set; }

    public bool IsEmpty => Kind == ValueKind.None && Effect == Effect.None && Governs == Transfer.None && BelongsTo is null
        && !PresentWhenLengthNonZero && !NotNullAfter && NotNullWhen is null && DoesNotReturnIf is null;

    /// <summary>Whether an annotation of this project (not of the framework) is present.</summary>
    public bool IsAnnotated => Kind != ValueKind.None || Effect != Effect.None || Governs != Transfer.None || BelongsTo is not null || PresentWhenLengthNonZero;
}
