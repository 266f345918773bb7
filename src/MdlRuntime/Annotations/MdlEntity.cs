namespace MdlRuntime.Annotations;

/// <summary>The kernel object that a type stands for.</summary>
public enum MdlEntity
{
    /// <summary>None of the objects below.</summary>
    None = 0,

    /// <summary>A memory descriptor list.</summary>
    Mdl = 1,

    /// <summary>An I/O request packet.</summary>
    Irp = 2,

    /// <summary>A stack location of a request.</summary>
    StackLocation = 3,

    /// <summary>A DMA adapter.</summary>
    Adapter = 4,

    /// <summary>A map register base.</summary>
    MapRegisters = 5,

    /// <summary>A scatter/gather list.</summary>
    ScatterGatherList = 6,

    /// <summary>A device object.</summary>
    Device = 7,

    /// <summary>A driver object.</summary>
    Driver = 8,

    /// <summary>The state of one DMA transfer.</summary>
    TransferContext = 9,

    /// <summary>The result code of a routine: the top bit is set in errors and warnings.</summary>
    Status = 10,
}
