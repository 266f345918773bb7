namespace MdlRuntime.Tests;

/// <summary>Names the numbered facts that a test proves, such as MDL-153 or DMA-045.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class ProvesAttribute(params string[] facts) : Attribute
{
    public IReadOnlyList<string> Facts { get; } = facts;
}
