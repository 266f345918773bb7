using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Mdls;

/// <summary>The twenty test vectors of the specification, with its numbers.</summary>
public sealed class TestVectorTests
{
    [Fact, Proves("MDL-568")]
    public void Byte_offset_and_page_align()
    {
        Assert.Equal((0u, 0xFFFu, 0x678u), (BYTE_OFFSET(0x1000), BYTE_OFFSET(0x1FFF), BYTE_OFFSET(Va(0xFFFF_F800_1234_5678))));
        Assert.Equal(((nuint)0x1000, (nuint)0), (PAGE_ALIGN(0x1FFF), PAGE_ALIGN(0xFFF)));
    }

    [Theory, Proves("MDL-569")]
    [InlineData(0ul, 0ul)]
    [InlineData(1ul, 1ul)]
    [InlineData(4096ul, 1ul)]
    [InlineData(4097ul, 2ul)]
    [InlineData(0xFFFF_FFFFul, 0x10_0000ul)]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFul, 0x10_0000_0000_0000ul)]
    public void Bytes_to_pages(ulong size, ulong pages) => Assert.Equal(Va(pages), BYTES_TO_PAGES(Va(size)));

    [Theory, Proves("MDL-570")]
    [InlineData(0ul, 0ul)]
    [InlineData(1ul, 4096ul)]
    [InlineData(4096ul, 4096ul)]
    [InlineData(4097ul, 8192ul)]
    [InlineData(0xFFFF_FFFF_FFFF_F000ul, 0xFFFF_FFFF_FFFF_F000ul)]
    [InlineData(0xFFFF_FFFF_FFFF_F001ul, 0ul)]
    public void Round_to_pages(ulong size, ulong rounded) => Assert.Equal(Va(rounded), ROUND_TO_PAGES(Va(size)));

    [Theory, Proves("MDL-571")]
    [InlineData(0x1000u, 0u, 0u)]
    [InlineData(0x1001u, 0u, 1u)]
    [InlineData(0x1000u, 1u, 1u)]
    [InlineData(0xFFFu, 1u, 1u)]
    [InlineData(0xFFFu, 2u, 2u)]
    [InlineData(0x1000u, 0x1000u, 1u)]
    [InlineData(0x1001u, 0x1000u, 2u)]
    [InlineData(0x1FFFu, 0x1002u, 3u)]
    [InlineData(0x1000u, 0xFFFF_F000u, 0xFFFFFu)]
    public void Span_pages(uint va, uint size, uint pages) => Assert.Equal(pages, ADDRESS_AND_SIZE_TO_SPAN_PAGES(va, size));

    [Theory, Proves("MDL-572")]
    [InlineData(0x5000u, 0u, 48u)]
    [InlineData(0x5001u, 0u, 56u)]
    [InlineData(0x5FFFu, 0u, 56u)]
    [InlineData(0x10160u, 0x10u, 56u)]
    [InlineData(0x1FFFu, 2u, 64u)]
    [InlineData(0x5000u, 0x10000u, 176u)]
    [InlineData(0x5001u, 0x10000u, 184u)]
    public void Size_of_an_mdl(uint va, uint length, uint size) => Assert.Equal(size, MmSizeOfMdl(va, length));

    [Fact, Proves("MDL-573")]
    public void Header_of_sixteen_bytes() => InMachine(_ =>
    {
        Mdl mdl = NewMdl(Va(0xFFFF_E000_1234_5160), 0x10);
        Assert.Equal((Va(0xFFFF_E000_1234_5000), 0x160u, 0x10u, (short)56), (mdl.StartVa, mdl.ByteOffset, mdl.ByteCount, mdl.Size));
        Assert.Equal((0x8, null), ((int)mdl.MdlFlags, mdl.Next));
    });

    [Fact, Proves("MDL-574")]
    public void Largest_length_with_a_positive_size() => InMachine(_ =>
    {
        Assert.Equal(16_748_544u, 4089 * PAGE_SIZE);
        Assert.Equal((short)32760, NewMdl(0x10000, 16_748_544).Size);
        Assert.Equal((short)-32768, NewMdl(0x10000, 16_748_544 + PAGE_SIZE).Size);
    });

    [Fact, Proves("MDL-575")]
    public void Length_limits() => InMachine(_ =>
    {
        Assert.NotNull(IoAllocateMdl(0, 0xFFFF_F000, false, false, null));
        Assert.Null(IoAllocateMdl(0, 0xFFFF_F001, false, false, null));
        // The limits of older systems, and one byte more, are nothing special here.
        Assert.All((uint[])[0x7FFF_F000, 0x7FFF_F001, 33_529_344, 33_529_345], length => Assert.NotNull(IoAllocateMdl(0, length, false, false, null)));
    });

    [Fact, Proves("MDL-576")]
    public void Flag_history_of_a_locked_buffer() => AtLiteralAddress((_, _) =>
    {
        Assert.Equal([0x8, 0xA, 0xB, 0xA, 0x8], FlagHistory(IoReadAccess, unmap: true));
        Assert.Equal([0x8, 0x8A, 0x8B, 0x8A, 0x88], FlagHistory(IoWriteAccess, unmap: true));
        Assert.Equal([0x8, 0xA, 0xB, 0x8], FlagHistory(IoReadAccess, unmap: false));
    });

    [Fact, Proves("MDL-577")]
    public void Flag_history_of_a_non_paged_buffer() => InMachine(_ =>
    {
        nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
        Mdl mdl = NewMdl(buffer, 0x1000);
        Assert.Equal(0x8, (int)mdl.MdlFlags);
        MmBuildMdlForNonPagedPool(mdl);
        Assert.Equal(0xC, (int)mdl.MdlFlags);
        Assert.Equal((buffer, 0xC), (MmGetSystemAddressForMdlSafe(mdl, Priority), (int)mdl.MdlFlags));
    });

    [Fact, Proves("MDL-578")]
    public void Flag_history_of_partial_mdls() => AtLiteralAddress((_, _) =>
    {
        Mdl source = NewMdl(0x20F00, 0x3000), target = NewMdl(0x20F00, 0x3000), shared = NewMdl(0x20F00, 0x3000), built = NewMdl(0, 0x3000);
        MmProbeAndLockPages(source, UserMode, IoReadAccess);
        Assert.Equal((0xA, 0x8), ((int)source.MdlFlags, (int)target.MdlFlags));

        IoBuildPartialMdl(source, target, 0x21F80, 0x100);
        Assert.Equal(0x18, (int)target.MdlFlags);
        MmGetSystemAddressForMdlSafe(target, Priority);
        Assert.Equal(0x39, (int)target.MdlFlags);
        MmPrepareMdlForReuse(target);
        Assert.Equal(0x18, (int)target.MdlFlags);

        nuint system = MmGetSystemAddressForMdlSafe(source, Priority);
        Assert.Equal(0xB, (int)source.MdlFlags);
        IoBuildPartialMdl(source, shared, 0x21F80, 0x100);
        Assert.Equal(0x19, (int)shared.MdlFlags);
        Assert.Equal((system + 0x1080, 0x19), (MmGetSystemAddressForMdlSafe(shared, Priority), (int)shared.MdlFlags));

        Mdl nonPaged = NewNonPaged(0x2000);
        Assert.Equal(0xC, (int)nonPaged.MdlFlags);
        IoBuildPartialMdl(nonPaged, built, MmGetMdlVirtualAddress(nonPaged), 0x1000);
        Assert.Equal(0x1C, (int)built.MdlFlags);
    });

    [Fact, Proves("MDL-579")]
    public void Partial_geometry() => AtLiteralAddress((_, _) =>
    {
        Mdl source = NewLocked(0x20F00, 0x3000), target = NewMdl(0x20F00, 0x3000);
        nuint[] entries = MmGetMdlPfnArray(source).ToArray();
        Assert.Equal(4, entries.Length);

        IoBuildPartialMdl(source, target, 0x21F80, 0x100);
        Assert.Equal(((nuint)0x21000, 0xF80u, 0x100u), (MmGetMdlBaseVa(target), MmGetMdlByteOffset(target), MmGetMdlByteCount(target)));
        Assert.Equal(entries[1..3], MmGetMdlPfnArray(target).ToArray());

        IoBuildPartialMdl(source, target, 0x22000, 0);
        Assert.Equal((0x1F00u, 2), (MmGetMdlByteCount(target), MmGetMdlPfnArray(target).Length));
    });

    [Theory, Proves("MDL-580")]
    [InlineData(0x20E00)]
    [InlineData(0x23F00)]
    public void Partial_range_outside_the_source(uint va)
    {
        Mdl source = null!, target = null!;
        var stop = Assert.Throws<BugCheckException>(() => AtLiteralAddress((_, _) =>
        {
            (source, target) = (NewLocked(0x20F00, 0x3000), NewMdl(0x20F00, 0x3000));
            IoBuildPartialMdl(source, target, va, 1);
        }));
        Assert.Equal((0x12Eu, source.Address, target.Address, va, 1ul),
            (stop.Code, (nuint)stop.Parameter1, (nuint)stop.Parameter2, (uint)stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-580")]
    public void Partial_target_too_small()
    {
        var stop = Assert.Throws<BugCheckException>(() =>
            AtLiteralAddress((_, _) => IoBuildPartialMdl(NewLocked(0x20F00, 0x3000), NewMdl(0x21000, 0x1000), 0x21F80, 0x100)));
        Assert.Equal(0x40u, stop.Code);
    }

    [Theory, Proves("MDL-581")]
    [InlineData(0x80u, STATUS_SUCCESS, 0x20000u, 0xF80u, 0x2F80u, 4)]
    [InlineData(0x100u, STATUS_SUCCESS, 0x21000u, 0u, 0x2F00u, 3)]
    [InlineData(0x3001u, STATUS_INVALID_PARAMETER_2, 0x20000u, 0xF00u, 0x3000u, 4)]
    public void Advancing(uint bytes, NtStatus status, uint startVa, uint byteOffset, uint byteCount, int locked) => AtLiteralAddress((machine, process) =>
    {
        Mdl mdl = NewLocked(0x20F00, 0x3000);
        Assert.Equal(status, MmAdvanceMdl(mdl, bytes));
        Assert.Equal((startVa, byteOffset, byteCount), ((uint)mdl.StartVa, mdl.ByteOffset, mdl.ByteCount));
        Assert.Equal(locked, process.LockedPages);
    });

    [Fact, Proves("MDL-582")]
    public void Priorities()
    {
        Assert.Equal(0x4000_0010u, (uint)(NormalPagePriority | MdlMappingNoExecute));
        Assert.Equal(0xC000_0020u, (uint)(HighPagePriority | MdlMappingNoWrite | MdlMappingNoExecute));
    }

    [Fact, Proves("MDL-583")]
    public void Control_codes() => Assert.Equal(
        (0x222001u, 0x222002u, 0x222003u, 0x22A000u),
        (CTL_CODE(0x22, 0x800, METHOD_IN_DIRECT, FILE_ANY_ACCESS), CTL_CODE(0x22, 0x800, METHOD_OUT_DIRECT, FILE_ANY_ACCESS),
            CTL_CODE(0x22, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS), CTL_CODE(0x22, 0x800, METHOD_BUFFERED, FILE_WRITE_DATA)));

    [Fact, Proves("MDL-584")]
    public void Sizes_of_requests() => Assert.Equal((280, 352, 784), ((int)IoSizeOfIrp(1), (int)IoSizeOfIrp(2), (int)IoSizeOfIrp(8)));

    [Fact, Proves("MDL-585")]
    public void Dma_position() => AtLiteralAddress((machine, process) =>
    {
        Mdl mdl = NewLocked(0x21000, 0x2000);
        var pages = new MdlPages(mdl, machine.System.Memory.Frames);
        nuint second = MmGetMdlPfnArray(mdl)[1];
        Assert.Equal(second, pages.At(0x22F80).Number);
        Assert.Equal((long)second * 4096 + 0xF80, MmGetPhysicalAddress(0x22F80).QuadPart);
    });

    [Fact, Proves("MDL-586")]
    public void Probes() => InMachine(machine =>
    {
        RuntimeLibrary.ProbeForRead(0, 0, 4);
        RuntimeLibrary.ProbeForRead(1, 0, 4);
        Assert.Equal(STATUS_DATATYPE_MISALIGNMENT, Assert.Throws<NtStatusException>(() => RuntimeLibrary.ProbeForRead(1, 4, 4)).Status);
        nuint system = ExAllocatePool2(POOL_FLAG_NON_PAGED, 1, Tag);
        Assert.Equal(STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(() => RuntimeLibrary.ProbeForRead(system, 1, 1)).Status);
    });

    [Fact, Proves("MDL-587")]
    public void Locked_pages_are_counted_for_each_mdl() => AtLiteralAddress((machine, process) =>
    {
        Mdl first = NewLocked(0x20F00, 0x2000), second = NewLocked(0x20F00, 0x2000);
        nuint[] frames = MmGetMdlPfnArray(first).ToArray();
        Assert.Equal(3, frames.Length);
        Assert.Equal(6, process.LockedPages);
        Assert.All(frames, frame => Assert.Equal(2, LockCount(machine, frame)));

        MmUnlockPages(second);

        Assert.Equal(3, process.LockedPages);
        Assert.All(frames, frame => Assert.Equal(1, LockCount(machine, frame)));
    });

    private static nuint Va(ulong address) => (nuint)address;

    private static List<int> FlagHistory(LockOperation operation, bool unmap)
    {
        Mdl mdl = NewMdl(0x20F00, 0x3000);
        List<int> flags = [(int)mdl.MdlFlags];
        MmProbeAndLockPages(mdl, UserMode, operation);
        flags.Add((int)mdl.MdlFlags);
        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);
        flags.Add((int)mdl.MdlFlags);
        if (unmap)
        {
            MmUnmapLockedPages(system, mdl);
            flags.Add((int)mdl.MdlFlags);
        }

        MmUnlockPages(mdl);
        flags.Add((int)mdl.MdlFlags);
        return flags;
    }

    private static void InMachine(Action<Machine> kernelCode)
    {
        using Machine machine = NewMachine();
        machine.Run(() => kernelCode(machine));
        Assert.Empty(machine.Findings);
    }

    /// <summary>Runs kernel code in a process with user memory at 0x20000 to 0x23FFF.</summary>
    private static void AtLiteralAddress(Action<Machine, UserProcess> kernelCode)
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        process.Run(() =>
        {
            MapUser(NewNonPaged(0x4000), 0x20000);
            kernelCode(machine, process);
        });
        Assert.Empty(machine.Findings);
    }
}
