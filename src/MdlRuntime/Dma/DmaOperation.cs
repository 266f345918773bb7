namespace MdlRuntime;

/// <summary>One slot of DMA_OPERATIONS: the pointer to a routine that <see cref="DmaAdapter"/> has a method of the same name for.</summary>
/// <param name="Name">The routine.</param>
/// <param name="Offset">Where the pointer lies in the table, in bytes.</param>
/// <param name="Version">The first version of the table that has the slot: 1, 2 or 3.</param>
public readonly record struct DmaOperation(string Name, uint Offset, uint Version);
