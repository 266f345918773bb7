namespace MdlAnalyzers.Contracts;

/// <summary>What a field or property means.</summary>
internal sealed class MemberContract
{
    public static readonly MemberContract None = new();

    public ValueKind Kind { get; set; }

    public Transfer Governs { get; set; }

    /// <summary>The requests for which a parameter block is meaningful.</summary>
    public Transfer Block { get; set; }

    public bool PresentWhenLengthNonZero { get; set; }

    public bool IsAnnotated => Kind != ValueKind.None || Governs != Transfer.None || Block != Transfer.None || PresentWhenLengthNonZero;
}
