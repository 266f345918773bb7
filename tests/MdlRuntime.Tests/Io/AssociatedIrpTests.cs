using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

public sealed class AssociatedIrpTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;
    private const uint Half = 0x1000;

    [Fact, Proves("MDL-435", "MDL-495", "MDL-429")]
    public void The_master_completes_with_the_last_of_its_parts()
    {
        var parts = new List<Irp>();
        var partials = new List<Mdl>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            parts.Add(irp);
            return NtStatus.STATUS_PENDING;
        });
        AddSplitter(test, partials);
        nuint buffer = test.Process.Allocate(2 * Half);
        Task<IoStatusBlock> read = test.Handle.ReadAsync(buffer, 2 * Half);
        Assert.Equal(2, parts.Count);

        test.Machine.Run(() => CompletePart(parts[1], "two"u8));

        Assert.Equal((IrpState.Freed, true, 2), (parts[1].State, partials[1].IsFreed, test.Process.LockedPages));
        Assert.False(read.IsCompleted);

        test.Machine.Run(() => CompletePart(parts[0], "one"u8));
        test.Machine.RunUntilIdle();

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)(2 * Half)), (ResultOf(read).Status, ResultOf(read).Information));
        Assert.Equal("one"u8, test.ReadUser(buffer, 3));
        Assert.Equal("two"u8, test.ReadUser(buffer + Half, 3));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-495")]
    public void A_part_inherits_no_mdl()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Irp part = IoMakeAssociatedIrp(irp, 1)!;
            Assert.Equal((null, irp, IRP_ASSOCIATED_IRP), (part.MdlAddress, part.AssociatedIrp.MasterIrp, part.Flags));
            Assert.NotNull(irp.MdlAddress);
            IoFreeIrp(part);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(test.Process.Allocate(8), 8).Status);
    }

    [Fact, Proves("MDL-495")]
    public void Counting_the_parts_of_a_buffered_request_overwrites_its_buffer_address()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            nuint buffer = irp.AssociatedIrp.SystemBuffer;
            irp.AssociatedIrp.IrpCount = 2;
            Assert.NotEqual(buffer, irp.AssociatedIrp.SystemBuffer);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        }, verifier: VerifierMode.Off);

        Assert.Equal(0xC2u, Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8)).Code);
    }

    [Fact, Proves("MDL-435")]
    public void A_locked_mdl_of_a_part_is_freed_without_being_unlocked()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            Irp part = IoMakeAssociatedIrp(irp, 1)!;
            irp.AssociatedIrp.IrpCount = 1;
            irp.IoStatus.Status = NtStatus.STATUS_SUCCESS;
            Mdl own = IoAllocateMdl(MmGetMdlVirtualAddress(irp.MdlAddress!), 8, false, false, part)!;
            MmProbeAndLockPages(own, KProcessorMode.UserMode, LockOperation.IoReadAccess);
            IoGetNextIrpStackLocation(part).MajorFunction = MajorFunction.IRP_MJ_FLUSH_BUFFERS;
            IoCallDriver(device, part);
            return NtStatus.STATUS_PENDING;
        }, driver => driver.MajorFunction[MajorFunction.IRP_MJ_FLUSH_BUFFERS] = (_, part) => Complete(part, NtStatus.STATUS_SUCCESS), VerifierMode.Off);

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal(1, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-519")]
    public void Reusing_a_part_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoReuseIrp(IoMakeAssociatedIrp(irp, 1)!, NtStatus.STATUS_SUCCESS);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0xC9u, 0x311ul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    private static void CompletePart(Irp part, ReadOnlySpan<byte> data)
    {
        VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(part.MdlAddress!, Priority), data);
        Complete(part, NtStatus.STATUS_SUCCESS, Half);
    }

    /// <summary>A highest-level driver that splits every read in two.</summary>
    private static void AddSplitter(TestDevice test, List<Mdl> partials) => test.AddFilter((device, irp) =>
    {
        var lower = (DeviceObject)device.DeviceExtension!;
        Mdl whole = irp.MdlAddress!;
        IoMarkIrpPending(irp);
        irp.AssociatedIrp.IrpCount = 2;
        (irp.IoStatus.Status, irp.IoStatus.Information) = (NtStatus.STATUS_SUCCESS, 2 * Half);
        for (uint at = 0; at < 2 * Half; at += Half)
        {
            nuint start = MmGetMdlVirtualAddress(whole) + at;
            Irp part = IoMakeAssociatedIrp(irp, lower.StackSize)!;
            Mdl partial = IoAllocateMdl(start, Half, false, false, part)!;
            IoBuildPartialMdl(whole, partial, start, Half);
            partials.Add(partial);
            IoStackLocation next = IoGetNextIrpStackLocation(part);
            next.MajorFunction = MajorFunction.IRP_MJ_READ;
            next.Parameters.Read.Length = Half;
            IoCallDriver(lower, part);
        }

        return NtStatus.STATUS_PENDING;
    });
}
