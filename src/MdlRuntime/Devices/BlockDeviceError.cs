namespace MdlRuntime.Devices;

/// <summary>Values of <see cref="BlockDeviceRegister.Error"/>. After any of them but <see cref="MediumError"/> no byte has moved.</summary>
public enum BlockDeviceError : uint
{
    /// <summary>The transfer went well, even if it was short.</summary>
    None = 0,

    /// <summary>The doorbell got a value that is no <see cref="BlockDeviceCommand"/>.</summary>
    UnknownCommand = 1,

    /// <summary>The doorbell rang again before the transfer had ended: that transfer is given up.</summary>
    DoorbellWhileBusy = 2,

    /// <summary>No descriptors, or more than the table has.</summary>
    DescriptorCount = 3,

    /// <summary>An element has no bytes or 2 GiB and more, or the transfer has 4 GiB and more.</summary>
    DescriptorLength = 4,

    /// <summary>An element is not aligned as the device needs it.</summary>
    DescriptorAlignment = 5,

    /// <summary>An element reaches beyond the address lines of the device.</summary>
    DescriptorReach = 6,

    /// <summary>The device is not connected to memory, or an address is not one that its adapter has mapped.</summary>
    BusFault = 7,

    /// <summary>There is no medium, or it cannot be found.</summary>
    NotReady = 8,

    /// <summary>The medium may not be accessed.</summary>
    AccessDenied = 9,

    /// <summary>The medium refuses to be written.</summary>
    WriteProtected = 10,

    /// <summary>The medium failed; what the transfer was to fill holds undefined bytes.</summary>
    MediumError = 11,
}
