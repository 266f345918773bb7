using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MdlRuntime;

/// <summary>The side of the device: every byte that a device reads or writes goes through here.</summary>
public sealed partial class DmaAdapter
{
    /// <summary>Reads what is behind a range of logical addresses; checks what the device may reach.</summary>
    internal void BusRead(PhysicalAddress logical, Span<byte> destination) =>
        Resolve(logical, destination.Length, writesMemory: false).CopyTo(destination);

    /// <summary>Writes to what is behind a range of logical addresses; checks what the device may reach.</summary>
    internal void BusWrite(PhysicalAddress logical, ReadOnlySpan<byte> source) =>
        source.CopyTo(Resolve(logical, source.Length, writesMemory: true));

    /// <summary>
    /// Adds the memory behind a range of logical addresses in the form that host file I/O takes, piece by piece. Valid until the machine is
    /// switched off; used before the driver is told.
    /// </summary>
    internal void BusCollect(PhysicalAddress logical, int length, bool writesMemory, List<Memory<byte>> pieces)
    {
        ulong physical = PhysicalOf(logical, length, writesMemory);
        pieces.Add(System.Memory.Arena.Memory(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical), length));
    }

    /// <summary>The longest piece from a position of an MDL on that the device can be given as one range of logical addresses.</summary>
    private PhysicalRun FindRun(in MdlPages pages, nuint va, uint length) => PhysicalRun.At(pages, va, length, _window);

    /// <summary>Makes a run reachable where its bytes are.</summary>
    private void MapInPlace(ref MappedRun run, Pfn first) => run.Logical = first == Pfn.None
        ? new(PhysicalRun.Nowhere.Address.QuadPart + BYTE_OFFSET(run.Va))
        : _window.ToLogical((ulong)first.Address.QuadPart + BYTE_OFFSET(run.Va));

    /// <summary>Makes a run reachable in bounce pages.</summary>
    private void MapBounced(ref MappedRun run, ulong bounce)
    {
        (run.IsBounced, run.Bounce) = (true, bounce);
        run.Logical = _window.ToLogical(bounce);
    }

    /// <summary>The memory behind a range of logical addresses that lies in one piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Resolve(PhysicalAddress logical, int length, bool writesMemory)
    {
        ulong physical = PhysicalOf(logical, length, writesMemory);
        return MemoryMarshal.CreateSpan(ref System.Memory.Arena.Byte(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical)), length);
    }

    /// <summary>The physical address behind a logical one, which the whole range follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong PhysicalOf(PhysicalAddress logical, int length, bool writesMemory)
    {
        CheckAccess(logical, length, writesMemory);
        ulong physical = _window.ToPhysical(logical), memory = (ulong)System.Memory.Arena.FrameCount << PAGE_SHIFT;
        if (physical >= memory || memory - physical < (ulong)length || !_window.IsOneRange(logical, length))
            physical = PhysicalOutsideWindow(logical, length, writesMemory);
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, (ulong)logical.QuadPart, (ulong)length, physical);
        return physical;
    }

    /// <summary>The same for a common buffer that had to lie lower than the window does; nothing else answers there.</summary>
    private ulong PhysicalOutsideWindow(PhysicalAddress logical, int length, bool writesMemory)
    {
        if (!_dma.TryResolveCommonBuffer(this, logical, (ulong)length, out ulong physical))
            Fault(logical, length, writesMemory);
        return physical;
    }

    private void CheckAccess(PhysicalAddress logical, int length, bool writesMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (System.IsHalted)
            System.ThrowIfHalted();
        if (System.Verifier.IsOn)
            CheckMapped(logical, (uint)length, writesMemory);
    }
}
