using MdlRuntime;
using MdlRuntime.Annotations;
using MdlRuntime.Devices;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.RuntimeLibrary;
using static MdlRuntime.WdkMacros;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>
/// The device of every driver in the corpus, and its device extension: 96 KiB of memory that the processor sees, a bus master with an adapter, and
/// one that takes plain physical addresses.
/// </summary>
public sealed class Board
{
    public const uint Capacity = 0x18000;

    private static readonly DeviceDescription s_description = new()
    {
        Version = 2,
        Master = true,
        ScatterGather = true,
        Dma64BitAddresses = true,
        InterfaceType = InterfaceType.PCIBus,
        MaximumLength = Capacity,
    };

    private readonly BusPort _port;
    private readonly BusPort _packetPort;
    private readonly nuint _registers;
    private nuint _next;

    internal Board(DeviceObject device)
    {
        Memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, Capacity, 0x6472_4F42);
        _registers = ExAllocatePool2(POOL_FLAG_NON_PAGED, 4 * sizeof(uint), 0x6472_4F42);
        Adapter = IoGetDmaAdapter(device, s_description, out _)!;
        PacketAdapter = IoGetDmaAdapter(device, s_description with { ScatterGather = false }, out _)!;
        _port = new(Adapter);
        _packetPort = new(PacketAdapter);
    }

    /// <summary>System address of the device's memory.</summary>
    [MdlValue(MdlValueKind.PoolAddress)]
    public nuint Memory { get; }

    /// <summary>The adapter of the bus master.</summary>
    public DmaAdapter Adapter { get; }

    /// <summary>The adapter of a second one, which takes one range of addresses at a time.</summary>
    public DmaAdapter PacketAdapter { get; }

    /// <summary>Anything that a driver keeps from one routine to the next.</summary>
    public object? Context { get; set; }

    /// <summary>Whether requests are passed to the driver in the context of the system process instead of the requestor's.</summary>
    internal bool IsDeferring { get; set; }

    /// <summary>Where buffers are cut into MDLs.</summary>
    internal IReadOnlyList<uint> Cuts { get; set; } = [];

    /// <summary>What the driver has asked for.</summary>
    internal Feature Used { get; private set; }

    /// <summary>Length of the first part of what the device has, in bytes.</summary>
    public uint HeadLength => Register(0);

    /// <summary>Length of the second part of what the device has, in bytes.</summary>
    public uint BodyLength => Register(1);

    /// <summary>Length of a record of the device, in bytes.</summary>
    public uint RecordSize => Register(2);

    /// <summary>Number of records that the device has.</summary>
    public uint RecordCount => Register(3);

    /// <summary>Where the processor sees these four numbers.</summary>
    [MdlValue(MdlValueKind.MemoryAddress)]
    public nuint Registers
    {
        get
        {
            Used |= Feature.Records;
            return _registers;
        }
    }

    /// <summary>Sets the position in the device's memory at which the next transfer starts.</summary>
    public void Seek([MdlValue(MdlValueKind.FileOffset)] long position) => _next = (nuint)position;

    /// <summary>The device writes its next bytes to physical memory.</summary>
    public void Store([MdlValue(MdlValueKind.PhysicalAddress)] ulong physicalAddress, [MdlValue(MdlValueKind.TransferLength)] uint length)
    {
        if (length == 0)
            return;
        nuint window = Window(physicalAddress, length);
        RtlCopyMemory(window, Take(length), length);
        MmUnmapIoSpace(window, length);
    }

    /// <summary>The device reads its next bytes from physical memory.</summary>
    public void Fetch([MdlValue(MdlValueKind.PhysicalAddress)] ulong physicalAddress, [MdlValue(MdlValueKind.TransferLength)] uint length)
    {
        if (length == 0)
            return;
        nuint window = Window(physicalAddress, length);
        RtlCopyMemory(Take(length), window, length);
        MmUnmapIoSpace(window, length);
    }

    /// <summary>The device writes its next bytes into part of a page.</summary>
    public void StoreFrame([MdlValue(MdlValueKind.PageFrameNumber)] nuint frame, uint offset, [MdlValue(MdlValueKind.TransferLength)] uint length) =>
        Store(((ulong)frame << PAGE_SHIFT) + offset, length);

    /// <summary>The device writes its next bytes to the bus.</summary>
    public void StoreLogical([MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logical, [MdlValue(MdlValueKind.TransferLength)] uint length) =>
        Copy(length, bytes => _port.Write(logical, bytes));

    /// <summary>The second device writes its next bytes to the bus.</summary>
    public void StorePacket([MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logical, [MdlValue(MdlValueKind.TransferLength)] uint length) =>
        Copy(length, bytes => _packetPort.Write(logical, bytes));

    /// <summary>The device reads its next bytes from the bus.</summary>
    public void FetchLogical([MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logical, [MdlValue(MdlValueKind.TransferLength)] uint length)
    {
        byte[] bytes = new byte[length];
        _port.Read(logical, bytes);
        VirtualMemory.CopyFrom(Take(length), bytes);
    }

    /// <summary>The driver below: fills the whole buffer that an MDL describes.</summary>
    /// <param name="mdl">A locked MDL.</param>
    public void Fill([MdlEffect(MdlEffect.Reads)] Mdl mdl)
    {
        uint left = MmGetMdlByteCount(mdl), offset = MmGetMdlByteOffset(mdl);
        nuint[] frames = MmGetMdlPfnArray(mdl).ToArray();
        for (int i = 0; left > 0; i++)
        {
            uint piece = Math.Min(left, PAGE_SIZE - offset);
            StoreFrame(frames[i], offset, piece);
            left -= piece;
            offset = 0;
        }
    }

    /// <summary>The lengths of the pieces in which a buffer comes.</summary>
    /// <param name="length">Its length in bytes.</param>
    public uint[] Pieces(uint length)
    {
        Used |= Feature.Chains;
        uint[] ends = [.. Cuts.Where(cut => cut < length), length];
        return [.. ends.Select((end, i) => i == 0 ? end : end - ends[i - 1])];
    }

    /// <summary>Describes the buffer of a request by a chain of partial MDLs, which the caller frees before it completes the request.</summary>
    /// <param name="irp">A request with a buffer.</param>
    /// <returns>Its head, or null if no MDL can be allocated.</returns>
    public Mdl? TakeChain(Irp irp)
    {
        Mdl whole = irp.MdlAddress ?? throw new ArgumentException("a request without a buffer has no MDL", nameof(irp));
        return Chain(MmGetMdlVirtualAddress(whole), MmGetMdlByteCount(whole), (piece, va, length) => IoBuildPartialMdl(whole, piece, va, length));
    }

    /// <summary>Describes part of the device's memory by a chain of locked MDLs, which the caller unlocks and frees.</summary>
    /// <param name="position">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The head of the chain, or null if no MDL can be allocated.</returns>
    public Mdl? LockChain([MdlValue(MdlValueKind.FileOffset)] long position, uint length) =>
        Chain(Memory + (nuint)position, length, static (piece, _, _) => MmProbeAndLockPages(piece, KProcessorMode.KernelMode, LockOperation.IoModifyAccess));

    /// <summary>Unlocks what is locked of a chain, and frees it.</summary>
    /// <param name="head">Its first MDL.</param>
    public void GiveBack(Mdl? head)
    {
        while (head is { } current)
        {
            head = current.Next;
            if ((current.MdlFlags & (MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_PARTIAL)) == MdlFlags.MDL_PAGES_LOCKED)
                MmUnlockPages(current);
            IoFreeMdl(current);
        }
    }

    /// <summary>The driver below: fills the buffers that a chain describes.</summary>
    /// <param name="chain">The head of a chain of locked MDLs.</param>
    public void FillChain([MdlEffect(MdlEffect.Reads)] Mdl chain)
    {
        for (Mdl? mdl = chain; mdl is not null; mdl = mdl.Next)
            Fill(mdl);
    }

    /// <summary>Sets what the device says.</summary>
    /// <param name="parts">Lengths of its first and its second part.</param>
    /// <param name="records">Length and number of its records.</param>
    internal void Say((uint Head, uint Body) parts, (uint Size, uint Count) records)
    {
        ReadOnlySpan<uint> numbers = [parts.Head, parts.Body, records.Size, records.Count];
        for (int i = 0; i < numbers.Length; i++)
            VirtualMemory.Write(_registers + (nuint)(i * sizeof(uint)), numbers[i]);
    }

    internal void Free()
    {
        Adapter.PutDmaAdapter();
        PacketAdapter.PutDmaAdapter();
        ExFreePool(Memory);
        ExFreePool(_registers);
    }

    private uint Register(int index) => VirtualMemory.Read<uint>(Registers + (nuint)(index * sizeof(uint)));

    private Mdl? Chain(nuint va, uint length, Action<Mdl, nuint, uint> build)
    {
        Mdl? head = null, tail = null;
        foreach (uint piece in Pieces(length))
        {
            if (IoAllocateMdl(va, piece, secondaryBuffer: false, chargeQuota: false, irp: null) is not { } mdl)
            {
                GiveBack(head);
                return null;
            }

            build(mdl, va, piece);
            head ??= mdl;
            if (tail is not null)
                tail.Next = mdl;
            tail = mdl;
            va += piece;
        }

        return head;
    }

    private static nuint Window(ulong physicalAddress, uint length) => MmMapIoSpace(new((long)physicalAddress), length, MemoryCachingType.MmCached);

    private void Copy(uint length, Action<byte[]> transfer)
    {
        byte[] bytes = new byte[length];
        VirtualMemory.CopyTo(Take(length), bytes);
        transfer(bytes);
    }

    private nuint Take(uint length)
    {
        nuint position = _next;
        if (length > Capacity || position > Capacity - length)
            throw new InvalidOperationException($"the device was told to transfer {length} bytes at {position:X}, past its end");
        _next += length;
        return Memory + position;
    }
}
