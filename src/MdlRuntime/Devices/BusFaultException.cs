namespace MdlRuntime.Devices;

/// <summary>A device put an address on its bus that nothing answers.</summary>
public sealed class BusFaultException : Exception
{
    internal BusFaultException(PhysicalAddress logicalAddress, string message) : base(message) => LogicalAddress = logicalAddress;

    /// <summary>The address that the device used.</summary>
    public PhysicalAddress LogicalAddress { get; }
}
