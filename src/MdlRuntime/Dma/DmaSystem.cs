using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>What the adapters of one machine share: map registers, those who wait for them, what is mapped, and the objects used again and again.</summary>
internal sealed class DmaSystem : ILayerState<DmaSystem>
{
    private readonly Stack<ChannelRequest> _freeRequests = new();
    private readonly List<ChannelRequest> _deviceRequests = [];

    // First in, first out: a handle that a driver kept too long stays recognizable as freed for as long as possible.
    private readonly Queue<MapRegisters> _freeRegisters = new();
    private readonly Queue<ScatterGatherList> _freeLists = new();
    private readonly Dictionary<DeviceObject, DeviceRemapping> _remappings = [];
    private ChannelQueue _registerQueue;
    private TransferMap? _firstLive;
    private CacheWriteBack? _writeBack;

    /// <summary>Adapters whose channel was freed while others wait for it.</summary>
    private readonly Queue<DmaAdapter> _released = new();
    private bool _isGranting;

    private DmaSystem(KernelSystem system)
    {
        System = system;
        Registers = new(system.Memory, system.Options.MapRegisters, isMarked: system.Verifier.IsOn);
        if (system.Verifier.IsOn && system.Options.VerifyDmaBuffers)
            GuardedBuffers = new(system.Memory);
        if (system.Verifier.IsOn)
            system.Layer<IoSystem>().Completing += CheckFlushed;
    }

    public KernelSystem System { get; }

    public MapRegisterPool Registers { get; }

    /// <summary>The buffers with guards that transfers go through; null unless the machine has them.</summary>
    public GuardedBuffers? GuardedBuffers { get; }

    /// <summary>What devices may use outside transfers: common buffers and the like.</summary>
    public List<BusGrant> Grants { get; } = [];

    /// <summary>The common buffers of every adapter that has had some.</summary>
    public List<CommonBuffers> CommonBuffers { get; } = [];

    /// <summary>The adapters that were handed out and not put.</summary>
    public HashSet<DmaAdapter> Adapters { get; } = [];

    public static DmaSystem Create(KernelSystem system) => new(system);

    /// <summary>The request of a device object whose AdapterControl routine has not returned yet: there is room for one (DMA-139).</summary>
    public ChannelRequest? FindRequest(DeviceObject device)
    {
        foreach (ChannelRequest request in _deviceRequests)
        {
            if (request.Device == device)
                return request;
        }

        return null;
    }

    public ChannelRequest TakeRequest(DmaAdapter adapter, DeviceObject device, uint registerCount, object? context)
    {
        if (!_freeRequests.TryPop(out ChannelRequest? request))
            request = new();
        (request.Adapter, request.Device, request.RegisterCount, request.Context) = (adapter, device, registerCount, context);
        request.Irp = device.CurrentIrp;
        return request;
    }

    public void AddDeviceRequest(ChannelRequest request) => _deviceRequests.Add(request);

    public void RemoveDeviceRequest(ChannelRequest request) => _deviceRequests.Remove(request);

    public void Recycle(ChannelRequest request)
    {
        request.Clear();
        _freeRequests.Push(request);
    }

    public ScatterGatherList TakeList() => _freeLists.TryDequeue(out ScatterGatherList? list) ? list : new();

    public void Recycle(ScatterGatherList list) => _freeLists.Enqueue(list);

    /// <summary>Gives a request its registers, or parks it: nobody overtakes a waiting request, even if enough registers are free (DMA-110).</summary>
    public bool TryGiveRegisters(ChannelRequest request)
    {
        if (_registerQueue.First is null && TryTake(request))
            return true;

        _registerQueue.Enqueue(request);
        return false;
    }

    /// <summary>Takes registers that are tied up for long; nothing when they would be missing to somebody who waits.</summary>
    public bool TryTakeRegisters(uint count, out int first)
    {
        first = -1;
        return _registerQueue.First is null && Registers.TryTake(count, out first);
    }

    /// <summary>Gives a request its registers if nobody waits for any and they are free; otherwise nothing happens.</summary>
    public bool TryGiveRegistersNow(ChannelRequest request) => _registerQueue.First is null && TryTake(request);

    /// <summary>Takes a request out of the queue for registers.</summary>
    public void StopWaiting(ChannelRequest request) => _registerQueue.Remove(request);

