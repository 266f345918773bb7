using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.VirtualMemory;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Mdls;

/// <summary>The structure in simulated memory, and the macros that read it.</summary>
public sealed class MdlStructureTests
{
    [Fact, Proves("MDL-001", "MDL-011", "MDL-012", "MDL-014", "MDL-018", "MDL-046", "DMA-038", "DMA-116")]
    public void The_fields_lie_in_memory_at_the_offsets_of_the_header() => InProcess((_, process, buffer) =>
    {
        Mdl next = NewMdl(buffer, 1);
        Mdl mdl = NewLocked(buffer + 0x123, 0x1000);
        nuint system = MapSystem(mdl);
        mdl.Next = next;

        nuint at = mdl.Address;
        Assert.Equal(next.Address, Read<nuint>(at + 0x00));
        Assert.Equal((short)64, Read<short>(at + 0x08));
        Assert.Equal((ushort)0x8B, Read<ushort>(at + 0x0A));
        Assert.Equal(process.Object.Address, Read<nuint>(at + 0x10));
        Assert.Equal(system, Read<nuint>(at + 0x18));
        Assert.Equal(buffer, Read<nuint>(at + 0x20));
        Assert.Equal(0x1000u, Read<uint>(at + 0x28));
        Assert.Equal(0x123u, Read<uint>(at + 0x2C));
        Assert.Equal((nuint)(MmGetPhysicalAddress(buffer).QuadPart >> 12), Read<nuint>(at + 0x30));
        Assert.Equal((nuint)(MmGetPhysicalAddress(buffer + 0x1000).QuadPart >> 12), Read<nuint>(at + 0x38));
        Assert.Equal(0x123u, BYTE_OFFSET(system));
    });

