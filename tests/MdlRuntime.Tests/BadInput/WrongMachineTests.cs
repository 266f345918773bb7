using MdlRuntime.Simulation;
using MdlRuntime.Tests.Mdls;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.BadInput;

/// <summary>Objects of one machine mean nothing to another, and nothing at all once theirs is gone.</summary>
public sealed class WrongMachineTests
{
    [Fact]
    public void A_process_of_another_machine_can_be_neither_attached_to_nor_locked_in()
    {
        using Machine other = MdlTestSupport.NewMachine();
        EProcess stranger = other.CreateProcess("stranger").Object;

        MdlTestSupport.InProcess((_, _, buffer) =>
        {
            Mdl mdl = MdlTestSupport.NewMdl(buffer, 0x1000);
            Assert.Throws<ArgumentException>("process", () => KeStackAttachProcess(stranger));
            Assert.Throws<ArgumentException>("process", () => MmProbeAndLockProcessPages(mdl, stranger, KProcessorMode.UserMode, LockOperation.IoReadAccess));
            Assert.False(mdl.MdlFlags.HasFlag(MdlFlags.MDL_PAGES_LOCKED));
        });
    }

    [Fact]
    public void A_request_of_another_machine_is_refused()
    {
        using Machine other = MdlTestSupport.NewMachine();
        Irp stranger = other.Run(() => IoAllocateIrp(1, false))!;

        using Machine machine = MdlTestSupport.NewMachine();

        machine.Run(() =>
        {
            Assert.Throws<ArgumentException>("irp", () => IoCompleteRequest(stranger, WdkMacros.IO_NO_INCREMENT));
            Assert.Throws<ArgumentException>("irp", () => IoFreeIrp(stranger));
            Assert.Throws<ArgumentException>("irp", () => IoMarkIrpPending(stranger));
        });
    }

    [Fact]
    public void An_mdl_of_another_machine_cannot_be_linked()
    {
        using Machine other = MdlTestSupport.NewMachine();
        Mdl stranger = other.Run(() => MdlTestSupport.NewMdl(0x1000, 1));

        MdlTestSupport.InProcess((_, _, buffer) =>
            Assert.Throws<ArgumentException>("value", () => MdlTestSupport.NewMdl(buffer, 1).Next = stranger));
    }

    [Fact]
    public void An_mdl_outlives_its_machine_as_an_object_only()
    {
        Mdl mdl;
        using (Machine machine = MdlTestSupport.NewMachine())
            mdl = machine.Run(() => MdlTestSupport.NewMdl(0x1000, 1));

        Assert.Throws<ObjectDisposedException>(() => mdl.ByteCount);
        Assert.Throws<ObjectDisposedException>(() => mdl.Next);
        Assert.Contains("switched off", mdl.ToString());
    }
}
