using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmBuildMdlForNonPagedPool and the address queries.</summary>
public sealed class NonPagedMdlTests
{
    [Fact, Proves("MDL-136", "MDL-138", "MDL-139")]
    public void Building_takes_no_locks_and_no_system_ptes()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x2000, Tag);
            Mdl mdl = NewMdl(pool, 0x2000);
            int ptes = machine.FreeSystemPtes;

            MmBuildMdlForNonPagedPool(mdl);

            Assert.Equal(ptes, machine.FreeSystemPtes);
            Assert.Equal(pool, mdl.MappedSystemVa);
            Assert.Equal((nuint)0, VirtualMemory.Read<nuint>(mdl.Address + 0x10));
            foreach (nuint pfn in MmGetMdlPfnArray(mdl))
                Assert.Equal(0, LockCount(machine, pfn));
        });
    }

    [Fact, Proves("MDL-142")]
    public void Paged_pool_is_reported() =>
        Finds(0xC4, "MDL3012", (_, _, _) =>
        {
            Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_PAGED, 0x1000, Tag), 0x1000);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0x7F, 0, mdl.Address, 0x08);
        });

    [Fact, Proves("MDL-143")]
    public void Without_the_verifier_resident_paged_pool_is_accepted() => InProcess(VerifierMode.Off, (_, _, _) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x1000, Tag);
        Mdl mdl = NewMdl(pool, 0x1000);
        MmBuildMdlForNonPagedPool(mdl);
        Assert.Equal(pool, MmGetSystemAddressForMdlSafe(mdl, Priority));
    });

    [Fact, Proves("MDL-142")]
    public void Pageable_memory_without_a_lock_is_reported() =>
        Finds(0xC4, "MDL3012", (_, _, buffer) =>
        {
            Mdl mdl = NewMdl(buffer, 0x1000);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0x140, 0, mdl.Address, buffer);
        });

    [Fact, Proves("MDL-142", "MDL-524")]
    public void Memory_that_is_not_there_stops()
    {
        Mdl mdl = null!;
        BugCheckException stop = Stops(0x1A, (_, _, _) =>
        {
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
            mdl = NewMdl(pool, 0x1000);
            ExFreePool(pool);
            MmBuildMdlForNonPagedPool(mdl);
        });
        Assert.Equal((0x1240ul, mdl.Address), (stop.Parameter1, stop.Parameter2));
    }

    [Fact, Proves("MDL-144", "MDL-346")]
    public void Building_over_a_lock_is_reported() =>
        Finds(0xC4, "MDL3009", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0xB0, mdl.Address, 0x8A, 0x02);
        });

    [Fact, Proves("MDL-144", "MDL-608")]
    public void Building_for_zero_bytes_is_reported() =>
        Finds(0xC4, "MDL2001", (_, _, _) =>
        {
            Mdl mdl = NewMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag), 0);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0x4D444C01, mdl.Address, 0x08);
        });

    [Fact, Proves("MDL-145", "MDL-010")]
    public void Flags_alone_steer_the_mapping_so_that_one_zero_page_can_stand_for_many() => InProcess((machine, _, _) =>
    {
        nuint zero = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);
        Mdl mdl = NewMdl(zero, 0x3000);
        mdl.MdlFlags = mdl.MdlFlags & ~NonPaged | Locked;
        MmGetMdlPfnArray(mdl).Fill((nuint)(MmGetPhysicalAddress(zero).QuadPart >> 12));

        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);
        VirtualMemory.Write<byte>(system + 0x2001, 7);

        Assert.Equal(7, VirtualMemory.Read<byte>(system + 1));
        Assert.Equal(7, VirtualMemory.Read<byte>(zero + 1));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-330", "MDL-331")]
    public void The_physical_address_keeps_the_offset() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        Assert.Equal((long)(MmGetMdlPfnArray(mdl)[1] << 12) + 0x234, MmGetPhysicalAddress(buffer + 0x1234).QuadPart);
        Assert.Equal(0, MmGetPhysicalAddress(0x1000).QuadPart);
    });

    [Fact, Proves("MDL-332")]
    public void An_address_is_valid_when_reading_it_would_not_fault() => InProcess((_, process, buffer) =>
    {
        nuint closed = process.Allocate(0x1000, protection: PageProtection.PAGE_NOACCESS);
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint system = MapSystem(mdl);

        Assert.True(MmIsAddressValid(buffer + 0x2FFF));
        Assert.True(MmIsAddressValid(system));
        Assert.False(MmIsAddressValid(closed));
        Assert.False(MmIsAddressValid(0));
        MmUnlockPages(mdl);
        Assert.False(MmIsAddressValid(system));
    });

    [Fact, Proves("MDL-339", "MDL-340")]
    public void Flushing_caches_changes_nothing_on_a_coherent_machine() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        AtIrql(Kirql.DISPATCH_LEVEL, () => KernelCore.KeFlushIoBuffers(mdl, readOperation: true, dmaOperation: true));
        Assert.Equal(0x8A, (int)mdl.MdlFlags);
        Assert.Empty(machine.Findings);
    });
}
