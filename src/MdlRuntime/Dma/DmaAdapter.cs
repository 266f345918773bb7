using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>An adapter object: the DMA abilities of one device, and the operations of DMA_OPERATIONS on them. WDK: DMA_ADAPTER.</summary>
/// <remarks>
/// Bus masters and devices on the system DMA controller, through the version 1 routines; the members that throw
/// <see cref="NotModelledException"/> belong to common buffers, caller-supplied lists and version 3. After <see cref="PutDmaAdapter"/> the object must not be used.
/// </remarks>
[MdlEntity(MdlEntity.Adapter)]
public sealed partial class DmaAdapter : ITracked
{
    internal const uint PoolTag = 0x20616D44, ObjectSize = 0x80;

    private readonly DmaSystem _dma;
    private readonly LogicalWindow _window;
    private readonly bool _scatterGather;

    /// <summary>Whether transfers may have to be bounced; otherwise every allocation is granted at once, with a null base (DMA-074, DMA-141).</summary>
    private readonly bool _needsRegisters;

    /// <summary>What is mapped with a null base.</summary>
    private readonly TransferMap _directMap = new();

    private bool _isReleased;

    internal DmaAdapter(
        DmaSystem dma,
        nuint address,
        DeviceObject device,
        DmaOperations operations,
        LogicalWindow window,
        bool scatterGather,
        uint maximumRegisters,
        bool needsRegisters,
        SystemDmaChannel? channel = null)
    {
        (DmaOperations, _channel) = (operations, channel);
        (_dma, _window, _scatterGather, _needsRegisters) = (dma, window, scatterGather, needsRegisters);
        (Address, PhysicalDevice, MaximumRegisters) = (address, device, maximumRegisters);
        // The system DMA controller sits on the memory's side of the translation.
        _remapping = channel is null ? dma.RemappingOf(device) : null;
        _remapping?.AddAdapter();
        _isPlain = _remapping is null && dma.System.Memory.Cache is null;
        (_guards, Driver) = (dma.GuardedBuffers, dma.System.Processor.Thread.Owner);
        _directMap.Owner = this;
        dma.AddLive(_directMap);
        dma.Adapters.Add(this);
    }

    /// <summary>Version of the structure: always 1, whatever version of the operations was asked for. WDK: DMA_ADAPTER.Version.</summary>
    public ushort Version => 1;

    /// <summary>The routines that the version of the description gave. WDK: DMA_ADAPTER.DmaOperations.</summary>
    public DmaOperations DmaOperations { get; private set; }

    /// <summary>System address of the object: what stops print as their adapter parameter.</summary>
    public nuint Address { get; }

    ObjectHistory? ITracked.History { get; set; }

    internal KernelSystem System => _dma.System;

    /// <summary>Which multiples of a physical address one allocation of map registers must not cross, on an ISA bus; 0: any (DMA-108).</summary>
    internal uint RegisterBoundary { get; init; }

    internal DeviceObject PhysicalDevice { get; }

    /// <summary>The number that IoGetDmaAdapter returned.</summary>
    internal uint MaximumRegisters { get; private set; }

    /// <summary>Releases the adapter; the pointer is dead afterwards.</summary>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. All DMA is finished, and channel, map registers and scatter/gather lists are freed before:
    /// the verifier stops with 0xE6/0x08, 0x09, 0x0A for what is left, 0x11 for requests that wait, 0x0D for what was not flushed. WDK: PutDmaAdapter.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [MdlEffect(MdlEffect.ReleasesAdapter)]
    public void PutDmaAdapter()
    {
        Enter(DmaSlot.PutDmaAdapter, Kirql.DISPATCH_LEVEL, exact: false);
        System.Trace(nameof(PutDmaAdapter), this);
        if (_isReleased || --_holders > 0)
            return;

        _commonBuffers?.CheckGuards();
        ReportLeft(0x07, _commonBuffers?.Count ?? 0, "common buffers");
        CheckVectors();
        ReportLeft(0x0A, _lists, "scatter/gather lists");
        bool isGranted = _owner is { IsWaiting: false };
        ReportLeft(0x08, isGranted ? 1u : 0u, "adapter channels");
        ReportLeft(0x09, _registers, "map registers");
        if (_channelQueue.Count + (_owner is null || isGranted ? 0u : 1u) is > 0 and var waiting)
            Report(0x11, waiting, Address, 0, "MDL4010", $"PutDmaAdapter was called while {waiting} requests waited and referred to the adapter.");
        if (_directMap.MappedBytes is > 0 and var bytes)
        {
            Report(0x0D, bytes, MaximumRegisters * PAGE_SIZE, 0, "MDL4003",
                $"PutDmaAdapter was called while {bytes} bytes were mapped and not flushed.");
        }

        if (System.Verifier.IsOn && _dma.Registers.TryFindChange(out ulong changed))
            ReportFreeRegister(changed);

        _isReleased = true;
        _commonBuffers?.Close();
        _dma.Adapters.Remove(this);
        if (_channel is not null)
            _channel.Adapter = null;
        _dma.RemoveLive(_directMap);
        _directMap.Clear();
        _remapping?.RemoveAdapter();
        System.Memory.NonPagedPool.Free(Address);
        if (_needsRegisters && _registers == 0 && _commonBuffers?.HoldsRegisters != true)
            _dma.Registers.RemoveUser();
    }

    /// <summary>Returns the alignment that buffers and lengths must have for this adapter.</summary>
    /// <returns>Bytes; 1: any address and length will do. 2 for the word channels of the system DMA controller.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: GetDmaAlignment.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    [return: MdlValue(MdlValueKind.Alignment)]
    public uint GetDmaAlignment()
    {
        Enter(DmaSlot.GetDmaAlignment, Kirql.PASSIVE_LEVEL, exact: true);
        return _channel is { IsWord: true } ? sizeof(ushort) : 1u;
    }

    /// <summary>Whether the device behind the other adapter sees memory as this one's does: the same device, or one in the same domain.</summary>
    internal bool SharesBusWith(DmaAdapter other) =>
        other == this
        || other.PhysicalDevice == PhysicalDevice && other._window.HighestAddress == _window.HighestAddress
        || _remapping is not null && other._remapping?.Domain == _remapping.Domain;

    /// <summary>Returns adapter, address and map registers.</summary>
    public override string ToString() => $"DMA adapter {Address:X16} ({MaximumRegisters} map registers)";
}
