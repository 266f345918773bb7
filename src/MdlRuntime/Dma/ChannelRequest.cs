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

    /// <summary>The AdapterControl routine; null for a scatter/gather request, and for a driver that goes on inline.</summary>
    public DriverControl? Control;

    public DriverListControl? ListControl;

    /// <summary>The first byte of a scatter/gather request; no MDL for others.</summary>
    public ChainPosition Start;
    public uint Length;
    public bool WriteToDevice;

    /// <summary>Address and bytes of the memory that the caller wants the list in; 0 for memory of the system.</summary>
    public nuint ListBuffer;
    public uint ListBufferLength;

    /// <summary>Names the request to the version 3 routines; null for earlier ones.</summary>
    public DmaTransferContext? TransferContext;

    /// <summary>The list, once it is built.</summary>
    public ScatterGatherList? List;

    /// <summary>Has the channel, but not the map registers it needs.</summary>
    public bool IsWaiting;

    public bool IsExecuting;

    /// <summary>Next in whichever queue holds the request: its adapter's, or the machine's for registers.</summary>
    public ChannelRequest? Next;

    /// <summary>A version 3 request counts the registers that are really used; an earlier one a register per page.</summary>
    public bool IsExact => TransferContext is not null;

    /// <summary>Registers of a version 3 request keep its context in use until they are freed.</summary>
    public void LinkRegisters()
    {
        if (TransferContext is { } context && Registers is { } registers)
            (context.Registers, registers.Context) = (registers, context);
    }

    public void Clear()
    {
        if (TransferContext is { } context)
            context.Request = null;
        (Adapter, Device, Irp, Context, Registers) = (null!, null!, null, null, null);
        (Control, ListControl, Start, IsWaiting, IsExecuting, Next) = (null, null, default, false, false, null);
        (ListBuffer, ListBufferLength, TransferContext, List) = (0, 0, null, null);
    }
}
