using System.Runtime.CompilerServices;
using MdlRuntime.Annotations;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>
/// A memory descriptor list: a 48-byte header followed by one frame number per page, in simulated non-paged memory.
/// The object is the host's handle on that structure; every member reads or writes the memory itself. WDK: MDL.
/// </summary>
[MdlEntity(MdlEntity.Mdl)]
public sealed class Mdl : ITracked, IPoolOwner
{
    /// <summary>Bytes before the array of frame numbers.</summary>
    internal const int HeaderSize = 0x30;
    private const int EntrySize = 8;

    internal const uint MdlFlagsOffset = 0x0A, StartVaOffset = 0x20, ByteCountOffset = 0x28, ByteOffsetOffset = 0x2C;

    /// <summary>The header, word by word: its frames need not be adjacent.</summary>
    private HeaderWords _header;
    private HostBlock _array;

    /// <summary>Entries that the host can reach through <see cref="_array"/>.</summary>
    private int _room;

    /// <summary>Stands for the array while its frames are not adjacent.</summary>
    private ScatteredPfns? _scattered;
    private SystemMapping _mapping;
    private Mdl? _next;
    private EProcess? _process;

    internal Mdl(MdlLayer layer) => Layer = layer;

    /// <summary>The MDL structure in the driver's own non-paged memory, for MmInitializeMdl; its contents are what that memory holds.</summary>
    /// <param name="nonPagedMemory">System address of the structure, a multiple of 8 bytes.</param>
    /// <returns>The same object for the same address.</returns>
    /// <exception cref="ArgumentException">The address is not resident non-paged system memory.</exception>
    public static Mdl At(nuint nonPagedMemory)
    {
        Processor processor = Processor.Current;
        return processor.System.Layer<MdlLayer>().At(nonPagedMemory);
    }

    /// <summary>System address of the structure itself: what stops print as their MDL parameter, and what ExFreePoolWithTag takes for an MDL that came from MmAllocatePagesForMdl.</summary>
    public nuint Address { get; private set; }

    ObjectHistory? ITracked.History { get; set; }

    /// <summary>The next MDL of a chain, or null at its end. Drivers may link MDLs by setting it.</summary>
    public Mdl? Next
    {
        get
        {
            ThrowIfStale();
            nuint address = NextAddress;
            if (address == 0)
                return null;
            return _next is not null && _next.Address == address ? _next : Layer.At(address);
        }

        set
        {
            ThrowIfStale();
            if (value is not null && value.Layer != Layer)
                throw new ArgumentException($"{value} belongs to another machine", nameof(value));
            _next = value;
            NextAddress = value?.Address ?? 0;
        }
    }

    /// <summary>Bytes of header and array as initialized; the low 16 bits of them, which mislead from 4090 pages on.</summary>
    [OpaqueMember]
    public short Size => Live._header[1].At<short>(0);

    /// <summary>State bits of the MDL.</summary>
    public MdlFlags MdlFlags
    {
        get => Live.Flags;
        set => Live.Flags = value;
    }

    /// <summary>The process that the locked pages are charged to; null for system memory. Meaningful only while pages are locked.</summary>
    [OpaqueMember]
    public EProcess? Process => Live.ChargedProcess;

    /// <summary>System address of the first byte. Meaningful only under MDL_MAPPED_TO_SYSTEM_VA or MDL_SOURCE_IS_NONPAGED_POOL.</summary>
    [MdlValue(MdlValueKind.MappedPageBase)]
    [OpaqueMember("MmGetSystemAddressForMdlSafe")]
    public nuint MappedSystemVa => Live.SystemVa;

    /// <summary>Page-aligned original address of the buffer.</summary>
    [MdlValue(MdlValueKind.BaseVa)]
    [OpaqueMember("MmGetMdlVirtualAddress")]
    public nuint StartVa => Live.BaseVa;

    /// <summary>Length of the buffer in bytes.</summary>
    [MdlValue(MdlValueKind.ByteCount)]
    [OpaqueMember("MmGetMdlByteCount")]
    public uint ByteCount => Live.Length;

    /// <summary>Offset of the first byte in its page, in bytes.</summary>
    [MdlValue(MdlValueKind.ByteOffset)]
    [OpaqueMember("MmGetMdlByteOffset")]
    public uint ByteOffset => Live.Offset;

    internal MdlLayer Layer { get; }

    internal KernelSystem System => Layer.System;

    internal ref MdlFlags Flags => ref _header[1].At<MdlFlags>(2);

    internal ref nuint NextAddress => ref _header[0].At<nuint>(0);

    internal ref nuint SystemVa => ref _header[3].At<nuint>(0);

    internal ref nuint BaseVa => ref _header[4].At<nuint>(0);

    internal ref uint Length => ref _header[5].At<uint>(0);

    internal ref uint Offset => ref _header[5].At<uint>(4);

    /// <summary>Address of the first byte in the address space it was described in.</summary>
    internal nuint VirtualAddress => BaseVa + Offset;

    /// <summary>Pages that the buffer touches.</summary>
    internal int PageCount => (int)(((ulong)Offset + Length + (PAGE_SIZE - 1)) >> PAGE_SHIFT);

    internal bool IsLocked => Has(MdlFlags.MDL_PAGES_LOCKED);

