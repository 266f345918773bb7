using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MdlRuntime.Verification;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>What every routine of the table does first: is it there at all, on this machine, with a live adapter, at a level that it allows?</summary>
    private Processor Enter(DmaSlot slot, Kirql irql, bool exact)
    {
        Processor processor = Processor.Current;
        if (processor.System != System || slot > DmaOperations.Last || _isReleased || processor.Irql > irql || exact && processor.Irql != irql)
            RefuseCall(processor, slot, irql, exact);
        return processor;
    }

    // Out of line like all messages of rare cases: a routine that holds their texts pays for them at every call.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefuseCall(Processor processor, DmaSlot slot, Kirql irql, bool exact)
    {
        if (processor.System != System)
            throw new InvalidOperationException($"{DmaOperations.NameOf(slot)} was called on an adapter of another machine.");
        if (slot > DmaOperations.Last)
            CallBehindTable(processor, slot);
        if (_isReleased)
            Report(0x18, Address, 0, 0, "MDL4010", $"{DmaOperations.NameOf(slot)} was called on an adapter that PutDmaAdapter had released.");
        if (processor.Irql > irql || exact && processor.Irql != irql)
        {
            Report(0x13, exact ? 1u : 2u, (ulong)irql, (ulong)processor.Irql, "MDL6004",
                $"{DmaOperations.NameOf(slot)} was called at {processor.Irql}; it needs {(exact ? "" : "at most ")}{irql}.");
        }
    }

    /// <summary>Executes what lies behind the table instead of a pointer (DMA-085): an address at which nothing is mapped.</summary>
    [DoesNotReturn]
    private void CallBehindTable(Processor processor, DmaSlot slot)
    {
        const ulong nothingMapped = 0xFFFF_FFFF_0000_0000;
        processor.AccessFault((nuint)(nothingMapped + (ulong)slot), MemoryAccess.Execute, PageFault.NotMapped, "MDL4017",
            $"{DmaOperations.NameOf(slot)} was called through a table of operations of 0x{DmaOperations.Size:X} bytes, which ends before it: "
            + $"it needs a device description of version {DmaOperations.VersionOf(slot)}.");
    }

    /// <summary>Reports a misuse; <paramref name="subject"/> is what it is about, where no parameter is its address.</summary>
    private void Report(
        ulong violation, ulong parameter2, ulong parameter3, ulong parameter4, string ruleId, string explanation, ITracked? subject = null) =>
        System.Verifier.Report(
            new(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, violation, parameter2, parameter3, parameter4, ruleId, explanation) { Subject = subject });

    private void ReportLeft(ulong violation, uint count, string what)
    {
        if (count > 0)
            Report(violation, Address, count, 0, "MDL4010", $"PutDmaAdapter was called while {count} {what} of the adapter were not freed.");
    }

    /// <summary>What the verifier demands of every position that a driver names (DMA-192, DMA-375, D22).</summary>
    /// <param name="mdl">The MDL, or the first of a chain.</param>
    /// <param name="currentVa">The position.</param>
    /// <param name="length">Bytes wanted from there.</param>
    /// <param name="available">Bytes that MDL or chain hold from there.</param>
    /// <param name="routine">The routine that was called.</param>
    /// <param name="isChain">Whether the routine takes a chain, which has numbers of its own for a position outside its first MDL.</param>
    private void CheckPosition(Mdl mdl, nuint currentVa, ulong length, ulong available, string routine, bool isChain = false)
    {
        if (!System.Verifier.IsOn)
            return;

        CheckPages(mdl, routine);
        nuint start = mdl.VirtualAddress;
        if (currentVa < start || currentVa - start >= mdl.Length)
        {
            string explanation =
                $"{routine} was given {currentVa:X16}, which is not in the MDL ({start:X16}, {mdl.Length} bytes): CurrentVa comes from MmGetMdlVirtualAddress.";
            if (isChain)
                Report(0x1F, currentVa < start ? 1u : 2u, currentVa, mdl.Address, "MDL4002", explanation);
            else
                Report(0x1B, currentVa, mdl.Address, 0, "MDL4002", explanation);
        }
        else if (length > available)
        {
            ulong excess = length - available;
            bool crosses = excess > PAGE_SIZE - BYTE_OFFSET(start + mdl.Length - 1) - 1;
            string explanation = $"{routine} was asked for {length} bytes at {currentVa:X16}, {excess} more than the MDL holds from there.";
            if (crosses)
                Report(0x1F, 3, mdl.Address, length, "MDL2003", explanation);
            else
                Report(0x24, excess, 0, 0, "MDL2003", explanation);
        }
    }

    /// <summary>Whether the flags of an MDL say that its pages stay where they are, and are right about it (DMA-311).</summary>
    private void CheckPages(Mdl mdl, string routine)
    {
        const MdlFlags resident = MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL | MdlFlags.MDL_PARTIAL | MdlFlags.MDL_IO_SPACE;
        const MdlFlags mapped = MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL;
        if (!mdl.Has(resident))
        {
            Report(0x0E, mdl.Address, 0, 0, "MDL4009", $"{routine} was given an MDL whose pages are not locked.");
        }
        else if (mdl.Has(MdlFlags.MDL_PAGES_LOCKED) && (mdl.Has(MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL) || HasUnlockedPage(mdl)))
        {
            Report(0x0E, mdl.Address, 0, 0, "MDL4009",
                $"{routine} was given an MDL with damaged flags: they say that its pages are locked, which nobody has done.");
        }

        if (mdl.Has(mapped) && System.Memory.Translate(user: null, mdl.MappedSystemVa, MemoryAccess.Read, out _) != PageFault.None)
        {
            Report(0x22, mdl.Address, 0, 0, "MDL4009",
                $"{routine} was given an MDL whose flags say that its pages are mapped at {mdl.MappedSystemVa:X16}; nothing is mapped there.");
        }
    }

    private bool HasUnlockedPage(Mdl mdl)
    {
        FrameDatabase frames = System.Memory.Frames;
        foreach (nuint number in mdl.Pfns)
        {
            Pfn pfn = new(number);
            if (frames.Contains(pfn) && frames[pfn] is { LockCount: 0, Use: not FrameUse.MdlPages })
                return true;
        }

        return false;
    }

    private static ulong BytesFrom(Mdl mdl, nuint currentVa) => unchecked(mdl.Length - (ulong)(currentVa - mdl.VirtualAddress));
}
