using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Devices;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    private const ulong ReadFault = 0, WriteFault = 1;

    /// <summary>What hardware with guard pages and translation would see: the device leaves what the driver mapped for it.</summary>
    private void CheckMapped(PhysicalAddress logical, uint length, bool writesMemory)
    {
        if (_isReleased)
            Report(0x18, Address, 0, 0, "MDL4010", "A device used an adapter that PutDmaAdapter had released.");
        for (uint done = 0; done < length;)
        {
            PhysicalAddress at = new(logical.QuadPart + done);
            // Reads may go on to the end of a page: buses fetch in lines.
            if (!_dma.TryFindRange(this, at, wholePages: !writesMemory, out BusRange range))
            {
                ReportUnmapped(logical, length, at, writesMemory);
                return;
            }

            if (writesMemory && range.IsReadOnly)
            {
                Report(0x26, PhysicalDevice.Address, (ulong)at.QuadPart, WriteFault, "MDL4008",
                    $"A device wrote to logical address 0x{at.QuadPart:X}, which is mapped for transfers from memory to the device.");
                return;
            }

            ulong end = (ulong)range.Logical.QuadPart + range.Length;
            ulong reachable = writesMemory ? end : (end + PAGE_SIZE - 1) & ~(ulong)(PAGE_SIZE - 1);
            done += (uint)Math.Min(length - done, reachable - (ulong)at.QuadPart);
        }
    }

    private void ReportUnmapped(PhysicalAddress logical, uint length, PhysicalAddress at, bool writesMemory)
    {
        if (writesMemory && _dma.FindNeighbour(this, at) is { } buffer)
        {
            ReportOverrun(buffer, at, length);
            return;
        }

        if (writesMemory && _remapping is null && TryReportGuard(at, length))
            return;

        if (!writesMemory || !_dma.TryFindRange(this, at, wholePages: true, out BusRange range))
        {
            Report(0x26, PhysicalDevice.Address, (ulong)at.QuadPart, writesMemory ? WriteFault : ReadFault, RuleOfUnmapped(at),
                Describe(at, length, writesMemory));
            return;
        }

        ulong start = (ulong)range.Logical.QuadPart;
        bool isBefore = (ulong)at.QuadPart < start;
        Report(0x0F, isBefore ? 4u : 5u, start, (ulong)at.QuadPart, "MDL2003",
            $"A device wrote {length} bytes at logical address 0x{logical.QuadPart:X}; the mapped buffer is 0x{start:X} to 0x{start + range.Length - 1:X}.");
    }

    private string RuleOfUnmapped(PhysicalAddress at) =>
        !IsMemory(at) ? "MDL4003"
        : _dma.IsCommonBuffer((ulong)at.QuadPart) ? "MDL4012"
        : "MDL4001";

    /// <summary>A write beside a common buffer: with the sub-codes that a later look at the guards would give (DMA-226).</summary>
    private void ReportOverrun(CommonBuffer buffer, PhysicalAddress at, uint length)
    {
        bool isBefore = (ulong)at.QuadPart < (ulong)buffer.Logical.QuadPart;
        nuint address = unchecked(buffer.Address + (nuint)(at.QuadPart - buffer.Logical.QuadPart));
        nuint distance = isBefore ? buffer.Address - 1 - address : address - (buffer.Address + buffer.Length);
        ulong subCode = (BufferGuard.IsInTag(distance), isBefore) switch
        {
            (true, true) => 1,
            (true, false) => 2,
            (false, true) => 4,
            _ => 5,
        };
        ReportOverrun(buffer, subCode, address, $"A device wrote {length} bytes at logical address 0x{(ulong)at.QuadPart:X}, outside the {buffer}.");
    }

    [DoesNotReturn]
    private void Fault(PhysicalAddress logical, int length, bool writesMemory)
    {
        System.Trace(writesMemory ? "BusWrite" : "BusRead", this, (ulong)logical.QuadPart, (ulong)length, ulong.MaxValue);
        throw new BusFaultException(logical, Describe(logical, (uint)length, writesMemory));
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
