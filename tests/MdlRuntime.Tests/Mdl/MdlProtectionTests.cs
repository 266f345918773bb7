using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.PageProtection;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmProtectMdlSystemAddress and MmMapMdl.</summary>
public sealed class MdlProtectionTests
{
    [Fact, Proves("MDL-259", "MDL-263")]
    public void A_read_only_mapping_leaves_the_other_views_writable() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0x10, 0x2000), alias = NewLocked(buffer, 0x3000);
        nuint system = MapSystem(mdl), other = MapSystem(alias), user = MapUser(mdl);

        AtIrql(Kirql.DISPATCH_LEVEL, () => Assert.Equal(NtStatus.STATUS_SUCCESS, MmProtectMdlSystemAddress(mdl, PAGE_READONLY)));

        VirtualMemory.Write<byte>(buffer + 0x10, 1);
        Assert.Equal(1, VirtualMemory.Read<byte>(system));
        VirtualMemory.Write<byte>(user, 2);
        VirtualMemory.Write<byte>(other + 0x11, 3);
        Assert.Equal((2, 3), (VirtualMemory.Read<byte>(system), VirtualMemory.Read<byte>(system + 1)));
        Assert.Empty(machine.Findings);
    });

    [Theory, Proves("MDL-263", "MDL-523", "MDL-534")]
    [InlineData(PAGE_READONLY, true, 0xBE)]
    [InlineData(PAGE_EXECUTE_READ, true, 0xBE)]
    [InlineData(PAGE_NOACCESS, true, 0x50)]
    [InlineData(PAGE_NOACCESS, false, 0x50)]
    public void What_the_protection_forbids_stops(PageProtection protection, bool write, uint code)
    {
        nuint last = 0;
        BugCheckException stop = Stops(code, (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x2000);
            last = MapSystem(mdl) + 0x1FFF;
            VirtualMemory.Write<byte>(last, 1);
            MmProtectMdlSystemAddress(mdl, protection);
            if (write)
                VirtualMemory.Write<byte>(last, 2);
            else
                VirtualMemory.Read<byte>(last);
        });
        Assert.Equal(last, stop.Parameter1);
    }

    [Theory, Proves("MDL-260", "MDL-263", "MDL-547")]
    [InlineData(PAGE_NOACCESS, PageFault.NoAccess, PageFault.NoAccess, PageFault.NoAccess)]
    [InlineData(PAGE_READONLY, PageFault.None, PageFault.WriteProtected, PageFault.NoExecute)]
    [InlineData(PAGE_READWRITE, PageFault.None, PageFault.None, PageFault.NoExecute)]
    [InlineData(PAGE_EXECUTE, PageFault.None, PageFault.WriteProtected, PageFault.None)]
    [InlineData(PAGE_EXECUTE_READ, PageFault.None, PageFault.WriteProtected, PageFault.None)]
    [InlineData(PAGE_EXECUTE_READWRITE, PageFault.None, PageFault.None, PageFault.None)]
    public void Each_protection_allows_what_it_says(PageProtection protection, object read, object write, object execute) => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x3000);
        nuint system = MapSystem(mdl);
        MmProtectMdlSystemAddress(mdl, PAGE_NOACCESS);

        Assert.Equal(NtStatus.STATUS_SUCCESS, MmProtectMdlSystemAddress(mdl, protection));

        Assert.Equal(read, Fault(machine, system + 0x2000, MemoryAccess.Read));
        Assert.Equal(write, Fault(machine, system + 0x2000, MemoryAccess.Write));
        Assert.Equal(execute, Fault(machine, system + 0x2000, MemoryAccess.Execute));
    });

    [Theory, Proves("MDL-260")]
    [InlineData(PAGE_WRITECOPY)]
    [InlineData(PAGE_EXECUTE_WRITECOPY)]
    [InlineData(PAGE_READONLY | PAGE_NOCACHE)]
    [InlineData(PAGE_READONLY | PAGE_GUARD)]
    [InlineData((PageProtection)0)]
    [InlineData(PAGE_READONLY | PAGE_READWRITE)]
    public void Other_protections_are_refused(PageProtection protection) => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint system = MapSystem(mdl);
        Assert.Equal(NtStatus.STATUS_INVALID_PAGE_PROTECTION, MmProtectMdlSystemAddress(mdl, protection));
        Assert.Equal(NtStatus.STATUS_INVALID_PAGE_PROTECTION, MmMapMdl(NewLocked(buffer, 0x1000), protection, (_, _) => Assert.Fail("called"), null));
        VirtualMemory.Write<byte>(system, 1);
    });

    [Theory, Proves("MDL-261")]
    [InlineData("locked")]
    [InlineData("nonpaged")]
    [InlineData("partial")]
    public void Without_a_mapping_there_is_nothing_to_protect(string state) => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = state == "nonpaged" ? NewNonPaged(0x1000) : NewLocked(buffer, 0x1000);
        if (state == "partial")
            mdl = NewPartial(mdl);
        Assert.Equal(NtStatus.STATUS_NOT_MAPPED_VIEW, MmProtectMdlSystemAddress(mdl, PAGE_READONLY));
        Assert.Equal(NtStatus.STATUS_NOT_MAPPED_VIEW, MmProtectMdlSystemAddress(mdl, PAGE_WRITECOPY));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-262", "MDL-524")]
    public void Protecting_a_mapping_that_is_gone_stops()
    {
        Mdl part = null!;
        BugCheckException stop = Stops(0x1A, (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x1000);
            MapSystem(source);
            part = NewPartial(source);
            MmUnlockPages(source);
            MmProtectMdlSystemAddress(part, PAGE_READONLY);
        });
        Assert.Equal((0x1235ul, (ulong)part.Address, "MDL3015"), (stop.Parameter1, stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("MDL-264")]
    public void A_new_mapping_starts_with_the_usual_protection() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000);
        nuint first = MapSystem(mdl);
        MmProtectMdlSystemAddress(mdl, PAGE_READONLY);
        MmUnmapLockedPages(first, mdl);
        VirtualMemory.Write<byte>(MapSystem(mdl), 1);
        Assert.Equal(1, VirtualMemory.Read<byte>(buffer));
    });

    [Fact, Proves("MDL-259")]
    public void A_mapping_at_a_reserved_address_can_be_protected() => InProcess((machine, _, buffer) =>
    {
        nuint reserved = MmAllocateMappingAddress(0x2000, Tag);
        Mdl mdl = NewLocked(buffer + 0x800, 0x1000);
        MmMapLockedPagesWithReservedMapping(reserved, Tag, mdl, MmCached);
        Assert.Equal(NtStatus.STATUS_SUCCESS, MmProtectMdlSystemAddress(mdl, PAGE_READONLY));
        Assert.Equal(PageFault.WriteProtected, Fault(machine, reserved + 0x1000, MemoryAccess.Write));
    });

    [Fact, Proves("MDL-259", "MDL-346")]
    public void Protecting_through_a_part_that_shares_the_mapping_is_reported() =>
        Finds(0xC4, "MDL3005", (_, _, buffer) =>
        {
            Mdl source = NewLocked(buffer, 0x1000);
            MapSystem(source);
            Mdl part = NewPartial(source);
            return new(() => MmProtectMdlSystemAddress(part, PAGE_READONLY), 0x4D444C07, part.Address, 0x19, 0x10);
        });

    [Fact, Proves("MDL-265", "MDL-266", "MDL-267")]
    public void A_mapping_lasts_as_long_as_the_routine_that_was_called_with_it() => InProcess((machine, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer + 0x123, 0x1000);
        MdlFlags flags = mdl.MdlFlags;
        int free = machine.FreeSystemPtes;
        var context = new List<nuint>();

        AtIrql(Kirql.DISPATCH_LEVEL, () => Assert.Equal(NtStatus.STATUS_SUCCESS, MmMapMdl(mdl, PAGE_READWRITE, (state, address) =>
        {
            ((List<nuint>)state!).Add(address);
            VirtualMemory.Write<byte>(address, 0x5A);
            Assert.Equal((flags | Mapped, free - 2), (mdl.MdlFlags, machine.FreeSystemPtes));
        }, context)));

        nuint address = Assert.Single(context);
        Assert.Equal((0x5A, (nuint)0x123), (VirtualMemory.Read<byte>(buffer + 0x123), address & 0xFFF));
        Assert.Equal((flags, free), (mdl.MdlFlags, machine.FreeSystemPtes));
        Assert.False(MmIsAddressValid(address));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-266")]
    public void An_existing_mapping_is_used_and_kept() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewLocked(buffer, 0x1000), pool = NewNonPaged(0x1000);
        nuint system = MapSystem(mdl), seen = 0, own = 0;

        MmMapMdl(mdl, PAGE_READONLY, (_, address) => seen = address, null);
        MmMapMdl(pool, PAGE_READONLY, (_, address) => own = address, null);

        Assert.Equal((system, MmGetMdlVirtualAddress(pool)), (seen, own));
        VirtualMemory.Write<byte>(system, 1);
        Assert.Equal(system, MmGetSystemAddressForMdlSafe(mdl, Priority));
    });

    [Fact, Proves("MDL-267", "MDL-265")]
    public void Without_ptes_the_routine_is_not_called()
    {
        using Machine machine = NewMachine(systemPtes: 2);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000);
        process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 0x3000);
            MdlFlags flags = mdl.MdlFlags;
            Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, MmMapMdl(mdl, PAGE_READWRITE, (_, _) => Assert.Fail("called"), null));
            machine.Faults.FailNth(nameof(MmMapMdl), 1);
            Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES, MmMapMdl(NewLocked(buffer, 1), PAGE_READWRITE, (_, _) => Assert.Fail("called"), null));
            Assert.Equal((flags, 2), (mdl.MdlFlags, machine.FreeSystemPtes));
        });
    }

    [Fact, Proves("MDL-266")]
    public void A_routine_may_raise_or_unlock_the_pages() => InProcess((machine, process, buffer) =>
    {
        int free = machine.FreeSystemPtes;
        Mdl mdl = NewLocked(buffer, 0x1000), raising = NewLocked(buffer, 0x1000);

        MmMapMdl(mdl, PAGE_READWRITE, (_, _) => MmUnlockPages(mdl), null);
        Assert.Throws<NtStatusException>(() => MmMapMdl(raising, PAGE_READONLY, (_, _) => VirtualMemory.Read<byte>(0x10), null));

        Assert.Equal((free, 1), (machine.FreeSystemPtes, process.LockedPages));
        Assert.Equal(Locked, raising.MdlFlags & (Locked | Mapped));
        Assert.Empty(machine.Findings);
    });

    [Fact, Proves("MDL-266")]
    public void The_routine_sees_the_protection_that_was_asked_for()
    {
        BugCheckException stop = Stops(0xBE, (_, _, buffer) =>
            MmMapMdl(NewLocked(buffer, 0x1000), PAGE_READONLY, (_, address) => VirtualMemory.Write<byte>(address, 1), null));
        Assert.NotEqual(0ul, stop.Parameter1);
    }

    private static PageFault Fault(Machine machine, nuint address, MemoryAccess access) =>
        machine.System.Memory.Translate(user: null, address, access, out _);
}
