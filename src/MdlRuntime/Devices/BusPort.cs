namespace MdlRuntime.Devices;

/// <summary>What a bus-master device sees of memory through its adapter: logical addresses only, common buffers included.</summary>
/// <remarks>Callable by the host between runs and by code that the machine runs, at any IRQL; an access happens before the call returns.</remarks>
public sealed class BusPort
{
    private readonly DmaAdapter _adapter;

    /// <summary>Connects a device to the bus behind an adapter.</summary>
    /// <param name="adapter">Adapter that the device's driver got from IoGetDmaAdapter.</param>
    /// <exception cref="ArgumentException">The device is subordinate: it reaches memory through a <see cref="DmaRequestLine"/> only.</exception>
    public BusPort(DmaAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (adapter.Channel is not null)
            throw new ArgumentException("the adapter is that of a subordinate device, which reaches memory through its DmaRequestLine only", nameof(adapter));
        _adapter = adapter;
    }

    internal KernelSystem System => _adapter.System;

    /// <summary>Reads memory: what a device does in a write request.</summary>
    /// <param name="logical">Logical address of the first byte, from MapTransfer or a scatter/gather element.</param>
    /// <param name="destination">Receives as many bytes as it has.</param>
    /// <exception cref="BusFaultException">No memory answers at an address of the range.</exception>
    /// <exception cref="BugCheckException">Strict verifier: the range is not mapped for this adapter (0xE6/0x26).</exception>
    public void Read(PhysicalAddress logical, Span<byte> destination)
    {
        if (destination.Length > 0)
            _adapter.BusRead(logical, destination);
    }

    /// <summary>Writes memory: what a device does in a read request.</summary>
    /// <param name="logical">Logical address of the first byte, from MapTransfer or a scatter/gather element.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="BusFaultException">No memory answers at an address of the range.</exception>
    /// <exception cref="BugCheckException">
    /// Strict verifier: the range is not mapped for this adapter or not for this direction (0xE6/0x26), or leaves the mapped bytes (0xE6/0x0F).
    /// </exception>
    public void Write(PhysicalAddress logical, ReadOnlySpan<byte> source)
    {
        if (source.Length > 0)
            _adapter.BusWrite(logical, source);
    }

    /// <summary>Whether host file I/O can go to and from memory without a copy.</summary>
    internal bool CanCollect => System.Memory.Cache is null;

    /// <summary>Adds the memory behind a logical range, piece by piece: for host file I/O that needs no copy.</summary>
    internal void Collect(PhysicalAddress logical, int length, bool writesMemory, List<Memory<byte>> pieces) =>
        _adapter.BusCollect(logical, length, writesMemory, pieces);
}
