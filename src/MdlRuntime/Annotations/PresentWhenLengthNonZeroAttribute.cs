namespace MdlRuntime.Annotations;

/// <summary>Marks the MDL of a request: it is null when the governing length of the request (<see cref="GovernsMdlAttribute"/>) is zero.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.ReturnValue)]
public sealed class PresentWhenLengthNonZeroAttribute : Attribute;
