using MdlRuntime.Devices;

namespace Streamer;

/// <summary>What the driver keeps per device. Routines at DISPATCH_LEVEL and above use it, so all of it is made before the first request.</summary>
internal sealed class StreamExtension(StreamDevice hardware)
{
    /// <summary>The device's registers.</summary>
    public StreamDevice Hardware { get; } = hardware;

    public RemoveLock RemoveLock { get; } = new();

    public DeviceObject Device { get; set; } = null!;

    public DeviceObject LowerDevice { get; set; } = null!;

    public KInterrupt Interrupt { get; set; } = null!;

    /// <summary>The adapter of the DMA channel, which other devices may share.</summary>
    public DmaAdapter Adapter { get; set; } = null!;

    /// <summary>The most map registers that one request may ask for.</summary>
    public uint MapRegisterLimit { get; set; }

    /// <summary>What starts and lengths of buffers must be multiples of: 2 where the channel moves words.</summary>
    public uint Alignment { get; set; }

    // The request that is being carried out. IoStartPacket lets in one at a time.

    public Mdl Mdl { get; set; } = null!;

    public bool WriteToDevice { get; set; }

    /// <summary>Map registers held for the request, and their handle.</summary>
    public uint MapRegisterCount { get; set; }

    public MapRegisters? MapRegisterBase { get; set; }

    /// <summary>Bytes of the request that no stage has moved yet, and bytes that earlier stages moved.</summary>
    public uint Remaining { get; set; }

    public uint Transferred { get; set; }

    // The stage that the device is working on: as much of the request as the map registers can hold.

    /// <summary>Where the stage starts, in the MDL's virtual range. Never a pointer to follow: its process may not be the current one.</summary>
    public nuint StageVa { get; set; }

    public uint StageLength { get; set; }

    // What the interrupt service routine found in the device, for the DPC.

    public StreamDeviceError Error { get; set; }

    public uint Residual { get; set; }
}
