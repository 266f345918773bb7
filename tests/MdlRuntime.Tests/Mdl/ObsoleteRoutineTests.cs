using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>Routines that old drivers still use.</summary>
public sealed class ObsoleteRoutineTests
{
    [Fact, Proves("MDL-146")]
    public void An_mdl_can_be_made_in_memory_of_the_driver()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            nuint memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, MmSizeOfMdl(0x1F00, 0x200), Tag);

            Mdl mdl = MmCreateMdl(Mdl.At(memory), 0x1F00, 0x200)!;

            Assert.Same(Mdl.At(memory), mdl);
            Assert.Equal(((nuint)0x1000, 0xF00u, 0x200u, (short)64, default), (mdl.StartVa, mdl.ByteOffset, mdl.ByteCount, mdl.Size, mdl.MdlFlags));
        });
    }

    [Fact, Proves("MDL-146", "MDL-100")]
    public void An_mdl_can_be_allocated_from_pool_and_is_freed_there()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            int blocks = machine.System.Memory.NonPagedPool.Live.Count;
            nuint buffer = ExAllocatePool2(POOL_FLAG_PAGED, 0x3000, Tag);

            Mdl mdl = MmCreateMdl(null, buffer + 0x10, 0x2000)!;

            Assert.Equal((buffer, 0x10u, 0x2000u, (short)(48 + 24), default), (mdl.StartVa, mdl.ByteOffset, mdl.ByteCount, mdl.Size, mdl.MdlFlags));
            MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoWriteAccess);
            VirtualMemory.Write(MmGetSystemAddressForMdlSafe(mdl, Priority), 0x1234);
            Assert.Equal(0x1234, VirtualMemory.Read<int>(buffer + 0x10));
            MmUnlockPages(mdl);
            ExFreePool(mdl.Address);
            Assert.Equal(blocks, machine.System.Memory.NonPagedPool.Live.Count);
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-146", "MDL-510")]
    public void Without_pool_there_is_no_mdl()
    {
        using Machine machine = NewMachine();
        machine.Faults.FailNth("MmCreateMdl", 1);
        machine.LoadDriver("driver", (_, _) =>
        {
            Assert.Null(MmCreateMdl(null, 0, 1));
            Assert.Null(MmCreateMdl(null, 0, nuint.MaxValue - 0x1000));
            return NtStatus.STATUS_SUCCESS;
        });
    }

    [Fact, Proves("MDL-316")]
    public void Non_paged_system_addresses_are_told_from_others() => InProcess((machine, _, buffer) =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x10, Tag);

        Assert.True(MmIsNonPagedSystemAddressValid(pool));
        Assert.False(MmIsNonPagedSystemAddressValid(ExAllocatePool2(POOL_FLAG_PAGED, 0x10, Tag)));
        Assert.False(MmIsNonPagedSystemAddressValid(buffer));
        Assert.False(MmIsNonPagedSystemAddressValid(unchecked((nuint)0xFFFF_F680_0000_0000)));
    });
}
