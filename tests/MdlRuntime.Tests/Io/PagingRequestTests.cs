using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>Transfers of the memory manager, with an MDL that it keeps.</summary>
public sealed class PagingRequestTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    [Theory, Proves("MDL-390", "MDL-429", "MDL-431")]
    [InlineData(false, NtStatus.STATUS_SUCCESS)]
    [InlineData(true, NtStatus.STATUS_SUCCESS)]
    [InlineData(false, NtStatus.STATUS_IO_DEVICE_ERROR)]
    [InlineData(true, NtStatus.STATUS_IO_DEVICE_ERROR)]
    public void The_mdl_stays_locked_and_the_result_is_reported_in_the_context_of_the_completer(bool isWrite, NtStatus ending)
    {
        (Mdl? Mdl, uint Flags, KProcessorMode Mode, uint Length) seen = default;
        var stages = new List<string>();
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            seen = (irp.MdlAddress, irp.Flags, irp.RequestorMode, IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);
            return Complete(irp, ending, 0x1000);
        }, trace: record => stages.Add(record.Routine));
        FileObject file = test.Handle.File;
        test.Machine.Run(() =>
        {
            nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x1000, 1);
            Mdl mdl = IoAllocateMdl(pool, 0x1000, false, false, null)!;
            MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoWriteAccess);
            var @event = new KEvent();
            KeInitializeEvent(@event, notification: true, state: false);
            stages.Clear();

            IoStatusHolder status;
            NtStatus returned = isWrite ? IoSynchronousPageWrite(file, mdl, 0, @event, out status) : IoPageRead(file, mdl, 0, @event, out status);

            Assert.Equal((ending, ending, (nuint)0x1000, true), (returned, status.Value.Status, status.Value.Information, @event.IsSet));
            Assert.Equal((mdl, IRP_PAGING_IO | IRP_NOCACHE | IRP_SYNCHRONOUS_PAGING_IO, KProcessorMode.KernelMode, 0x1000u), seen);
            Assert.True(mdl.MdlFlags.HasFlag(MdlFlags.MDL_PAGES_LOCKED));
            Assert.DoesNotContain("IoCompletionStage1", stages);
            Assert.DoesNotContain("IoCompletionStage2", stages);
            Assert.Empty(test.Outstanding());
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });
    }

    [Fact, Proves("MDL-390")]
    public void A_direct_device_gets_the_pages_of_the_memory_manager()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), "page"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 0x1000);
        });
        nuint buffer = test.Process.Allocate(0x1000);
        FileObject file = test.Handle.File;

        test.Process.Run(() =>
        {
            Mdl mdl = IoAllocateMdl(buffer, 0x1000, false, false, null)!;
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
            var @event = new KEvent();
            KeInitializeEvent(@event, notification: true, state: false);
            IoPageRead(file, mdl, 0, @event, out _);
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });

        Assert.Equal("page"u8, test.ReadUser(buffer, 4));
    }

    [Fact, Proves("MDL-429", "MDL-431")]
    public void A_close_request_is_finished_by_whoever_completes_it()
    {
        var stages = new List<string>();
        Irp? close = null;
        using var test = new TestDevice(Neither, setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_CLOSE] = (_, irp) =>
        {
            close = irp;
            stages.Clear();
            Complete(irp, NtStatus.STATUS_SUCCESS);
            Assert.Equal((NtStatus.STATUS_SUCCESS, true), (irp.Request!.FinalStatus, irp.Request.Event.IsSet));
            return NtStatus.STATUS_SUCCESS;
        }, trace: record => stages.Add(record.Routine));

        test.Handle.Dispose();

        Assert.Equal(IrpState.Freed, close!.State);
        Assert.DoesNotContain("IoCompletionStage2", stages);
    }
}
