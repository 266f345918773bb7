namespace MdlRuntime.Annotations;

/// <summary>Says what a call does to a parameter, to the object it returns, or (on the method) to the object it is called on.</summary>
/// <remarks>Every effect except <see cref="MdlEffect.None"/> on a parameter needs an object. The analyzers match the attribute by its full name.</remarks>
/// <param name="effect">The effect.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.ReturnValue | AttributeTargets.Method)]
public sealed class MdlEffectAttribute(MdlEffect effect) : Attribute
{
    /// <summary>The effect.</summary>
    public MdlEffect Effect { get; } = effect;
}
