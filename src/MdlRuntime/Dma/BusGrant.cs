namespace MdlRuntime;

/// <summary>Memory that the device of an adapter may use at any time, outside transfers. In force while it is in <see cref="DmaSystem.Grants"/>.</summary>
/// <param name="owner">Whose device.</param>
/// <param name="range">The logical addresses.</param>
/// <param name="domain">The domain whose addresses they are; null on a machine without IOMMU.</param>
internal sealed class BusGrant(DmaAdapter owner, BusRange range, IommuDmaDomain? domain)
{
    public BusRange Range => range;

    /// <summary>Whether the device of <paramref name="adapter"/> is among those that may.</summary>
    public bool Covers(DmaAdapter adapter) => domain is null ? owner.SharesBusWith(adapter) : adapter.CurrentDomain == domain;
}
