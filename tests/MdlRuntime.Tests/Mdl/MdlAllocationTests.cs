using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Mdls;

/// <summary>IoAllocateMdl, IoFreeMdl and chains.</summary>
public sealed class MdlAllocationTests
{
    [Fact, Proves("MDL-073")]
    public void The_buffer_is_neither_touched_nor_checked()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl mdl = NewMdl(0, 0x1000);
            Assert.Equal((nuint)0, MmGetMdlVirtualAddress(mdl));
            IoFreeMdl(mdl);
            IoFreeMdl(NewMdl(unchecked((nuint)0xDEAD_BEEF_0000_0123), 0x1000));
        });
        Assert.Empty(machine.Findings);
    }

    [Theory, Proves("MDL-079", "MDL-077")]
    [InlineData(17, FixedSize)]
    [InlineData(18, default(MdlFlags))]
    public void At_most_seventeen_pages_are_of_the_fixed_size(uint pages, MdlFlags flags)
    {
        using Machine machine = NewMachine();
        machine.Run(() => Assert.Equal(flags, NewMdl(0x10000, pages * PAGE_SIZE).MdlFlags));
    }

    [Fact, Proves("MDL-074", "MDL-075", "MDL-575", "MDL-016", "DMA-124")]
    public void The_longest_buffer_is_four_gigabytes_less_a_page()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Mdl? mdl = IoAllocateMdl(0, 0xFFFF_F000, false, false, null);
            Assert.Equal(0xFFFFF, MmGetMdlPfnArray(mdl!).Length);
            Assert.Null(IoAllocateMdl(0, 0xFFFF_F001, false, false, null));
            IoFreeMdl(mdl!);
        });
    }

    [Fact, Proves("MDL-075", "MDL-084")]
    public void Without_memory_there_is_no_mdl()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20 });
        machine.Run(() =>
        {
            Assert.Null(IoAllocateMdl(0, 0xFFFF_F000, false, false, null));

            var taken = new List<Mdl>();
            while (IoAllocateMdl(0, 0x100000, false, false, null) is { } mdl)
                taken.Add(mdl);

            Assert.NotEmpty(taken);
            foreach (Mdl mdl in taken)
                IoFreeMdl(mdl);
            Assert.NotNull(IoAllocateMdl(0, 0x100000, false, false, null));
        });
    }

    [Fact, Proves("MDL-087")]
    public void A_zero_length_has_an_mdl_without_pages_or_with_one()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            Assert.Equal(0, MmGetMdlPfnArray(NewMdl(0x10000, 0)).Length);
            Assert.Equal(1, MmGetMdlPfnArray(NewMdl(0x10001, 0)).Length);
        });
    }

    [Fact, Proves("MDL-085", "MDL-086")]
    public void Charging_quota_is_accepted_and_charges_nothing() => InProcess((machine, process, buffer) =>
    {
        process.LockedPagesLimit = 0;

        Mdl mdl = IoAllocateMdl(buffer, 0x1000, false, chargeQuota: true, null)!;

        Assert.Equal((0x1000u, 0), (mdl.ByteCount, process.LockedPages));
        IoFreeMdl(mdl);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-080")]
    public void A_secondary_buffer_without_a_request_is_reported_and_allocated()
    {
        using Machine machine = NewMachine(VerifierMode.Survey);
        machine.Run(() => Assert.NotNull(IoAllocateMdl(0x10000, 0x1000, secondaryBuffer: true, false, null)));
        Assert.Equal("MDL5006", Assert.Single(machine.Findings).RuleId);
    }

    [Fact, Proves("MDL-092", "MDL-105")]
    public void Freeing_leaves_the_rest_of_a_chain() => InProcess((_, _, buffer) =>
    {
        Mdl head = NewMdl(buffer, 1), tail = NewMdl(buffer, 2);
        head.Next = tail;

        IoFreeMdl(head);

        Assert.Equal(2u, MmGetMdlByteCount(tail));
    });

    [Fact, Proves("MDL-103", "MDL-104", "MDL-106", "MDL-020")]
    public void Next_links_structures_in_memory() => InProcess((_, _, buffer) =>
    {
        Mdl a = NewMdl(buffer, 10), b = NewMdl(buffer, 20), c = NewMdl(buffer, 30);
        (a.Next, b.Next) = (b, c);

        uint total = 0;
        for (Mdl? mdl = a; mdl is not null; mdl = mdl.Next)
            total += MmGetMdlByteCount(mdl);
        Assert.Equal(60u, total);

        VirtualMemory.Write(a.Address, c.Address);
        Assert.Same(c, a.Next);
        a.Next = null;
        Assert.Equal((nuint)0, VirtualMemory.Read<nuint>(a.Address));
    });

    [Fact, Proves("MDL-025", "MDL-108")]
    public void The_freeing_loop_of_the_documentation_leaves_nothing_behind() => InProcess((machine, process, buffer) =>
    {
        Mdl head = NewLocked(buffer, 0x1000);
        head.Next = NewNonPaged(0x100);
        head.Next.Next = NewLocked(buffer + 0x1000, 0x1000);

        for (Mdl? mdl = head; mdl is not null;)
        {
            Mdl? next = mdl.Next;
            if ((mdl.MdlFlags & Locked) != 0)
                MmUnlockPages(mdl);
            IoFreeMdl(mdl);
            mdl = next;
        }

        Assert.Equal(0, process.LockedPages);
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-094")]
    public void Freeing_a_locked_mdl_leaks_the_lock() => InProcess((_, process, buffer) =>
    {
        IoFreeMdl(NewLocked(buffer, 0x3000));
        Assert.Equal(3, process.LockedPages);
    });

    [Theory, Proves("MDL-102")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Freeing_twice_stops(VerifierMode mode)
    {
        using Machine machine = NewMachine(mode);
        var stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Mdl mdl = NewMdl(0x10000, 0x1000);
            IoFreeMdl(mdl);
            IoFreeMdl(mdl);
        }));
        Assert.Equal((0xC2u, 0x07ul, "MDL3005"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-096", "MDL-518", "MDL-590")]
    public void Freeing_a_mapped_mdl_is_reported() =>
        Finds(0xC4, "MDL3006", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            MapSystem(mdl);
            return new(() => IoFreeMdl(mdl), 0xB8, mdl.Address, 0x8B);
        });

    [Fact, Proves("MDL-348")]
    public void Freeing_an_mdl_with_a_user_view_is_reported() =>
        Finds(0xC4, "MDL3006", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            MapUser(mdl);
            MmUnlockPages(mdl);
            return new(() => IoFreeMdl(mdl), 0xB8, mdl.Address, 0x88);
        });

    [Fact, Proves("MDL-096")]
    public void Without_the_verifier_freeing_a_mapped_mdl_leaks_its_ptes() => InProcess(VerifierMode.Off, (machine, _, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer, 0x3000);
        MapSystem(mdl);
        IoFreeMdl(mdl);
        Assert.Equal(free - 3, machine.FreeSystemPtes);
    });

    [Fact, Proves("MDL-100")]
    public void Freeing_the_drivers_own_memory_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, _) =>
        {
            Mdl mdl = Mdl.At(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, Tag));
            MmInitializeMdl(mdl, 0, 0x1000);
            return new(() => IoFreeMdl(mdl), 0x10, mdl.Address);
        });

    [Fact, Proves("MDL-100")]
    public void Without_the_verifier_a_pool_block_is_freed_as_one() => InProcess(VerifierMode.Off, (machine, _, _) =>
    {
        nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, Tag);
        Mdl mdl = Mdl.At(memory);
        MmInitializeMdl(mdl, 0, 0x1000);

        IoFreeMdl(mdl);

        Assert.False(machine.System.Memory.NonPagedPool.TryGetBlock(memory, out _));
    });

    [Fact, Proves("MDL-092")]
    public void Allocating_and_freeing_every_size_costs_no_frames()
    {
        using Machine machine = NewMachine();
        long free = machine.FreeFrames;
        machine.Run(() =>
        {
            IoFreeMdl(NewMdl(0, 0x1000));
            Assert.Equal(free, machine.FreeFrames);
            IoFreeMdl(NewMdl(0, 0x1000000));
            Assert.Equal(free, machine.FreeFrames);
        });
    }
}
