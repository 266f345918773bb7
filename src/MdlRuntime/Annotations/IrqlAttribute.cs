namespace MdlRuntime.Annotations;

/// <summary>Says at which IRQL a routine may be called, or at which IRQL a callback runs.</summary>
/// <param name="maximum">Highest allowed IRQL.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Delegate | AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class IrqlAttribute(Kirql maximum) : Attribute
{
    /// <summary>Highest allowed IRQL.</summary>
    public Kirql Maximum { get; } = maximum;

    /// <summary>Lowest allowed IRQL; PASSIVE_LEVEL unless set.</summary>
    public Kirql Minimum { get; set; }

    /// <summary>Whether the IRQL is <see cref="Maximum"/> after the call (a raise or a spin lock).</summary>
    public bool Raises { get; set; }

    /// <summary>Whether the call returns to the IRQL that was saved before.</summary>
    public bool Restores { get; set; }
}
