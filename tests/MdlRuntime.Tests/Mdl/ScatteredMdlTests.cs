using MdlRuntime.Simulation;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.VirtualMemory;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MDLs in a driver's own memory, whose frames are not adjacent.</summary>
public sealed class ScatteredMdlTests
{
    /// <summary>Bytes of an MDL that fill two pages and a bit: more than 1000 entries.</summary>
    private const uint Pages = 1200;

    /// <summary>Where the header lies before the end of a page: each word of it once on the next page.</summary>
    public static TheoryData<uint> HeaderOffsets => [0xFD0, 0xFD8, 0xFE0, 0xFE8, 0xFF0, 0xFF8];

    [Theory, Proves("MDL-006", "MDL-011")]
    [MemberData(nameof(HeaderOffsets))]
    public void A_header_may_cross_into_any_frame(uint offset) => InProcess((machine, process, buffer) =>
    {
        nuint memory = NewScattered(machine, 0x2000) + offset;
        Mdl mdl = Mdl.At(memory), next = NewMdl(0, 1);
        MmInitializeMdl(mdl, buffer + 0x123, 0x1000);
        mdl.Next = next;
        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        nuint system = MapSystem(mdl);

        Assert.Equal((next.Address, (short)64, (ushort)0x83), (Read<nuint>(memory), Read<short>(memory + 8), Read<ushort>(memory + 10)));
        Assert.Equal((process.Object.Address, system), (Read<nuint>(memory + 0x10), Read<nuint>(memory + 0x18)));
        Assert.Equal((buffer, 0x1000u, 0x123u), (Read<nuint>(memory + 0x20), Read<uint>(memory + 0x28), Read<uint>(memory + 0x2C)));
        Assert.Equal(FrameOf(buffer), Read<nuint>(memory + 0x30));
        Assert.Equal(FrameOf(buffer + 0x1000), Read<nuint>(memory + 0x38));
        Write(system, 0x1234);
        Assert.Equal(0x1234, Read<int>(buffer + 0x123));
        MmUnlockPages(mdl);
        Assert.Equal(0, process.LockedPages);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-006", "MDL-001", "MDL-153")]
    public void An_array_may_cross_into_any_frames()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(Pages * 0x1000);
        process.Run(() =>
        {
            int free = machine.FreeSystemPtes;
            nuint memory = NewScattered(machine, MmSizeOfMdl(buffer, Pages * 0x1000));
            Mdl mdl = Mdl.At(memory);
            MmInitializeMdl(mdl, buffer, Pages * 0x1000);

            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
            nuint system = MapSystem(mdl);

            for (uint i = 0; i < Pages; i += 7)
            {
                nuint page = buffer + i * 0x1000, frame = FrameOf(page);
                Assert.Equal(frame, Read<nuint>(memory + 0x30 + 8 * i));
                Assert.Equal((frame, 1), (MmGetMdlPfnArray(mdl)[(int)i], LockCount(machine, frame)));
                Write(system + i * 0x1000, i);
                Assert.Equal(i, Read<uint>(page));
            }

            MmUnlockPages(mdl);
            Assert.Equal((0, free), (process.LockedPages, machine.FreeSystemPtes));
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-114", "MDL-121", "MDL-136")]
    public void Scattered_mdls_are_sources_and_targets_and_can_be_built()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            const uint length = Pages * 0x1000;
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, length, Tag);
            Mdl source = Mdl.At(NewScattered(machine, MmSizeOfMdl(pool, length))), target = Mdl.At(NewScattered(machine, MmSizeOfMdl(pool, length)));
            MmInitializeMdl(source, pool, length);
            MmInitializeMdl(target, pool, length);

            MmBuildMdlForNonPagedPool(source);
            IoBuildPartialMdl(source, target, pool + 0x3000, length - 0x3000);

            Assert.Equal(FrameOf(pool + 600 * 0x1000), Read<nuint>(source.Address + 0x30 + 8 * 600));
            Assert.Equal(FrameOf(pool + 603 * 0x1000), Read<nuint>(target.Address + 0x30 + 8 * 600));
        });
    }

    [Fact, Proves("MDL-046", "MDL-047")]
    public void Frame_numbers_written_to_the_memory_and_through_the_accessor_are_both_seen()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint memory = NewScattered(machine, 0x3000);
            Mdl mdl = Mdl.At(memory);
            MmInitializeMdl(mdl, 0, Pages * 0x1000);

            Write<nuint>(memory + 0x30 + 8 * 1000, 0x111);
            Assert.Equal((nuint)0x111, MmGetMdlPfnArray(mdl)[1000]);
            MmGetMdlPfnArray(mdl)[1001] = 0x222;
            _ = MmGetMdlPfnArray(mdl)[0];
            Assert.Equal((nuint)0x222, Read<nuint>(memory + 0x30 + 8 * 1001));
            Write<nuint>(memory + 0x30 + 8 * 1001, 0x333);
            Assert.Equal((nuint)0x333, MmGetMdlPfnArray(mdl)[1001]);
        });
    }

    [Fact, Proves("MDL-006")]
    public void Memory_that_came_back_in_other_frames_is_found_again()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint memory = NewScattered(machine, 0x3000);
            Mdl mdl = Mdl.At(memory);
            MmInitializeMdl(mdl, 0, Pages * 0x1000);
            Write<nuint>(memory + 0x30, 7);
            Write<nuint>(memory + 0x1030, 9);
            Assert.Equal(((nuint)7, (nuint)9), (MmGetMdlPfnArray(mdl)[0], MmGetMdlPfnArray(mdl)[0x200]));
            Span<Pte> pages = machine.System.Memory.NonPagedRegion.EditEntries(memory, 3);
            (pages[0], pages[1]) = (pages[1], pages[0]);

            Assert.Same(mdl, Mdl.At(memory));
            MmInitializeMdl(mdl, 0, Pages * 0x1000);

            Assert.Equal((short)(0x30 + 8 * Pages), Read<short>(memory + 8));
            Assert.Equal(((nuint)9, (nuint)7), (MmGetMdlPfnArray(mdl)[0], MmGetMdlPfnArray(mdl)[0x200]));
        });
    }

    [Fact, Proves("MDL-103", "MDL-104")]
    public void A_chain_may_lead_through_memory_of_any_kind() => InProcess((machine, _, buffer) =>
    {
        Mdl head = NewMdl(buffer, 1), tail = NewMdl(buffer, 3), middle = Mdl.At(NewScattered(machine, 0x2000) + 0xFE8);
        MmInitializeMdl(middle, buffer, 2);
        Write(head.Address, middle.Address);
        Write(middle.Address, tail.Address);
        Assert.Same(middle, head.Next);
        Assert.Same(tail, head.Next!.Next);
    });

    /// <summary>Non-paged pool of which no page follows its neighbour's frame.</summary>
    private static nuint NewScattered(Machine machine, nuint length)
    {
        nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, Math.Max(length, 0x2000), Tag);
        for (nuint offset = 0x1000; offset < length; offset += 0x1000)
            Assert.NotEqual(FrameOf(memory + offset - 0x1000) + 1, FrameOf(memory + offset));
        Assert.True(machine.System.Memory.NonPagedRegion.Contains(memory));
        return memory;
    }

    private static nuint FrameOf(nuint address) => (nuint)(MmGetPhysicalAddress(address).QuadPart >> 12);
}
