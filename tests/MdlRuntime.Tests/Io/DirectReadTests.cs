using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

public sealed class DirectReadTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    [Fact, Proves("MDL-448", "MDL-388", "MDL-389", "DMA-111", "DMA-119")]
    public void A_read_across_a_page_border_reaches_both_pages_through_one_mdl()
    {
        nuint mdlAddress = 0;
        (uint Offset, uint Count, uint Span, uint MappedOffset, MdlFlags Flags) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Mdl mdl = irp.MdlAddress!;
            mdlAddress = MmGetMdlVirtualAddress(mdl);
            MdlFlags flags = mdl.MdlFlags;
            nuint data = MmGetSystemAddressForMdlSafe(mdl, Priority);
            seen = (MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl), ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdlAddress, MmGetMdlByteCount(mdl)), BYTE_OFFSET(data), flags);
            VirtualMemory.CopyFrom(data, "0123456789"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);
        });
        nuint buffer = test.Process.Allocate(0x1800, pageOffset: 0xFFB);

        IoStatusBlock result = test.Handle.Read(buffer, 10);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)10), (result.Status, result.Information));
        Assert.Equal(buffer, mdlAddress);
        Assert.Equal((0xFFBu, 10u, 2u, 0xFFBu), (seen.Offset, seen.Count, seen.Span, seen.MappedOffset));
        Assert.Equal(MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_WRITE_OPERATION, seen.Flags & ~MdlFlags.MDL_ALLOCATED_FIXED_SIZE);
        Assert.Equal("0123456789"u8, test.ReadUser(buffer, 10));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-381", "MDL-449", "MDL-372", "DMA-112", "DMA-326")]
    public void An_empty_read_reaches_the_driver_without_an_mdl_even_from_a_null_pointer()
    {
        (Mdl? Mdl, uint Length)? seen = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            seen = (irp.MdlAddress, IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        IoStatusBlock result = test.Handle.Read(buffer: 0, length: 0);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)0), (result.Status, result.Information));
        Assert.Equal((null, 0u), seen);
    }

    [Fact, Proves("MDL-450", "MDL-383", "MDL-380", "DMA-125")]
    public void A_read_into_read_only_memory_never_reaches_the_driver()
    {
        int calls = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            calls++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(0x3000, protection: PageProtection.PAGE_READONLY);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Read(buffer, 0x3000).Status);

        Assert.Equal((0, 0), (calls, test.Process.LockedPages));
    }

    [Fact, Proves("MDL-451", "MDL-380", "MDL-366")]
    public void A_write_from_read_only_memory_is_locked_for_reading()
    {
        MdlFlags flags = default;
        byte[] seen = new byte[4];
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            flags = irp.MdlAddress!.MdlFlags;
            VirtualMemory.CopyTo(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority | MmPagePriority.MdlMappingNoWrite), seen);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });
        nuint buffer = test.Process.Allocate(4);
        test.Process.Write(buffer, "data"u8);
        test.Process.Protect(buffer, 4, PageProtection.PAGE_READONLY);

        Assert.Equal((nuint)4, test.Handle.Write(buffer, 4).Information);

        Assert.Equal("data"u8, seen);
        Assert.Equal(MdlFlags.MDL_PAGES_LOCKED, flags & (MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_WRITE_OPERATION));
    }

    [Fact, Proves("MDL-452", "MDL-427", "DMA-111")]
    public void A_buffer_freed_during_the_transfer_keeps_its_pages_until_completion()
    {
        Irp? pending = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending = irp;
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(0x2000);
        DeviceHandle handle = test.Handle;
        Task<IoStatusBlock> read = handle.ReadAsync(buffer, 0x2000);
        test.Process.Free(buffer);
        long freed = test.Machine.FreeFrames;

        test.Machine.Run(() =>
        {
            VirtualMemory.Write(MmGetSystemAddressForMdlSafe(pending!.MdlAddress!, Priority), 1);
            Complete(pending, NtStatus.STATUS_SUCCESS, 0x2000);
        });
        test.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_SUCCESS, ResultOf(read).Status);
        Assert.Equal(freed + 2, test.Machine.FreeFrames);
    }

    [Fact, Proves("MDL-453", "MDL-428")]
    public void Two_reads_into_one_buffer_lock_its_pages_twice_and_each_completion_releases_one()
    {
        var pending = new List<Irp>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending.Add(irp);
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(0x1000, pageOffset: 0x800);
        Task<IoStatusBlock> first = test.Handle.ReadAsync(buffer, 0x1000);
        Task<IoStatusBlock> second = test.Handle.ReadAsync(buffer, 0x1000);
        Assert.Equal(4, test.Process.LockedPages);

        test.Machine.Run(() => Complete(pending[0], NtStatus.STATUS_SUCCESS, 1));
        Assert.Equal(2, test.Process.LockedPages);
        test.Machine.RunUntilIdle();
        Assert.Equal((true, false), (first.IsCompleted, second.IsCompleted));

        test.Machine.Run(() => Complete(pending[1], NtStatus.STATUS_SUCCESS, 2));
        test.Machine.RunUntilIdle();
        Assert.Equal((0, (nuint)2), (test.Process.LockedPages, ResultOf(second).Information));
    }

    [Fact, Proves("MDL-398", "MDL-399")]
    public void What_the_driver_stored_is_visible_whatever_information_says_and_even_after_a_failure()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            VirtualMemory.Write(MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority), 0x2A);
            return Complete(irp, NtStatus.STATUS_IO_DEVICE_ERROR, 1000);
        });
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal(NtStatus.STATUS_IO_DEVICE_ERROR, test.Handle.Read(buffer, 8).Status);

        Assert.Equal(0x2A, test.ReadUser(buffer, 1)[0]);
    }

    [Fact, Proves("MDL-428", "MDL-432", "MDL-433", "MDL-434", "MDL-440", "MDL-567")]
    public void Pages_are_unlocked_by_the_completer_and_the_mdl_is_freed_by_the_requester()
    {
        Irp? pending = null;
        var log = new List<(string Routine, Kirql Irql, string Thread)>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pending = irp;
            return NtStatus.STATUS_PENDING;
        }, trace: record => log.Add((record.Routine, record.Irql, record.Thread.ToString())));
        nuint buffer = test.Process.Allocate(16);
        Task<IoStatusBlock> read = test.Handle.ReadAsync(buffer, 16);
        log.Clear();

        test.Machine.Run(() => Complete(pending!, NtStatus.STATUS_SUCCESS, 16));
        Assert.DoesNotContain(log, entry => entry.Routine == "IoFreeMdl");
        test.Machine.RunUntilIdle();

        (string, Kirql, string)[] expected =
        [
            ("IoCompleteRequest", Kirql.PASSIVE_LEVEL, "System/Main"),
            ("IoCompletionStage1", Kirql.PASSIVE_LEVEL, "System/Main"),
            ("MmUnlockPages", Kirql.PASSIVE_LEVEL, "System/Main"),
            ("IoCompletionStage2", Kirql.APC_LEVEL, "user/Overlapped"),
            ("IoFreeMdl", Kirql.APC_LEVEL, "user/Overlapped"),
        ];
        Assert.Equal(expected, log.Where(entry => expected.Any(e => e.Item1 == entry.Routine)));
        Assert.True(read.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_direct_read_goes_through_its_steps_in_order()
    {
        var steps = new List<string>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return NtStatus.STATUS_PENDING;
        }, driver => driver.DriverStartIo = (device, irp) =>
        {
            Complete(irp, NtStatus.STATUS_SUCCESS, 8);
            IoStartNextPacket(device, cancelable: false);
        }, trace: record => steps.Add(record.Routine));
        nuint buffer = test.Process.Allocate(8);
        DeviceHandle handle = test.Handle;
        steps.Clear();

        handle.Read(buffer, 8);

        Assert.Equal(
            ["NtReadFile", "IoAllocateIrp", "IoAllocateMdl", "MmProbeAndLockPages", "IoCallDriver", "IoMarkIrpPending", "IoStartPacket", "StartIo",
             "IoCompleteRequest", "IoCompletionStage1", "MmUnlockPages", "IoStartNextPacket", "IoCompletionStage2", "IoFreeMdl"], steps);
    }

    [Fact, Proves("MDL-352", "MDL-351")]
    public void A_device_with_both_flags_gets_buffered_reads_and_a_finding()
    {
        (Mdl? Mdl, bool HasBuffer) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO | DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            seen = (irp.MdlAddress, irp.AssociatedIrp.SystemBuffer != 0);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 0);
        }, verifier: VerifierMode.Survey);

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((null, true), seen);
        Finding finding = Assert.Single(test.Machine.Findings);
        Assert.Equal((0xC9u, 0x245ul, "MDL5001"), (finding.BugCheckCode, finding.Parameter1, finding.RuleId));
    }
}
