namespace MdlRuntime.Annotations;

/// <summary>Says which kernel object a type stands for.</summary>
/// <remarks>The analyzers match the attribute by its full name.</remarks>
/// <param name="entity">The kernel object.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface | AttributeTargets.Enum)]
public sealed class MdlEntityAttribute(MdlEntity entity) : Attribute
{
    /// <summary>The kernel object.</summary>
    public MdlEntity Entity { get; } = entity;
}
