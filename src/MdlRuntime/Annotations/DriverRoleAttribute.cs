namespace MdlRuntime.Annotations;

/// <summary>Says which part a routine plays in a driver: on a method, or on a delegate type for every routine of that type.</summary>
/// <param name="role">The role.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Delegate | AttributeTargets.Parameter)]
public sealed class DriverRoleAttribute(DriverRole role) : Attribute
{
    /// <summary>The role.</summary>
    public DriverRole Role { get; } = role;
}