    /// <summary>A handle for registers; <paramref name="first"/> is -1 where the adapter needs none.</summary>
    public MapRegisters TakeHandle(DmaAdapter adapter, int first, uint count)
    {
        if (!_freeRegisters.TryDequeue(out MapRegisters? registers))
            registers = new();
        (registers.Adapter, registers.First, registers.Count, registers.IsAllocated) = (adapter, first, count, true);
        registers.Map.Owner = adapter;
        AddLive(registers.Map);
        return registers;
    }

    /// <summary>Ends an allocation; what is still mapped through it is forgotten. Waiting requests are granted by <see cref="GrantWaiting"/>.</summary>
    public void Free(MapRegisters registers)
    {
        RemoveLive(registers.Map);
        registers.Map.Clear();
        registers.IsAllocated = false;
        if (registers.Context is { } context)
            (context.Registers, registers.Context) = (null, null);
        if (registers.First >= 0)
            Registers.Release(registers.First, registers.Count);
        _freeRegisters.Enqueue(registers);
    }

    /// <summary>
    /// Runs the requests that wait for registers, from the head, up to the first that cannot be satisfied (DMA-110, DMA-174), and those that wait
    /// for the channel of <paramref name="released"/>. What a routine frees that runs here is given on by the loop that runs it, so that a
    /// long queue needs no deep stack.
    /// </summary>
    public void GrantWaiting(Processor processor, DmaAdapter? released = null)
    {
        if (released is { IsAwaited: true })
            _released.Enqueue(released);
        if (_isGranting || _registerQueue.First is null && _released.Count == 0)
            return;

        _isGranting = true;
        try
        {
            while (GrantOne(processor))
            {
            }
        }
        finally
        {
            _isGranting = false;
        }
    }

    private bool GrantOne(Processor processor)
    {
        if (_registerQueue.First is { } request && TryTake(request))
        {
            _registerQueue.Dequeue();
            request.Adapter.Resume(processor, request);
            return true;
        }

        if (!_released.TryDequeue(out DmaAdapter? adapter))
            return false;
        adapter.GrantChannel(processor);
        return true;
    }

    /// <summary>What the IOMMU knows of a device; null on a machine without one.</summary>
    public DeviceRemapping? RemappingOf(DeviceObject device)
    {
        if (!System.Options.Iommu)
            return null;
        if (!_remappings.TryGetValue(device, out DeviceRemapping? remapping))
            _remappings[device] = remapping = new(System);
        return remapping;
    }

    /// <summary>Whether a logical address of an adapter's device is that of a transfer.</summary>
    public bool IsInTransfer(DmaAdapter adapter, PhysicalAddress logical)
    {
        for (TransferMap? map = _firstLive; map is not null; map = map.NextLive)
        {
            if (map.Owner.SharesBusWith(adapter) && map.TryFind(logical, wholePages: false, out _))
                return true;
        }

        return false;
    }

    /// <summary>Lets lines that devices have written below be written back as soon as the machine waits.</summary>
    public void AwaitWriteBack(ProcessorCache cache)
    {
        if (!cache.HasLostWrites)
            return;
        _writeBack ??= new(System, cache);
        if (_writeBack.Pending == 0)
            System.Scheduler.Schedule(_writeBack, delay: 1);
    }

    public void AddLive(TransferMap map)
    {
        (map.NextLive, map.PreviousLive) = (_firstLive, null);
        if (_firstLive is not null)
            _firstLive.PreviousLive = map;
        _firstLive = map;
    }

    public void RemoveLive(TransferMap map)
    {
        if (map.PreviousLive is null)
            _firstLive = map.NextLive;
        else
            map.PreviousLive.NextLive = map.NextLive;
        if (map.NextLive is not null)
            map.NextLive.PreviousLive = map.PreviousLive;
        (map.NextLive, map.PreviousLive) = (null, null);
    }

    /// <summary>Bytes mapped for an adapter and not flushed.</summary>
    public ulong MappedBytesOf(DmaAdapter adapter)
    {
        ulong bytes = 0;
        for (TransferMap? map = _firstLive; map is not null; map = map.NextLive)
            bytes += map.Owner == adapter ? map.MappedBytes : 0;
        return bytes;
    }

