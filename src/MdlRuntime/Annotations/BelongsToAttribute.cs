namespace MdlRuntime.Annotations;

/// <summary>Says that a returned object or value is a part of the object passed in a parameter, so that facts about one hold for the other.</summary>
/// <param name="parameterName">Name of the parameter.</param>
[AttributeUsage(AttributeTargets.ReturnValue | AttributeTargets.Parameter)]
public sealed class BelongsToAttribute(string parameterName) : Attribute
{
    /// <summary>Name of the parameter.</summary>
    public string ParameterName { get; } = parameterName;
}
