namespace MdlRuntime.Verification;

/// <summary>One allocation of map registers.</summary>
/// <param name="Base">What a driver sees as MapRegisterBase, as a number; 0 where the adapter needs no registers.</param>
/// <param name="Entries">Its registers, in order.</param>
public readonly record struct MapRegisterFile(ulong Base, IReadOnlyList<MapRegisterEntry> Entries);

/// <summary>What one map register maps.</summary>
/// <param name="Length">Bytes; 0: not mapped.</param>
/// <param name="Va">Position of the first byte in the virtual range of its MDL.</param>
public readonly record struct MapRegisterEntry(uint Length, nuint Va);