    /// <summary>The allocations of an adapter, the oldest first.</summary>
    public IReadOnlyList<MapRegisterFile> FilesOf(DmaAdapter adapter)
    {
        List<MapRegisterFile> files = [];
        for (TransferMap? map = _firstLive; map is not null; map = map.NextLive)
        {
            if (map.Owner == adapter && map.Registers is { } registers)
                files.Add(new(registers.Handle, map.Entries(registers.Count)));
        }

        files.Reverse();
        return files;
    }

    /// <summary>What gives the device of <paramref name="adapter"/> a logical address, or the page around it: a transfer or a grant.</summary>
    public bool TryFindRange(DmaAdapter adapter, PhysicalAddress logical, bool wholePages, out BusRange range)
    {
        for (TransferMap? map = _firstLive; map is not null; map = map.NextLive)
        {
            if (map.Owner.SharesBusWith(adapter) && map.TryFind(logical, wholePages, out range))
                return true;
        }

        foreach (BusGrant grant in Grants)
        {
            range = grant.Range;
            if (grant.Covers(adapter) && range.Holds(logical, wholePages))
                return true;
        }

        range = default;
        return false;
    }

    /// <summary>The physical address behind a logical range of a common buffer that lies outside the device's usual window.</summary>
    public bool TryResolveCommonBuffer(DmaAdapter adapter, PhysicalAddress logical, ulong length, out ulong physical)
    {
        CommonBuffer? buffer = FindCommonBuffer(adapter, logical, length);
        ulong offset = buffer is null ? 0 : unchecked((ulong)logical.QuadPart - (ulong)buffer.Logical.QuadPart);
        physical = buffer is null ? 0 : buffer.Physical + offset;
        return buffer is not null && offset < buffer.Pages * (ulong)PAGE_SIZE && buffer.Pages * (ulong)PAGE_SIZE - offset >= length;
    }

    /// <summary>A common buffer of the device's bus that has logical addresses in a range.</summary>
    public CommonBuffer? FindCommonBuffer(DmaAdapter adapter, PhysicalAddress logical, ulong length)
    {
        foreach (CommonBuffers buffers in CommonBuffers)
        {
            if (buffers.Adapter.SharesBusWith(adapter) && buffers.FindLogical(logical, length) is { } buffer)
                return buffer;
        }

        return null;
    }

    /// <summary>Whether a physical address is that of a common buffer: of no use to any device.</summary>
    public bool IsCommonBuffer(ulong physical) => CommonBuffers.Exists(buffers => buffers.HoldsPhysical(physical));

    /// <summary>The common buffer next to which a device writes.</summary>
    public CommonBuffer? FindNeighbour(DmaAdapter adapter, PhysicalAddress logical)
    {
        foreach (CommonBuffers buffers in CommonBuffers)
        {
            if (buffers.Adapter.SharesBusWith(adapter) && buffers.FindNeighbour(logical) is { } buffer)
                return buffer;
        }

        return null;
    }

    /// <summary>Reports a request that is completed while pieces of its buffer are mapped for a device: their data may not have arrived (DMA-127, DMA-330).</summary>
    private void CheckFlushed(Irp irp)
    {
        for (TransferMap? map = _firstLive; map is not null; map = map.NextLive)
        {
            foreach (ref readonly MappedRun run in map.Runs)
            {
                if (run.IsLoose || !IsInChain(irp.Mdls, run.Mdl))
                    continue;

                System.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, 0x0D, map.MappedBytes, map.Owner.MaximumRegisters * PAGE_SIZE, 0,
                    "MDL4003", $"{irp} was completed while bytes of its buffer were mapped and not flushed: FlushAdapterBuffers or PutScatterGatherList comes first."));
                return;
            }
        }
    }

    private static bool IsInChain(Mdl? chain, Mdl mdl)
    {
        foreach (Mdl at in new ChainWalk(chain))
        {
            if (at == mdl)
                return true;
        }

        return false;
    }

    private bool TryTake(ChannelRequest request)
    {
        bool isTaken = request.Adapter.RegisterBoundary is > 0 and var boundary
            ? Registers.TryTake(request.RegisterCount, boundary, out int first)
            : Registers.TryTake(request.RegisterCount, out first);
        if (!isTaken)
            return false;

        if (System.Verifier.IsOn && Registers.TryFindChange(first, request.RegisterCount, out ulong address))
            request.Adapter.ReportFreeRegister(address);
        request.Registers = TakeHandle(request.Adapter, first, request.RegisterCount);
        return true;
    }
}
