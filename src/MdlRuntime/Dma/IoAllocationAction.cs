namespace MdlRuntime;

/// <summary>What an AdapterControl routine wants done with channel and map registers. WDK: IO_ALLOCATION_ACTION.</summary>
public enum IoAllocationAction
{
    /// <summary>Keep both: the driver frees them with FreeAdapterChannel.</summary>
    KeepObject = 1,

    /// <summary>Free both.</summary>
    DeallocateObject = 2,

    /// <summary>Free the channel and keep the registers: the driver frees them with FreeMapRegisters. What bus masters return.</summary>
    DeallocateObjectKeepRegisters = 3,
}
