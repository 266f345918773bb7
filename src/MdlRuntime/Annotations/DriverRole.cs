namespace MdlRuntime.Annotations;

/// <summary>The part that a routine plays in a driver, which decides its context and what it may rely on.</summary>
public enum DriverRole
{
    /// <summary>No declared role.</summary>
    None = 0,

    /// <summary>DriverEntry.</summary>
    Entry = 1,

    /// <summary>Unload routine.</summary>
    Unload = 2,

    /// <summary>AddDevice routine.</summary>
    AddDevice = 3,

    /// <summary>Dispatch routine for requests of any kind.</summary>
    Dispatch = 4,

    /// <summary>Dispatch routine for reads.</summary>
    DispatchRead = 5,

    /// <summary>Dispatch routine for writes.</summary>
    DispatchWrite = 6,

    /// <summary>Dispatch routine for device control requests.</summary>
    DispatchDeviceControl = 7,

    /// <summary>StartIo routine.</summary>
    StartIo = 8,

    /// <summary>Cancel routine.</summary>
    Cancel = 9,

    /// <summary>Completion routine of a request.</summary>
    Completion = 10,

    /// <summary>Interrupt service routine.</summary>
    InterruptService = 11,

    /// <summary>Deferred procedure call.</summary>
    Dpc = 12,

    /// <summary>AdapterControl routine.</summary>
    AdapterControl = 13,

    /// <summary>AdapterListControl routine.</summary>
    AdapterListControl = 14,

    /// <summary>Completion routine of a DMA transfer.</summary>
    DmaCompletion = 15,

    /// <summary>Work item.</summary>
    WorkItem = 16,

    /// <summary>System thread.</summary>
    SystemThread = 17,

    /// <summary>Routine synchronized with an interrupt.</summary>
    SynchronizedWithInterrupt = 18,
}
