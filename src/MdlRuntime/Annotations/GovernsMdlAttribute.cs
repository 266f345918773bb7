namespace MdlRuntime.Annotations;

/// <summary>Marks the length that decides whether a request has an MDL: the MDL exists only if this length is not zero.</summary>
/// <param name="transfer">The requests for which this is the length.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class GovernsMdlAttribute(MdlTransfer transfer) : Attribute
{
    /// <summary>The requests for which this is the length.</summary>
    public MdlTransfer Transfer { get; } = transfer;
}
