using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>The side of the device: every byte that a device reads or writes goes through here.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Whether any range of logical addresses is one span of memory that the processor sees too: no IOMMU, and coherent DMA.</summary>
    private readonly bool _isPlain;

    /// <summary>Reads what is behind a range of logical addresses; checks what the device may reach.</summary>
    internal void BusRead(PhysicalAddress logical, Span<byte> destination)
    {
        if (_isPlain)
            Resolve(logical, destination.Length, writesMemory: false).CopyTo(destination);
        else
            ReadPieces(logical, destination);
    }

    /// <summary>Writes to what is behind a range of logical addresses; checks what the device may reach.</summary>
    internal void BusWrite(PhysicalAddress logical, ReadOnlySpan<byte> source)
    {
        if (_isPlain)
            source.CopyTo(Resolve(logical, source.Length, writesMemory: true));
        else
            WritePieces(logical, source);
    }

    /// <summary>
    /// Adds the memory behind a range of logical addresses in the form that host file I/O takes, piece by piece. Valid until the machine is
    /// switched off; used before the driver is told. For machines with coherent DMA.
    /// </summary>
    internal void BusCollect(PhysicalAddress logical, int length, bool writesMemory, List<Memory<byte>> pieces)
    {
        CheckAccess(logical, length, writesMemory);
        for (int done = 0; done < length;)
        {
            ulong physical = FindPiece(logical, done, length, writesMemory, out int piece);
            pieces.Add(System.Memory.Arena.Memory(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical), piece));
            done += piece;
        }
    }

    /// <summary>The longest piece from a position of an MDL on that the device can be given as one range of logical addresses.</summary>
    private PhysicalRun FindRun(in MdlPages pages, nuint va, uint length) =>
        _remapping is null ? PhysicalRun.At(pages, va, length, _window) : FindTranslatedRun(pages, va, length);

    /// <summary>Makes a run reachable where its bytes are.</summary>
    private void MapInPlace(ref MappedRun run, in MdlPages pages, Pfn first)
    {
        if (_guards is not null && TryGuard(ref run, pages))
            return;
        if (first == Pfn.None)
            run.Logical = new(PhysicalRun.Nowhere.Address.QuadPart + BYTE_OFFSET(run.Va));
        else if (_remapping is null)
            run.Logical = _window.ToLogical((ulong)first.Address.QuadPart + BYTE_OFFSET(run.Va));
        else
            Translate(ref run, pages);
        if (_isPlain || System.Memory.Cache is not { } cache)
            return;
        if (!run.WriteToDevice && System.Verifier.IsOn)
            CheckCacheLines(run);
        CacheBeforeTransfer(cache, run);
    }

    /// <summary>Makes a run reachable in bounce pages, and the rest of a range that begins with it.</summary>
    private void MapBounced(ref MappedRun run, ulong bounce, uint rangeLength)
    {
        if (_guards?.TryTake(this, run.Va, rangeLength, out ulong guarded) == true)
            bounce = guarded;
        SetBounced(ref run, bounce, rangeLength);
    }

    private void SetBounced(ref MappedRun run, ulong bounce, uint rangeLength)
    {
        (run.IsBounced, run.Bounce) = (true, bounce);
        if (_remapping is null)
            run.Logical = _window.ToLogical(bounce);
        else
            TranslateBounced(ref run, rangeLength);
    }

    /// <summary>Makes a run reachable in bounce pages that <see cref="MapBounced"/> has made reachable already.</summary>
    private void MapBehind(ref MappedRun run, in MappedRun previous)
    {
        _guards?.Share(previous.Bounce);
        (run.IsBounced, run.Bounce, run.Domain) = (true, previous.Bounce + previous.Length, previous.Domain);
        run.Logical = new(previous.Logical.QuadPart + previous.Length);
    }

    /// <summary>The memory behind a range of logical addresses that lies in one piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Resolve(PhysicalAddress logical, int length, bool writesMemory)
    {
        CheckAccess(logical, length, writesMemory);
        return Bytes(ToPhysical(logical, length, writesMemory), length);
    }

    private void CheckAccess(PhysicalAddress logical, int length, bool writesMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (System.IsHalted)
            System.ThrowIfHalted();
        if (System.Verifier.IsOn)
            CheckMapped(logical, (uint)length, writesMemory);
    }

    /// <summary>Where a range of logical addresses lies in memory on a machine without IOMMU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ToPhysical(PhysicalAddress logical, int length, bool writesMemory)
    {
        ulong physical = _window.ToPhysical(logical), memory = (ulong)System.Memory.Arena.FrameCount << PAGE_SHIFT;
        if (physical >= memory || memory - physical < (ulong)length || !_window.IsOneRange(logical, length))
            physical = ToPhysicalOutsideWindow(logical, length, writesMemory);
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, (ulong)logical.QuadPart, (ulong)length, physical);
        return physical;
    }

    /// <summary>The same for a common buffer that had to lie lower than the window does; nothing else answers there.</summary>
    private ulong ToPhysicalOutsideWindow(PhysicalAddress logical, int length, bool writesMemory)
    {
        if (!_dma.TryResolveCommonBuffer(this, logical, (ulong)length, out ulong physical))
            Fault(logical, length, writesMemory);
        return physical;
    }

    private void ReadPieces(PhysicalAddress logical, Span<byte> destination)
    {
        CheckAccess(logical, destination.Length, writesMemory: false);
        for (int done = 0; done < destination.Length;)
        {
            ulong physical = FindPiece(logical, done, destination.Length, writesMemory: false, out int piece);
            if (System.Memory.Cache is { } cache)
                ReadIncoherent(cache, physical, destination.Slice(done, piece));
            else
                Bytes(physical, piece).CopyTo(destination[done..]);
            done += piece;
        }
    }

    private void WritePieces(PhysicalAddress logical, ReadOnlySpan<byte> source)
    {
        CheckAccess(logical, source.Length, writesMemory: true);
        for (int done = 0; done < source.Length;)
        {
            ulong physical = FindPiece(logical, done, source.Length, writesMemory: true, out int piece);
            if (System.Memory.Cache is { } cache)
                WriteIncoherent(cache, new(logical.QuadPart + done), physical, source.Slice(done, piece));
            else
                source.Slice(done, piece).CopyTo(Bytes(physical, piece));
            done += piece;
        }
    }

    /// <summary>Where the rest of a range lies in memory, and how much of it is there in one piece.</summary>
    private ulong FindPiece(PhysicalAddress logical, int done, int length, bool writesMemory, out int piece)
    {
        PhysicalAddress at = new(unchecked(logical.QuadPart + done));
        piece = length - done;
        if (_remapping is null)
            return ToPhysical(at, piece, writesMemory);

        ulong physical = Translate(at, piece, writesMemory, out piece);
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, (ulong)at.QuadPart, (ulong)piece, physical);
        return physical;
    }

    private Span<byte> Bytes(ulong physical, int length) =>
        MemoryMarshal.CreateSpan(ref System.Memory.Arena.Byte(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical)), length);
}