    /// <summary>The frames of the buffer in virtual order.</summary>
    internal Span<nuint> Pfns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int count = PageCount;
            return count <= _room ? _array.Array<nuint>(0, count) : ReachPfns(count);
        }
    }

    /// <summary>The entry behind the frame numbers, which an advanced MDL has room for.</summary>
    internal ref nuint EntryBehind
    {
        get
        {
            nuint address = ArrayAddress + EntrySize * (nuint)PageCount;
            return ref System.Memory.Arena.Block(System.Memory.FindPte(user: null, address).Pfn, BYTE_OFFSET(address), EntrySize).At<nuint>(0);
        }
    }

    internal EProcess? ChargedProcess
    {
        get
        {
            nuint address = _header[2].At<nuint>(0);
            if (address == 0)
                return null;
            return _process is not null && _process.Address == address ? _process : Layer.FindProcess(address);
        }

        set
        {
            _process = value;
            _header[2].At<nuint>(0) = value?.Address ?? 0;
        }
    }

    /// <summary>The system mapping that this MDL owns.</summary>
    internal ref SystemMapping Mapping => ref _mapping;

    /// <summary>For a partial MDL, the one it was built from.</summary>
    internal Mdl? Source { get; set; }

    /// <summary>Views of this MDL in user address spaces; null until the first one.</summary>
    internal List<UserView>? Views { get; set; }

    /// <summary>Freed and not allocated again yet.</summary>
    internal bool IsFreed { get; set; }

    /// <summary>Where IoFreeMdl returns the MDL; null for a structure in the driver's own memory.</summary>
    internal MdlLookaside? Home { get; init; }

    /// <summary>Whether the structure is a pool block of its own, which the driver frees with ExFreePool.</summary>
    internal bool IsInPool { get; init; }

    /// <summary>Whether a page-allocating routine made it, so that the pages are freed before the structure.</summary>
    internal bool IsPageAllocation { get; init; }

    /// <summary>Frame of the header's first byte.</summary>
    internal Pfn Frame { get; private set; }

    /// <summary>Frame numbers that the MDL was initialized for, which the 16-bit Size cannot always tell (MDL-132).</summary>
    internal int Capacity
    {
        get
        {
            ushort size = (ushort)_header[1].At<short>(0);
            return size == (ushort)(HeaderSize + EntrySize * InitializedPages) ? InitializedPages : (size - HeaderSize) / EntrySize;
        }
    }

    private int InitializedPages { get; set; }

    private nuint ArrayAddress => Address + HeaderSize;

    private Mdl Live
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThrowIfStale();
            return this;
        }
    }

    /// <summary>Connects the object with memory: <paramref name="room"/> entries fit behind the header.</summary>
    internal void Bind(nuint address, Pfn frame, HostBlock memory, int room)
    {
        for (int i = 0; i < HeaderWords.Count; i++)
            _header[i] = memory.From(8 * i);
        (Address, Frame, _array, _room) = (address, frame, memory.From(HeaderSize), room);
        Mapping = default;
    }

    /// <summary>Frame numbers that were asked for when the structure was allocated.</summary>
    internal int AllocatedPages { get; private set; }

    /// <summary>The object stands for a new MDL from now on.</summary>
    internal void Begin(int pages)
    {
        AllocatedPages = pages;
        IsFreed = false;
        ((ITracked)this).History?.Restart();
    }

    /// <summary>Connects the object with memory whose frames need not be adjacent; nothing is known of the array yet.</summary>
    internal void Bind(nuint address, Pfn frame, in HeaderWords header)
    {
        if (Address != address || Frame != frame)
            (Mapping, _scattered) = (default, null);
        (Address, Frame, _header, _room) = (address, frame, header, 0);
    }

    /// <summary>Stores frame numbers that were written through <see cref="Pfns"/>, where that is not the memory itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void StorePfns() => _scattered?.Synchronize(ArrayAddress, PageCount);

    /// <summary>Writes the header as MmInitializeMdl does; the rest of the memory keeps what it held (MDL-049, MDL-050).</summary>
    internal void Initialize(nuint baseVa, nuint length, MdlFlags flags)
    {
        _next = null;
        Mapping = default;
        Views?.Clear();
        InitializedPages = (int)ADDRESS_AND_SIZE_TO_SPAN_PAGES(baseVa, length);
        NextAddress = 0;
        _header[1].At<short>(0) = unchecked((short)(HeaderSize + EntrySize * InitializedPages));
        Flags = flags;
        BaseVa = PAGE_ALIGN(baseVa);
        Length = (uint)length;
        Offset = BYTE_OFFSET(baseVa);
    }

    /// <summary>Makes reads of what initialization leaves open recognizable (MDL-564).</summary>
    internal void Poison(int pages)
    {
        nuint poison = unchecked((nuint)0x0BAD_0BAD_0BAD_0BA0);
        _header[2].At<nuint>(0) = poison;
        SystemVa = poison;
        // Reads begin at the first entry; filling a long array would cost more than the allocation.
        _array.Array<nuint>(0, Math.Min(pages, 64)).Fill(poison);
    }

    /// <summary>The entries that a length claims, after a look at where they are; faults when the memory ends before them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Span<nuint> ReachPfns(int count)
    {
        if (Layer.TryReach(this, ArrayAddress, count, out HostBlock array))
        {
            (_array, _room, _scattered) = (array, count, null);
            return array.Array<nuint>(0, count);
        }

        _scattered ??= new(System.Memory);
        return _scattered.Synchronize(ArrayAddress, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Has(MdlFlags flag) => (Flags & flag) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfStale()
    {
        ObjectDisposedException.ThrowIf(System.IsOff, typeof(Simulation.Machine));
        if (IsFreed)
            MdlChecks.ReportStale(this);
    }

    void IPoolOwner.OnFreeing() => PageAllocation.CheckFreedStructure(this);

    void IPoolOwner.OnFreed() => Layer.Forget(this);

    /// <summary>Returns the address of the structure and what it describes.</summary>
    public override string ToString() => System.IsOff
        ? $"MDL {Address:X16} of a machine that was switched off"
        : $"MDL {Address:X16} (0x{VirtualAddress:X}, {Length} bytes, {Flags})";
}
