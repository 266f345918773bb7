using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmProbeAndLockSelectedPages: a page here and a page there in one MDL.</summary>
public sealed class SelectedPagesTests
{
    [Fact, Proves("MDL-177", "MDL-178", "MDL-151")]
    public void Each_element_gives_one_frame_in_its_place() => InProcess((machine, process, buffer) =>
    {
        nuint other = process.Allocate(0x1000);
        Mdl mdl = NewMdl(0, 0x4000);
        FileSegmentElement[] segments = [new(buffer + 0x2000), new(other), new(buffer), new(buffer + 0x2000)];
        process.Trim();

        MmProbeAndLockSelectedPages(mdl, segments, UserMode, IoWriteAccess);

        nuint[] expected = [.. segments.Select(segment => Frame(process, segment.Buffer))];
        Assert.Equal(expected, MmGetMdlPfnArray(mdl).ToArray());
        Assert.Equal((4, 2, 1), (process.LockedPages, LockCount(machine, expected[0]), LockCount(machine, expected[1])));
        Assert.Equal(FixedSize | Locked | WriteOperation, mdl.MdlFlags);
        Assert.Same(process.Object, mdl.Process);
        nuint system = MapSystem(mdl);
        VirtualMemory.Write<byte>(system + 0x1005, 7);
        Assert.Equal(7, VirtualMemory.Read<byte>(other + 5));

        MmUnlockPages(mdl);
        Assert.Equal((0, 0), (process.LockedPages, LockCount(machine, expected[0])));
    });

    [Theory, Proves("MDL-177", "MDL-160")]
    [InlineData(UserMode, 0x7FFF_FFFF_0000ul)]
    [InlineData(UserMode, 0xFFFF_BA80_0000_0000ul)]
    [InlineData(KernelMode, 0x50_0000ul)]
    public void A_page_that_cannot_be_locked_raises_and_nothing_stays_locked(KProcessorMode mode, ulong bad) => InProcess((machine, process, buffer) =>
    {
        Mdl mdl = NewMdl(0, 0x2000);
        var raised = Assert.Throws<NtStatusException>(() =>
            MmProbeAndLockSelectedPages(mdl, [new(buffer), new((nuint)bad)], mode, IoReadAccess));

        Assert.Equal((NtStatus.STATUS_ACCESS_VIOLATION, 0, FixedSize), (raised.Status, process.LockedPages, mdl.MdlFlags));
        Assert.Equal(0, LockCount(machine, Frame(process, buffer)));
        MmProbeAndLockSelectedPages(mdl, [new(buffer), new(buffer + 0x1000)], mode, IoReadAccess);
        MmUnlockPages(mdl);
    });

    [Fact, Proves("MDL-177", "MDL-153")]
    public void System_pages_are_charged_to_nobody() => InProcess((machine, process, _) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x2000, Tag);
        machine.TrimPagedPool();
        Mdl mdl = NewMdl(0, 0x1000);

        MmProbeAndLockSelectedPages(mdl, [new(pool + 0x1000)], KernelMode, IoWriteAccess);

        Assert.Null(mdl.Process);
        Assert.Equal((0, 1), (process.LockedPages, LockCount(machine, machine.System.Memory.PagedRegion[pool + 0x1000].Pfn.Number)));
        MmUnlockPages(mdl);
    });

    [Fact, Proves("MDL-178")]
    public void There_is_an_address_for_every_page_and_it_is_a_page() => InProcess((_, _, buffer) =>
    {
        Mdl mdl = NewMdl(0, 0x2000);
        Assert.Equal("segmentArray", Assert.Throws<ArgumentException>(() => MmProbeAndLockSelectedPages(mdl, [new(buffer)], UserMode, IoReadAccess)).ParamName);
        Assert.Equal("segmentArray", Assert.Throws<ArgumentException>(() =>
            MmProbeAndLockSelectedPages(mdl, [new(buffer), new(buffer + 0x1001)], UserMode, IoReadAccess)).ParamName);
        Assert.Equal(FixedSize, mdl.MdlFlags);
        MmProbeAndLockSelectedPages(mdl, [new(buffer), new(buffer + 0x1000), new(1)], UserMode, IoReadAccess);
    });

    [Theory, Proves("MDL-179", "MDL-177", "MDL-517")]
    [InlineData(2, 0x20019)]
    [InlineData(5, 0x72)]
    public void It_is_limited_to_apc_level(byte irql, uint subcode) =>
        Finds(0xC4, "MDL6004", (_, process, buffer) =>
        {
            Mdl mdl = NewMdl(0, 0x1000);
            return new(() => AtIrql((Kirql)irql, () => MmProbeAndLockSelectedPages(mdl, [new(buffer)], UserMode, IoReadAccess)),
                subcode, irql, mdl.Address, process.Object.Address);
        });

    [Fact, Proves("MDL-177", "MDL-163")]
    public void An_mdl_that_is_locked_is_refused() =>
        Finds(0xC4, "MDL3009", (_, _, buffer) =>
        {
            Mdl mdl = NewLocked(buffer, 0x1000);
            return new(() => MmProbeAndLockSelectedPages(mdl, [new(buffer)], UserMode, IoReadAccess), 0xB0, mdl.Address, 0x8A, 0x02);
        });

    [Fact, Proves("MDL-177", "MDL-510")]
    public void It_can_be_made_to_fail()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x1000);
        process.Run(() =>
        {
            Mdl mdl = NewMdl(0, 0x1000);
            machine.Faults.FailNth(nameof(MmProbeAndLockSelectedPages), 1);
            Assert.Equal(NtStatus.STATUS_INSUFFICIENT_RESOURCES,
                Assert.Throws<NtStatusException>(() => MmProbeAndLockSelectedPages(mdl, [new(buffer)], UserMode, IoReadAccess)).Status);
            Assert.Equal(0, process.LockedPages);
            IoFreeMdl(mdl);
        });
    }

    private static nuint Frame(UserProcess process, nuint address) => process.Object.Space!.Find(address).Pfn.Number;
}
