using MdlRuntime.Devices;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private const ulong BusRead = 0, BusWrite = 1;

    /// <summary>The memory behind a range of logical addresses, for the device; checks what the device may reach.</summary>
    internal Span<byte> Access(PhysicalAddress logical, int length, bool writesMemory)
    {
        ulong physical = Resolve(logical, length, writesMemory);
        return System.Memory.Arena.Bytes(new((nuint)(physical >> PAGE_SHIFT)), BYTE_OFFSET((nuint)physical), length);
    }

    /// <summary>The physical address behind a logical one; the whole range follows it.</summary>
    internal ulong Resolve(PhysicalAddress logical, int length, bool writesMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        System.ThrowIfHalted();
        if (System.Verifier.IsOn)
            CheckMapped(logical, (uint)length, writesMemory);

        ulong first = (ulong)logical.QuadPart;
        ulong last = unchecked(first + (ulong)length - 1);
        ulong physical = _window.ToPhysical(logical);
        ulong memory = (ulong)System.Memory.Arena.FrameCount << PAGE_SHIFT;
        // A range that leaves the window has its last byte elsewhere.
        bool answers = last >= first && last <= _window.HighestAddress
            && physical < memory && memory - physical >= (ulong)length
            && _window.ToPhysical(new((long)last)) == physical + (ulong)length - 1;
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, first, (ulong)length, answers ? physical : ulong.MaxValue);
        return answers ? physical : throw new BusFaultException(logical, Describe(logical, (uint)length, writesMemory));
    }

    /// <summary>What hardware with guard pages and translation would see: the device leaves what the driver mapped for it.</summary>
    private void CheckMapped(PhysicalAddress logical, uint length, bool writesMemory)
    {
        if (_isReleased)
            Report(0x18, Address, 0, 0, "MDL4010", "A device used an adapter that PutDmaAdapter had released.");
        for (uint done = 0; done < length;)
        {
            PhysicalAddress at = new(logical.QuadPart + done);
            // Reads may go on to the end of a page: buses fetch in lines.
            if (!_dma.TryFindRun(this, at, wholePages: !writesMemory, out MappedRun run))
            {
                ReportUnmapped(logical, length, at, writesMemory);
                return;
            }

            if (writesMemory && run.WriteToDevice)
            {
                Report(0x26, PhysicalDevice.Address, (ulong)at.QuadPart, BusWrite, "MDL4008",
                    $"A device wrote to logical address 0x{at.QuadPart:X}, which is mapped for transfers from memory to the device.");
                return;
            }

            ulong end = (ulong)run.Logical.QuadPart + run.Length;
            ulong reachable = writesMemory ? end : (end + PAGE_SIZE - 1) & ~(ulong)(PAGE_SIZE - 1);
            done += (uint)Math.Min(length - done, reachable - (ulong)at.QuadPart);
        }
    }

    private void ReportUnmapped(PhysicalAddress logical, uint length, PhysicalAddress at, bool writesMemory)
    {
        if (!writesMemory || !_dma.TryFindRun(this, at, wholePages: true, out MappedRun run))
        {
            Report(0x26, PhysicalDevice.Address, (ulong)at.QuadPart, writesMemory ? BusWrite : BusRead, IsMemory(at) ? "MDL4001" : "MDL4003",
                Describe(at, length, writesMemory));
            return;
        }

        ulong start = (ulong)run.Logical.QuadPart;
        bool isBefore = (ulong)at.QuadPart < start;
        Report(0x0F, isBefore ? 4u : 5u, start, (ulong)at.QuadPart, "MDL2003",
            $"A device wrote {length} bytes at logical address 0x{logical.QuadPart:X}; the mapped buffer is 0x{start:X} to 0x{start + run.Length - 1:X}.");
    }

    private bool IsMemory(PhysicalAddress address) => System.Memory.Frames.Contains(Pfn.Of(address)) && !System.Options.LogicalEqualsPhysical;

    private string Describe(PhysicalAddress logical, uint length, bool writesMemory)
    {
        string hint = IsMemory(logical)
            ? "it is a physical address; devices are given the logical addresses that MapTransfer and scatter/gather elements return"
            : "it is not mapped for this adapter: never mapped, or flushed or freed before the device had finished";
        return $"A device {(writesMemory ? "wrote" : "read")} {length} bytes at logical address 0x{(ulong)logical.QuadPart:X}: {hint}.";
    }
}
