namespace MdlAnalyzers.Contracts;

/// <summary>The part a routine plays in a driver. Mirrors <c>DriverRole</c> of the runtime by member name.</summary>
internal enum Role
{
    None = 0,
    Entry = 1,
    Unload = 2,
    AddDevice = 3,
    Dispatch = 4,
    DispatchRead = 5,
    DispatchWrite = 6,
    DispatchDeviceControl = 7,
    StartIo = 8,
    Cancel = 9,
    Completion = 10,
    InterruptService = 11,
    Dpc = 12,
    AdapterControl = 13,
    AdapterListControl = 14,
    DmaCompletion = 15,
    WorkItem = 16,
    SystemThread = 17,
    SynchronizedWithInterrupt = 18,
}
