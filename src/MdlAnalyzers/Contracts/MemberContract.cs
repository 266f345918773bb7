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

    /// <summary>Whether the member exists for inspection only.</summary>
    public bool IsOpaque { get; set; }

    /// <summary>The routine that an opaque member is read through, if there is one.</summary>
    public string? Accessor { get; set; }

    public bool IsAnnotated => IsOpaque || Kind != ValueKind.None || Governs != Transfer.None || Block != Transfer.None || PresentWhenLengthNonZero;
}
