namespace MdlRuntime.Annotations;

/// <summary>Marks a parameter block of a stack location that is meaningful for some requests only.</summary>
/// <param name="transfer">The requests whose parameters these are.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class RequestParametersAttribute(MdlTransfer transfer) : Attribute
{
    /// <summary>The requests whose parameters these are.</summary>
    public MdlTransfer Transfer { get; } = transfer;
}
