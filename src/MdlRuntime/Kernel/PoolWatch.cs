using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>What the verifier knows of pool: blocks that are free again, and bytes behind blocks that nobody may write.</summary>
internal sealed class PoolWatch(KernelSystem system)
{
    private const byte Pattern = 0x5D;

    /// <summary>Free blocks of drivers, with their lengths in bytes.</summary>
    private readonly Dictionary<nuint, nuint> _freed = [];

    public void OnAllocate(string routine, nuint address, nuint bytes, uint tag)
    {
        _freed.Remove(address);
        Slack(address, bytes).Fill(Pattern);
        system.Verifier.Allocated(routine, address, bytes, tag);
    }

    public void OnFree(nuint address, nuint bytes)
    {
        if (!system.Verifier.Allocations.Contains(address))
        {
            if (system.Verifier.SubjectAt(address) is Irp irp)
                Report(0x105, irp.Address, 0, 0, "MDL5008", $"{irp} was freed with ExFreePool: a request is freed with IoFreeIrp.");
            return;
        }

        Span<byte> slack = Slack(address, bytes);
        int damaged = slack.IndexOfAnyExcept(Pattern);
        if (damaged >= 0)
            ReportOverrun(address, bytes, address + bytes + (nuint)damaged);
        _freed[address] = bytes;
        system.Verifier.Released(address);
    }

    /// <summary>No block starts where one was to be freed.</summary>
    public void OnBadFree(nuint address)
    {
        string where = $"Pool at {address:X16} was freed";
        if (_freed.ContainsKey(address))
            Report(0x13, 0, address - Pool.Granule, 0, null, $"{where} twice.");
        else if (address % Pool.Granule != 0)
            Report(0x16, 0, address, 0, null, $"{where}, but no block can start there.");
        else
            Report(0x10, address, 0, 0, null, $"{where}, but was never allocated.");
    }

    /// <summary>An access to pool addresses without memory: special pool would have put the block there. Blocks of a page or more are not in it.</summary>
    public void OnFault(nuint address, MemoryAccess access)
    {
        ulong operation = access == MemoryAccess.Write ? 1u : 0;
        foreach ((nuint start, nuint bytes) in _freed)
        {
            if (bytes < PAGE_SIZE && address - start < bytes)
            {
                system.Verifier.Report(new(BugCheckCode.PAGE_FAULT_IN_FREED_SPECIAL_POOL, address, operation, 0, 0, null,
                    $"{access} access to {address:X16}, {address - start} bytes inside a block of {bytes} bytes that was freed."));
                return;
            }
        }

        foreach ((nuint start, PoolBlock block) in PoolOf(address).Live)
        {
            nuint end = start + block.Size;
            if (block.Size < PAGE_SIZE && address >= end && address - end < PAGE_SIZE)
            {
                system.Verifier.Report(new(BugCheckCode.PAGE_FAULT_BEYOND_END_OF_ALLOCATION, address, operation, 0, 0, null,
                    $"{access} access to {address:X16}, {address - end} bytes behind the end of a block of {block.Size} bytes."));
                return;
            }
        }
    }

    /// <summary>Special pool finds damage behind blocks below a page; the tracking of pool behind the others (MDL-509).</summary>
    private void ReportOverrun(nuint address, nuint bytes, nuint damaged)
    {
        const ulong bytesBehindOverwritten = 0x24;
        string explanation = $"The pool block of {bytes} bytes at {address:X16} was written past its end, at {damaged:X16}.";
        if (bytes < PAGE_SIZE)
            system.Verifier.Report(new(BugCheckCode.SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION, address, damaged, 0, bytesBehindOverwritten, null, explanation));
        else
            Report(0x51, address, damaged, bytes, null, explanation);
    }

    private void Report(uint subcode, ulong parameter2, ulong parameter3, ulong parameter4, string? ruleId, string explanation) =>
        system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, subcode, parameter2, parameter3, parameter4, ruleId, explanation));

    private Pool PoolOf(nuint address) => system.Memory.PagedRegion.Contains(address) ? system.Memory.PagedPool : system.Memory.NonPagedPool;

    /// <summary>The bytes between the end of a block and the end of what was given for it; all on one page.</summary>
    private Span<byte> Slack(nuint address, nuint bytes)
    {
        nuint given = bytes < PAGE_SIZE ? (bytes + (Pool.Granule - 1)) / Pool.Granule * Pool.Granule : ROUND_TO_PAGES(bytes);
        if (given == bytes)
            return [];

        nuint end = address + bytes;
        ref readonly Pte pte = ref system.Memory.FindPte(user: null, end);
        if (!pte.Has(PteFlags.Resident))
            return [];
        return system.Memory.Arena.Bytes(pte.Pfn, BYTE_OFFSET(end), (int)(given - bytes));
    }
}