    [Fact, Proves("MDL-006")]
    public void The_structure_lives_in_non_paged_system_memory() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer, 0x2000);

        Assert.True(machine.System.Memory.NonPagedRegion.Contains(mdl.Address));
        Assert.True(MmIsAddressValid(mdl.Address));
    });

    [Fact, Proves("MDL-007", "MDL-039", "MDL-040", "MDL-041", "MDL-045", "DMA-114")]
    public void Accessors_read_the_fields_of_an_unaligned_buffer() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer + 0xFFB, 10);

        Assert.Equal(10u, MmGetMdlByteCount(mdl));
        Assert.Equal(0xFFBu, MmGetMdlByteOffset(mdl));
        Assert.Equal(buffer + 0xFFB, MmGetMdlVirtualAddress(mdl));
        Assert.Equal(buffer, MmGetMdlBaseVa(mdl));
        Assert.Equal(2, MmGetMdlPfnArray(mdl).Length);
    });

    [Fact, Proves("MDL-448", "MDL-054", "MDL-154")]
    public void Ten_bytes_across_a_page_end_lie_on_two_frames() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0xFFB, 10);
        Assert.False((mdl.MdlFlags & Mapped) != 0);
        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);

        CopyFrom(system, "0123456789"u8);

        Span<nuint> pfns = MmGetMdlPfnArray(mdl);
        Assert.Equal(0xFFBu, BYTE_OFFSET(system));
        Assert.Equal("01234"u8, machine.System.Memory.Arena.Bytes(new(pfns[0]), 0xFFB, 5));
        Assert.Equal("56789"u8, machine.System.Memory.Arena.Bytes(new(pfns[1]), 0, 5));
    });

    [Fact, Proves("MDL-049", "MDL-050", "MDL-028")]
    public void Initializing_writes_the_header_and_leaves_the_rest_as_it_was()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, Tag);
            RuntimeLibrary.RtlFillMemory(memory, 0x100, 0xCC);
            Mdl mdl = Mdl.At(memory);
            Assert.Equal(0xCCCC, (int)mdl.MdlFlags);

            MmInitializeMdl(mdl, 0x20F00, unchecked((nuint)0x5_0000_3000));

            Assert.Null(mdl.Next);
            Assert.Equal(default, mdl.MdlFlags);
            Assert.Equal((nuint)0x20000, mdl.StartVa);
            Assert.Equal(0xF00u, mdl.ByteOffset);
            Assert.Equal(0x3000u, mdl.ByteCount);
            Assert.Equal(memory, mdl.Address);
            nuint stale = unchecked((nuint)0xCCCC_CCCC_CCCC_CCCC);
            Assert.Equal(stale, Read<nuint>(memory + 0x10));
            Assert.Equal(stale, mdl.MappedSystemVa);
            Assert.Equal(stale, MmGetMdlPfnArray(mdl)[3]);
        });
    }

    [Fact, Proves("MDL-100")]
    public void A_structure_in_the_drivers_own_memory_works_like_an_allocated_one() => InProcess((machine, process, buffer) =>
    {
        nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, MmSizeOfMdl(buffer + 1, 0x2000), Tag);
        Mdl mdl = Mdl.At(memory);
        MmInitializeMdl(mdl, buffer + 1, 0x2000);

        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);
        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);

        Assert.Same(mdl, Mdl.At(memory));
        Assert.Equal(3, process.LockedPages);
        Assert.Equal(Locked | Mapped, mdl.MdlFlags);
        Assert.Equal(1u, BYTE_OFFSET(system));
        MmUnlockPages(mdl);
        ExFreePool(memory);
        Assert.Equal(0, process.LockedPages);
    });

    [Fact, Proves("MDL-006")]
    public void A_structure_cannot_lie_in_user_memory_or_paged_pool() => InProcess((_, _, buffer) =>
    {
        nuint paged = ExAllocatePool2(POOL_FLAG_PAGED, 0x100, Tag);

        Assert.Equal("nonPagedMemory", Assert.Throws<ArgumentException>(() => Mdl.At(buffer)).ParamName);
        Assert.Equal("nonPagedMemory", Assert.Throws<ArgumentException>(() => Mdl.At(paged)).ParamName);
    });

    [Fact, Proves("MDL-050")]
    public void An_array_that_leaves_its_memory_faults()
    {
        using Machine machine = NewMachine();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
            Mdl mdl = Mdl.At(memory);
            MmInitializeMdl(mdl, 0, 0x400000);
            _ = MmGetMdlPfnArray(mdl).Length;
        }));

        Assert.Equal(0x50u, stop.Code);
    }

    [Theory, Proves("MDL-051", "MDL-572", "MDL-002")]
    [InlineData(0x1000, 0, 48)]
    [InlineData(0x1001, 0, 56)]
    [InlineData(0x10160, 0x10, 56)]
    [InlineData(0x1FFF, 2, 64)]
    [InlineData(0x1000, 0x10000, 176)]
    [InlineData(0x1001, 0x10000, 184)]
    public void The_size_of_an_mdl(uint address, uint length, uint size) => Assert.Equal(size, MmSizeOfMdl(address, length));

    [Fact, Proves("MDL-573", "MDL-076", "MDL-078")]
    public void The_header_of_a_small_buffer()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint address = unchecked((nuint)0xFFFF_F800_1234_5160);
            Mdl mdl = NewMdl(address, 0x10);

            Assert.Equal(PAGE_ALIGN(address), mdl.StartVa);
            Assert.Equal(0x160u, mdl.ByteOffset);
            Assert.Equal(0x10u, mdl.ByteCount);
            Assert.Equal(56, mdl.Size);
            Assert.Equal(FixedSize, mdl.MdlFlags);
            Assert.Null(mdl.Next);
        });
    }

    [Theory, Proves("MDL-574", "MDL-015")]
    [InlineData(4089, 32760)]
    [InlineData(4090, -32768)]
    [InlineData(8186, 0)]
    public void The_size_field_has_sixteen_bits(uint pages, short size)
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = NewMdl(0x10000, pages * PAGE_SIZE);
            Assert.Equal(size, mdl.Size);
            Assert.Equal((int)pages, MmGetMdlPfnArray(mdl).Length);
            IoFreeMdl(mdl);
        });
    }

    [Fact, Proves("MDL-053", "MDL-588", "MDL-393")]
    public void Every_routine_faults_on_a_null_mdl_and_says_why()
    {
        Action[] calls =
        [
            () => MmGetMdlByteCount(null!), () => MmGetMdlByteOffset(null!), () => MmGetMdlVirtualAddress(null!), () => MmGetMdlBaseVa(null!),
            () => _ = MmGetMdlPfnArray(null!).Length, () => MmGetSystemAddressForMdlSafe(null!, Priority), () => MmGetSystemAddressForMdl(null!),
            () => MmInitializeMdl(null!, 0, 0), () => MmPrepareMdlForReuse(null!), () => MmBuildMdlForNonPagedPool(null!),
            () => MmProbeAndLockPages(null!, KProcessorMode.UserMode, LockOperation.IoReadAccess), () => MmUnlockPages(null!),
            () => MapSystem(null!), () => MmUnmapLockedPages(0, null!), () => IoFreeMdl(null!), () => IoBuildPartialMdl(null!, null!, 0, 0),
            () => KernelCore.KeFlushIoBuffers(null!, true, true),
        ];
        using Machine machine = NewMachine();
        foreach (Action call in calls)
        {
            var raised = Assert.Throws<NtStatusException>(() => machine.Run(call));
            Assert.Equal((NtStatus.STATUS_ACCESS_VIOLATION, "MDL2001"), (raised.Status, raised.RuleId));
            Assert.Contains("length zero", raised.Message);
        }

        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmGetMdlByteCount(null!))));
        Assert.Equal((0xD1u, 0x28ul, 2ul, 0ul, "MDL2001"), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.RuleId));
    }

    [Fact, Proves("MDL-564")]
    public void A_verified_machine_fills_what_initialization_leaves_open()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = NewMdl(0x10000, 0x2000);

            nuint poison = unchecked((nuint)0x0BAD_0BAD_0BAD_0BA0);
            Assert.Equal(poison, mdl.MappedSystemVa);
            Assert.Equal(poison, Read<nuint>(mdl.Address + 0x10));
            Assert.Equal(poison, MmGetMdlPfnArray(mdl)[1]);
            Assert.Null(mdl.Process);
        });
    }

    [Fact, Proves("MDL-095")]
    public void A_freed_mdl_is_recognized_when_it_is_used_again() =>
        Finds(0xCC, "MDL3001", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            IoFreeMdl(mdl);
            return new(() => MmGetMdlByteCount(mdl), mdl.Address);
        });

    [Fact, Proves("MDL-095")]
    public void Without_the_verifier_a_freed_mdl_reads_recycled_memory() => InProcess(VerifierMode.Off, (_, _, buffer) =>
    {
        Mdl mdl = NewMdl(buffer, 0x1000);
        IoFreeMdl(mdl);
        Assert.Equal(0x1000u, MmGetMdlByteCount(mdl));

        NewMdl(buffer, 0x2000);

        Assert.Equal(0x2000u, MmGetMdlByteCount(mdl));
    });
}
