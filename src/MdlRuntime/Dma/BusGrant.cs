namespace MdlRuntime;

/// <summary>Memory that the device of an adapter may use at any time, outside transfers. In force while it is in <see cref="DmaSystem.Grants"/>.</summary>
/// <param name="owner">Whose device.</param>
/// <param name="range">The logical addresses.</param>
internal sealed class BusGrant(DmaAdapter owner, BusRange range)
{
    public DmaAdapter Owner => owner;

    public BusRange Range => range;
}
