using MdlRuntime.Simulation;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KProcessorMode;
using static MdlRuntime.LockOperation;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.MmPagePriority;

namespace MdlRuntime.Tests.Mdls;

/// <summary>The MdlFlags word through the lives of an MDL.</summary>
public sealed class FlagHistoryTests
{
    private const MmPagePriority Priority = NormalPagePriority | MdlMappingNoExecute;

    [Theory, Proves("MDL-576", "MDL-023", "MDL-024", "MDL-182")]
    [InlineData(IoReadAccess, 0x0A, 0x0B, 0x08)]
    [InlineData(IoWriteAccess, 0x8A, 0x8B, 0x88)]
    [InlineData(IoModifyAccess, 0x8A, 0x8B, 0x88)]
    public void A_locked_buffer(LockOperation operation, int locked, int mapped, int unlocked)
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        process.Run(() =>
        {
            Mdl mdl = IoAllocateMdl(buffer, 0x2000, false, false, null)!;
            Assert.Equal(0x08, (int)mdl.MdlFlags);

            MmProbeAndLockPages(mdl, UserMode, operation);
            Assert.Equal(locked, (int)mdl.MdlFlags);

            nuint address = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MemoryCachingType.MmCached, 0, false, Priority);
            Assert.Equal(mapped, (int)mdl.MdlFlags);

            MmUnmapLockedPages(address, mdl);
            Assert.Equal(locked, (int)mdl.MdlFlags);

            MmUnlockPages(mdl);
            Assert.Equal(unlocked, (int)mdl.MdlFlags);
            IoFreeMdl(mdl);
        });
    }

    [Fact, Proves("MDL-576", "MDL-181", "MDL-238")]
    public void Unlocking_a_mapped_buffer_unmaps_it()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        int free = machine.FreeSystemPtes;
        process.Run(() =>
        {
            Mdl mdl = IoAllocateMdl(buffer, 0x2000, false, false, null)!;
            MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
            Assert.NotEqual(0u, MmGetSystemAddressForMdlSafe(mdl, Priority));
            Assert.Equal(0x0B, (int)mdl.MdlFlags);
            Assert.Equal(free - 2, machine.FreeSystemPtes);

            MmUnlockPages(mdl);

            Assert.Equal(0x08, (int)mdl.MdlFlags);
            Assert.Equal(free, machine.FreeSystemPtes);
            IoFreeMdl(mdl);
        });
    }

    [Fact, Proves("MDL-577", "MDL-026", "MDL-138", "MDL-140", "DMA-119")]
    public void A_non_paged_buffer()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x3000, 0x54534554);
            Mdl mdl = IoAllocateMdl(buffer + 0x10, 0x2000, false, false, null)!;

            MmBuildMdlForNonPagedPool(mdl);

            Assert.Equal(0x0C, (int)mdl.MdlFlags);
            Assert.Equal(buffer + 0x10, MmGetSystemAddressForMdlSafe(mdl, Priority));
            Assert.Equal(0x0C, (int)mdl.MdlFlags);
            Assert.Null(mdl.Process);
            Assert.Equal(MmGetPhysicalAddress(buffer + 0x2000).QuadPart >> 12, (long)MmGetMdlPfnArray(mdl)[2]);
            IoFreeMdl(mdl);
            ExFreePool(buffer);
        });
    }
}
