namespace MdlRuntime;

/// <summary>A wait block: one AllocateAdapterChannel or GetScatterGatherList call until its routine has run, or the channel is freed.</summary>
internal sealed class ChannelRequest
{
    public DmaAdapter Adapter = null!;
    public DeviceObject Device = null!;

    /// <summary>Device->CurrentIrp when the request was made (DMA-140).</summary>
    public Irp? Irp;
    public object? Context;
    public uint RegisterCount;
    public MapRegisters? Registers;

    /// <summary>The AdapterControl routine; null for a scatter/gather request.</summary>
    public DriverControl? Control;

    public DriverListControl? ListControl;
    public Mdl? Mdl;
    public nuint CurrentVa;
    public uint Length;
    public bool WriteToDevice;

    /// <summary>Has the channel, but not the map registers it needs.</summary>
    public bool IsWaiting;

    public bool IsExecuting;

    /// <summary>Next in whichever queue holds the request: its adapter's, or the machine's for registers.</summary>
    public ChannelRequest? Next;

    public void Clear()
    {
        (Adapter, Device, Irp, Context, Registers) = (null!, null!, null, null, null);
        (Control, ListControl, Mdl, IsWaiting, IsExecuting, Next) = (null, null, null, false, false, null);
    }
}
