namespace MdlRuntime.Annotations;

/// <summary>Declares the arithmetic of a routine whose body the analyzers cannot see.</summary>
/// <remarks>The analyzers match the attribute by its full name.</remarks>
/// <param name="macro">The arithmetic.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MdlMacroAttribute(MdlMacro macro) : Attribute
{
    /// <summary>The arithmetic.</summary>
    public MdlMacro Macro { get; } = macro;
}
