namespace MdlRuntime.Annotations;

/// <summary>Marks a member that exists for inspection only: driver code has to use the accessor routine.</summary>
/// <param name="accessor">Name of the routine to use instead, or null if there is none.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class OpaqueMemberAttribute(string? accessor = null) : Attribute
{
    /// <summary>Name of the routine to use instead, or null if there is none.</summary>
    public string? Accessor { get; } = accessor;
}
