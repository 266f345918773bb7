using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmFreePagesFromMdl, what frees the MDL itself, and what goes wrong around both.</summary>
public sealed class PageFreeingTests
{
    [Fact, Proves("MDL-290", "MDL-099", "MDL-344", "MDL-058")]
    public void Pages_and_structure_are_freed_one_after_the_other()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            (long frames, int ptes, int blocks) = (machine.FreeFrames, machine.FreeSystemPtes, machine.System.Memory.NonPagedPool.Live.Count);
            Mdl mdl = NewPages(0x4000);
            nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);
            Assert.Equal(system, MmGetSystemAddressForMdlSafe(mdl, Priority));
            MmUnmapLockedPages(system, mdl);
            Assert.Equal(ptes, machine.FreeSystemPtes);

            MmFreePagesFromMdl(mdl);
            Assert.Equal(blocks + 1, machine.System.Memory.NonPagedPool.Live.Count);
            ExFreePool(mdl.Address);

            Assert.Equal((frames, blocks), (machine.FreeFrames, machine.System.Memory.NonPagedPool.Live.Count));
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-293", "MDL-346", "MDL-058")]
    public void A_system_mapping_goes_with_the_pages()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            int ptes = machine.FreeSystemPtes;
            Mdl mdl = NewPages(0x4000);
            nuint system = MapSystem(mdl);

            MmFreePagesFromMdl(mdl);

            Assert.Equal(ptes, machine.FreeSystemPtes);
            Assert.False(MmIsAddressValid(system));
            Assert.Equal((default, 0x4000u), (mdl.MdlFlags, mdl.ByteCount));
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-292")]
    public void A_second_call_meets_the_markers_and_frees_nothing()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        machine.Run(() =>
        {
            Mdl mdl = NewPages(0x4000);
            MmFreePagesFromMdl(mdl);
            long free = machine.FreeFrames;

            MmFreePagesFromMdl(mdl);

            Assert.Equal(free, machine.FreeFrames);
            Assert.All(MmGetMdlPfnArray(mdl).ToArray(), pfn => Assert.Equal(nuint.MaxValue, pfn));
        });
    }

    [Fact, Proves("MDL-292")]
    public void A_verified_machine_reports_a_second_call() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            MmFreePagesFromMdl(mdl);
            return new(() => MmFreePagesFromMdl(mdl), 0x4D444C20, mdl.Address);
        });

    [Theory, Proves("MDL-295", "MDL-346", "MDL-524")]
    [InlineData(false, VerifierMode.Off)]
    [InlineData(false, VerifierMode.Strict)]
    [InlineData(true, VerifierMode.Off)]
    [InlineData(true, VerifierMode.Strict)]
    public void Pages_of_other_origin_stop_the_machine(bool nonPaged, VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        Mdl mdl = null!;
        nuint frame = 0;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => process.Run(() =>
        {
            mdl = nonPaged ? NewNonPaged(0x2000) : NewLocked(buffer, 0x2000);
            frame = MmGetMdlPfnArray(mdl)[0];
            MmFreePagesFromMdl(mdl);
        }));

        Assert.Equal((0x1Au, 0x1236ul, mdl.Address, mdl.Address + 48, frame),
            (stop.Code, stop.Parameter1, (nuint)stop.Parameter2, (nuint)stop.Parameter3, (nuint)stop.Parameter4));
        Assert.Equal("MDL3016", stop.RuleId);
    }

    [Fact, Proves("MDL-346")]
    public void Pages_are_freed_through_their_own_mdl_not_through_a_part() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl partial = NewPartial(NewPages(0x2000));
            return new(() => MmFreePagesFromMdl(partial), 0x4D444C20, partial.Address, 0x18, 0x10);
        });

    [Fact, Proves("MDL-531")]
    public void Pages_that_another_mdl_has_locked_cannot_be_freed()
    {
        nuint frame = 0;
        BugCheckException stop = Stops(0x4E, (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            frame = MmGetMdlPfnArray(mdl)[0];
            NewLocked(MapUser(mdl), 0x1000);
            MmFreePagesFromMdl(mdl);
        });
        Assert.Equal((0x9Aul, frame, 1ul), (stop.Parameter1, (nuint)stop.Parameter2, stop.Parameter4));
    }

    [Fact, Proves("MDL-294", "MDL-348")]
    public void A_view_in_a_process_must_go_first() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            MapUser(mdl);
            return new(() => MmFreePagesFromMdl(mdl), 0x4D444C21, mdl.Address, 0x02);
        });

    [Fact, Proves("MDL-294", "MDL-221")]
    public void Without_the_verifier_a_view_goes_on_showing_pages_that_are_free_for_others()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        UserProcess process = machine.CreateProcess("app");
        process.Run(() =>
        {
            Mdl mdl = NewPages(0x1000);
            nuint view = MapUser(mdl);
            nuint frame = MmGetMdlPfnArray(mdl)[0];
            MmFreePagesFromMdl(mdl);
            machine.System.Memory.Frames.ForceNext(frame);
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, Tag);

            process.Write(view, [0x66]);

            Assert.Equal(0x66, VirtualMemory.Read<byte>(pool));
        });
    }

    [Fact, Proves("MDL-290")]
    public void Freeing_only_the_structure_loses_the_pages() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            return new(() => ExFreePool(mdl.Address), 0x4D444C22, mdl.Address, 0x02, 0x02);
        });

    [Fact, Proves("MDL-099", "MDL-346")]
    public void IoFreeMdl_is_the_wrong_routine() =>
        Finds(0xC4, "MDL3016", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            MmFreePagesFromMdl(mdl);
            return new(() => IoFreeMdl(mdl), 0x10, mdl.Address);
        });

    [Fact, Proves("MDL-290")]
    public void A_freed_structure_is_not_used_again() =>
        Finds(0xCC, "MDL3001", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            MmFreePagesFromMdl(mdl);
            ExFreePool(mdl.Address);
            return new(() => MmGetMdlByteCount(mdl), mdl.Address);
        });

    [Fact, Proves("MDL-346")]
    public void Page_allocating_mdls_are_neither_locked_nor_built()
    {
        Finds(0xC4, "MDL3009", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            return new(() => MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoReadAccess), 0xB0, mdl.Address, 0x02, 0x02);
        });
        Finds(0xC4, "MDL3009", (_, _, _) =>
        {
            Mdl mdl = NewPages(0x1000);
            return new(() => MmBuildMdlForNonPagedPool(mdl), 0xB0, mdl.Address, 0x02, 0x02);
        });
    }

    [Theory, Proves("MDL-270", "MDL-291", "MDL-518")]
    [InlineData(true)]
    [InlineData(false)]
    public void Device_irql_is_too_high(bool allocates)
    {
        using Machine machine = NewMachine();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Mdl mdl = NewPages(0x1000);
            AtIrql((Kirql)3, () =>
            {
                if (allocates)
                    NewPages(0x1000);
                else
                    MmFreePagesFromMdl(mdl);
            });
        }));
        Assert.Equal((0xC4u, 0x7Eul, 3ul, 2ul, 0ul), (stop.Code, stop.Parameter1, stop.Parameter2, stop.Parameter3, stop.Parameter4));
    }

    [Fact, Proves("MDL-270", "MDL-291")]
    public void Dispatch_level_is_low_enough()
    {
        using Machine machine = NewMachine();
        machine.Run(() => AtIrql(Kirql.DISPATCH_LEVEL, () => MmFreePagesFromMdl(NewPages(0x1000))));
        Assert.Empty(machine.Findings);
    }

    private static Mdl NewPages(nuint bytes) => MmAllocatePagesForMdl(new(0), new(-1), new(0), bytes)!;
}
