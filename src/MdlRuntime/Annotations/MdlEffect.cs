namespace MdlRuntime.Annotations;

/// <summary>What a call does to the object it is given, and with that which state the object has to be in.</summary>
public enum MdlEffect
{
    /// <summary>No effect beyond keeping the reference; null is allowed.</summary>
    None = 0,

    /// <summary>Reads fields of the object, which has to exist.</summary>
    Reads = 1,

    // Describing memory

    /// <summary>Allocates the MDL that is returned; it describes an address range and no pages yet.</summary>
    AllocatesMdl = 10,

    /// <summary>Allocates whole pages and the MDL that is returned: locked, byte offset 0.</summary>
    AllocatesPages = 11,

    /// <summary>Initializes the header of a caller-owned MDL.</summary>
    InitializesMdl = 12,

    /// <summary>Fills in the pages of non-paged memory.</summary>
    BuildsNonPaged = 13,

    /// <summary>Serves as the source of a partial MDL.</summary>
    PartialSource = 14,

    /// <summary>Becomes a partial MDL.</summary>
    PartialTarget = 15,

    /// <summary>Undoes the mapping of a partial MDL so that it can be built again.</summary>
    PreparesForReuse = 16,

    /// <summary>Moves the start of the MDL forward: offset, length, addresses and mapping change.</summary>
    Advances = 17,

    /// <summary>Frees the MDL structure.</summary>
    FreesMdl = 18,

    /// <summary>Frees the pages of an MDL from the page allocator.</summary>
    FreesPages = 19,

    // Locking and mapping

    /// <summary>Locks the pages of the MDL; raises a status if that fails.</summary>
    Locks = 30,

    /// <summary>Unlocks the pages and drops the system mapping.</summary>
    Unlocks = 31,

    /// <summary>Maps locked pages, or returns the mapping that exists.</summary>
    MapsOnce = 32,

    /// <summary>Maps locked pages into a new range.</summary>
    Maps = 33,

    /// <summary>Undoes a mapping.</summary>
    Unmaps = 34,

    /// <summary>Maps into a reserved range.</summary>
    MapsReserved = 35,

    /// <summary>Undoes a reserved mapping.</summary>
    UnmapsReserved = 36,

    /// <summary>Changes the protection of the system mapping.</summary>
    Protects = 37,

    /// <summary>Flushes the caches for the pages of this one MDL.</summary>
    FlushesCache = 38,

    // Requests

    /// <summary>Allocates the request that is returned.</summary>
    AllocatesIrp = 50,

    /// <summary>Frees the request.</summary>
    FreesIrp = 51,

    /// <summary>Resets the request for another use.</summary>
    ReusesIrp = 52,

    /// <summary>Completes the request: request, stack locations, MDL and mappings are gone afterwards.</summary>
    Completes = 53,

    /// <summary>Passes the request to a lower driver, which may complete it at once.</summary>
    Forwards = 54,

    /// <summary>Marks the request as pending.</summary>
    MarksPending = 55,

    /// <summary>Queues the request; it may be started, completed or cancelled at once.</summary>
    Queues = 56,

    /// <summary>Takes the next request of the device from its queue.</summary>
    StartsNext = 57,

    /// <summary>Lets the lower driver use this driver's stack location.</summary>
    SkipsStack = 58,

    /// <summary>Copies this driver's stack location to the next one.</summary>
    CopiesStack = 59,

    /// <summary>Registers a completion routine.</summary>
    SetsCompletionRoutine = 60,

    /// <summary>Sets or clears the cancel routine.</summary>
    SetsCancelRoutine = 61,

    /// <summary>Cancels the request.</summary>
    Cancels = 62,

    // DMA

    /// <summary>Returns an adapter that has to be put back.</summary>
    AllocatesAdapter = 80,

    /// <summary>Puts the adapter back.</summary>
    ReleasesAdapter = 81,

    /// <summary>Asks for the adapter channel and map registers.</summary>
    AllocatesChannel = 82,

    /// <summary>Frees the adapter channel and the registers that came with it.</summary>
    ReleasesChannel = 83,

    /// <summary>Frees map registers that were kept.</summary>
    ReleasesMapRegisters = 84,

    /// <summary>Maps a piece of an MDL for a device.</summary>
    MapsTransfer = 85,

    /// <summary>Ends the mapping of a piece: data is in memory only afterwards.</summary>
    FlushesTransfer = 86,

    /// <summary>Builds the scatter/gather list of a transfer.</summary>
    BuildsList = 87,

    /// <summary>Ends the transfer of a scatter/gather list and frees it.</summary>
    PutsList = 88,

    /// <summary>Allocates memory shared with a device.</summary>
    AllocatesCommonBuffer = 89,

    /// <summary>Frees memory shared with a device.</summary>
    FreesCommonBuffer = 90,

    /// <summary>Initializes a transfer context.</summary>
    InitializesTransfer = 91,

    /// <summary>Cancels a transfer or a wait for the channel.</summary>
    CancelsTransfer = 92,

    // Other resources

    /// <summary>Allocates pool or address space.</summary>
    AllocatesPool = 110,

    /// <summary>Frees pool or address space.</summary>
    FreesPool = 111,

    /// <summary>Acquires a spin lock.</summary>
    AcquiresLock = 112,

    /// <summary>Releases a spin lock.</summary>
    ReleasesLock = 113,

    /// <summary>Enters the address space of a process.</summary>
    AttachesProcess = 114,

    /// <summary>Leaves the address space of a process.</summary>
    DetachesProcess = 115,

    /// <summary>Checks a user address range; raises a status if it is not a user range.</summary>
    Probes = 116,
}
