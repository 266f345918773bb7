namespace MdlRuntime.Annotations;

/// <summary>Says which quantity a return value, parameter, field or property holds.</summary>
/// <remarks>
/// A returned or stored value belongs to the MDL that is passed to the same call or contains the member. On a span or an array the attribute
/// describes the elements. The analyzers match the attribute by its full name.
/// </remarks>
/// <param name="kind">The quantity.</param>
[AttributeUsage(AttributeTargets.ReturnValue | AttributeTargets.Parameter | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class MdlValueAttribute(MdlValueKind kind) : Attribute
{
    /// <summary>The quantity.</summary>
    public MdlValueKind Kind { get; } = kind;
}
