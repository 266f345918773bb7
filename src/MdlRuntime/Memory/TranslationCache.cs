using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>Why an access must not use a translation that another one may. The bits fit below a page address.</summary>
[Flags]
internal enum Refusal : uint
{
    None = 0,
    WriteProtected = 1,
    Pageable = 2,
    UserHalf = 4,
    SystemHalf = 8,

    /// <summary>Every access asks whether another thread goes first.</summary>
    Race = 16,
}

/// <summary>
/// The translations that accesses used lately, as a processor keeps them. It holds nothing that a page table does not: whoever can change an
/// entry of one got it from an Edit method, which forgets everything here.
/// </summary>
internal sealed unsafe class TranslationCache
{
    private const int Size = 1024;

    /// <summary>Page numbers have 52 bits; the bits above tell translations of today from forgotten ones.</summary>
    private const int EpochShift = 52;
    private static readonly nuint FirstEpoch = (nuint)1 << EpochShift;

    private readonly Entry[] _entries = new Entry[Size];
    private nuint _epoch = FirstEpoch;

    private struct Entry
    {
        public nuint Key;

        /// <summary>Where the host has the frame, and the refusals in the bits that are zero there.</summary>
        public nuint Page;
    }

    /// <summary>The byte at an address; a null reference when the translation is not known or one of <paramref name="refused"/> applies to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Find(nuint address, Refusal refused)
    {
        ref Entry entry = ref At(address);
        if (entry.Key == (address >> PAGE_SHIFT | _epoch) && ((Refusal)entry.Page & refused) == 0)
            return ref *(byte*)((entry.Page & ~(nuint)(PAGE_SIZE - 1)) | (address & (PAGE_SIZE - 1)));
        return ref Unsafe.NullRef<byte>();
    }

    /// <summary>Remembers a resident page of memory.</summary>
    /// <param name="address">Any address in the page.</param>
    /// <param name="pte">Its entry.</param>
    /// <param name="first">The frame's first byte.</param>
    public void Add(nuint address, in Pte pte, ref byte first)
    {
        Refusal refusal = Refusal.Race | (MemorySystem.IsSystemAddress(address) ? Refusal.SystemHalf : Refusal.UserHalf);
        if (!pte.Has(PteFlags.Writable))
            refusal |= Refusal.WriteProtected;
        if (pte.Has(PteFlags.Pageable))
            refusal |= Refusal.Pageable;
        ref Entry entry = ref At(address);
        entry.Key = address >> PAGE_SHIFT | _epoch;
        entry.Page = (nuint)Unsafe.AsPointer(ref first) | (uint)refusal;
    }

    /// <summary>Forgets everything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear()
    {
        _epoch += FirstEpoch;
        if (_epoch == 0)
            StartOver();
    }

    private void StartOver()
    {
        Array.Clear(_entries);
        _epoch = FirstEpoch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry At(nuint address) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), (address >> PAGE_SHIFT) & (Size - 1));
}
