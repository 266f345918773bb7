namespace MdlRuntime;

/// <summary>DEVICE_OBJECT.Flags.</summary>
[Flags]
public enum DeviceFlags : uint
{
    /// <summary>The volume must be verified before it is used.</summary>
    DO_VERIFY_VOLUME = 0x2,

    /// <summary>Reads and writes go through a system buffer.</summary>
    DO_BUFFERED_IO = 0x4,

    /// <summary>One handle at a time.</summary>
    DO_EXCLUSIVE = 0x8,

    /// <summary>Reads and writes come with an MDL of the caller's locked buffer.</summary>
    DO_DIRECT_IO = 0x10,

    /// <summary>Unused.</summary>
    DO_MAP_IO_BUFFER = 0x20,

    /// <summary>The device has a name.</summary>
    DO_DEVICE_HAS_NAME = 0x40,

    /// <summary>The device cannot be opened yet.</summary>
    DO_DEVICE_INITIALIZING = 0x80,

    /// <summary>Power requests arrive at PASSIVE_LEVEL.</summary>
    DO_POWER_PAGABLE = 0x2000,

    /// <summary>Reads and writes come with the caller's pointer, whatever the device below asks for.</summary>
    DO_FORCE_NEITHER_IO = 0x80000,
}
