namespace NetLoop;

/// <summary>One request on its way through a ring: a packet to send, or a buffer for one to receive.</summary>
internal sealed class Packet(Irp irp, Mdl mdl, uint length, bool writeToDevice)
{
    public Irp Irp { get; } = irp;

    public Mdl Mdl { get; } = mdl;

    public uint Length { get; } = length;

    public bool WriteToDevice { get; } = writeToDevice;

    /// <summary>The pieces that the device sees, while the packet is mapped.</summary>
    public ScatterGatherList? List { get; set; }

    /// <summary>First and last descriptor of the packet in the ring.</summary>
    public uint FirstDescriptor { get; set; }

    public uint LastDescriptor { get; set; }

    /// <summary>Whether nobody waits for the packet any more.</summary>
    public bool IsAborted { get; set; }
}
