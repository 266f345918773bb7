using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>What fields and flags of an MDL mean, and when they mean nothing.</summary>
public sealed class MdlStateTests
{
    [Theory, Proves("MDL-017")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_system_address_counts_only_while_a_flag_says_so(bool reinitializes) => InProcess(VerifierMode.Off, (_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint address = MapSystem(mdl);
        Assert.Equal((address, Mapped), (mdl.MappedSystemVa, mdl.MdlFlags & Mapped));

        if (reinitializes)
            MmInitializeMdl(mdl, buffer, 0x1000);
        else
            MmUnmapLockedPages(address, mdl);

        Assert.Equal((address, default), (mdl.MappedSystemVa, mdl.MdlFlags & (Mapped | NonPaged)));
    });

    [Fact, Proves("MDL-027")]
    public void Only_a_partial_mdl_is_flagged_as_having_a_mapping_of_its_own() => InProcess((_, _, buffer) =>
    {
        Mdl source = NewLocked(buffer, 0x2000);
        Mdl part = NewPartial(source);
        Assert.Equal(Partial, part.MdlFlags & (Partial | PartialMapped));

        MapSystem(part);
        MapSystem(source);

        Assert.Equal(Partial | PartialMapped, part.MdlFlags & (Partial | PartialMapped));
        Assert.Equal(default, source.MdlFlags & (Partial | PartialMapped));
        MmPrepareMdlForReuse(part);
        Assert.Equal(Partial, part.MdlFlags & (Partial | PartialMapped));
    });

    [Fact, Proves("MDL-101")]
    public void Freeing_null_is_a_null_dereference()
    {
        using Machine machine = NewMachine();

        NtStatusException raised = machine.Run(() => Assert.Throws<NtStatusException>(() => IoFreeMdl(null!)));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, raised.Status);
    }

    [Fact, Proves("MDL-141")]
    public void Building_for_non_paged_pool_succeeds_where_everything_else_fails()
    {
        using Machine machine = NewMachine(systemPtes: 1);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Run(() =>
        {
            Mdl mdl = NewMdl(Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 0x1000, Tag), 0x1000);
            Assert.NotEqual((nuint)0, MapSystem(NewLocked(buffer, 0x1000)));
            machine.Faults.FailWithProbability(1);

            MmBuildMdlForNonPagedPool(mdl);

            Assert.Null(IoAllocateMdl(buffer, 1, false, false, null));
            Assert.Equal(mdl.VirtualAddress, MmGetSystemAddressForMdlSafe(mdl, Priority));
            VirtualMemory.Write(mdl.VirtualAddress, 1);
        });
    }
}
