using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>Requests that IoBuildSynchronousFsdRequest and IoBuildAsynchronousFsdRequest make.</summary>
public sealed class DriverBuiltTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;
    private const uint Length = 0x1800;

    private static nuint Pool() => ExAllocatePool2(POOL_FLAG_NON_PAGED, Length, 1);

    private static KEvent NewEvent()
    {
        var @event = new KEvent();
        KeInitializeEvent(@event, notification: true, state: false);
        return @event;
    }

    [Theory, Proves("MDL-480", "MDL-481", "MDL-485")]
    [InlineData(MajorFunction.IRP_MJ_READ, MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_WRITE_OPERATION)]
    [InlineData(MajorFunction.IRP_MJ_WRITE, MdlFlags.MDL_PAGES_LOCKED)]
    public void A_direct_target_gets_an_mdl_of_the_pool_buffer_that_is_locked_and_not_built(MajorFunction function, MdlFlags flags)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        test.Machine.Run(() =>
        {
            nuint pool = Pool();

            Irp irp = IoBuildAsynchronousFsdRequest(function, test.Device, pool, Length, 0x4000)!;

            ReadParameters parameters = IoGetNextIrpStackLocation(irp).Parameters.Read;
            Assert.Equal((function, Length, 0x4000L), (IoGetNextIrpStackLocation(irp).MajorFunction, parameters.Length, parameters.ByteOffset));
            Assert.Equal((pool, Length, KProcessorMode.KernelMode), (MmGetMdlVirtualAddress(irp.MdlAddress!), MmGetMdlByteCount(irp.MdlAddress!), irp.RequestorMode));
            Assert.Equal(flags, irp.MdlAddress!.MdlFlags & ~MdlFlags.MDL_ALLOCATED_FIXED_SIZE);
            MmUnlockPages(irp.MdlAddress!);
            IoFreeMdl(irp.MdlAddress!);
            irp.MdlAddress = null;
            IoFreeIrp(irp);
            ExFreePool(pool);
        });
    }

    [Fact, Proves("MDL-480")]
    public void A_buffered_target_gets_a_system_buffer()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO);
        test.Machine.Run(() =>
        {
            nuint pool = Pool();
            VirtualMemory.CopyFrom(pool, "data"u8);

            Irp irp = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_WRITE, test.Device, pool, 4, null)!;

            byte[] copy = new byte[4];
            VirtualMemory.CopyTo(irp.AssociatedIrp.SystemBuffer, copy);
            Assert.Equal("data"u8, copy);
            Assert.Equal(IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER, irp.Flags);
            ExFreePool(irp.AssociatedIrp.SystemBuffer);
            IoFreeIrp(irp);
        });
    }

    [Fact, Proves("MDL-480")]
    public void A_target_without_method_gets_the_pointer()
    {
        using var test = new TestDevice(Neither);
        test.Machine.Run(() =>
        {
            Irp irp = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), 4, null)!;

            Assert.Equal((null, (nuint)0), (irp.MdlAddress, irp.AssociatedIrp.SystemBuffer));
            Assert.NotEqual((nuint)0, irp.UserBuffer);
        });
    }

    [Theory, Proves("MDL-483")]
    [InlineData(MajorFunction.IRP_MJ_FLUSH_BUFFERS)]
    [InlineData(MajorFunction.IRP_MJ_SHUTDOWN)]
    [InlineData(MajorFunction.IRP_MJ_PNP)]
    [InlineData(MajorFunction.IRP_MJ_POWER)]
    public void Requests_without_data_get_no_buffer(MajorFunction function)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        test.Machine.Run(() =>
        {
            Irp irp = IoBuildAsynchronousFsdRequest(function, test.Device, Pool(), Length, null)!;

            Assert.Equal((null, (nuint)0, (nuint)0, 0u), (irp.MdlAddress, irp.UserBuffer, irp.AssociatedIrp.SystemBuffer, irp.Flags));
            IoFreeIrp(irp);
        });
    }

    [Fact, Proves("MDL-486")]
    public void An_empty_request_to_a_direct_target_has_no_mdl()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);
        test.Machine.Run(() =>
        {
            Irp irp = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), 0, null)!;

            Assert.Null(irp.MdlAddress);
            IoFreeIrp(irp);
        });
    }

    [Theory, Proves("MDL-482", "MDL-519")]
    [InlineData(DeviceFlags.DO_DIRECT_IO)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO)]
    public void A_bad_buffer_gives_null_and_a_finding(DeviceFlags method)
    {
        using var test = new TestDevice(method, verifier: VerifierMode.Survey);
        long free = test.Machine.FreeFrames;

        Assert.Null(test.Machine.Run(() => IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_WRITE, test.Device, 0x10000, Length, null)));

        Finding finding = Assert.Single(test.Machine.Findings);
        Assert.Equal((0xC9u, 8ul, (ulong)test.Device.Address, 4ul, (ulong)NtStatus.STATUS_ACCESS_VIOLATION),
            (finding.BugCheckCode, finding.Parameter1, finding.Parameter2, finding.Parameter3, finding.Parameter4));
        Assert.Equal(free, test.Machine.FreeFrames);
    }

    /// <summary>Sends an asynchronous read from pool; the completion routine ends it as the documentation asks, or leaves a step out.</summary>
    private static void ReadAsynchronously(TestDevice test, bool unlocks)
    {
        nuint pool = Pool();
        Irp irp = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, pool, Length, 0)!;
        IoSetCompletionRoutine(irp, (device, own, _) =>
        {
            Assert.Null(device);
            if (own.MdlAddress is { } mdl)
            {
                if (unlocks)
                    MmUnlockPages(mdl);
                IoFreeMdl(mdl);
            }

            IoFreeIrp(own);
            return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
        }, null, true, true, true);
        Assert.Equal(NtStatus.STATUS_SUCCESS, IoCallDriver(test.Device, irp));
        ExFreePool(pool);
    }

    [Fact, Proves("MDL-484", "MDL-485")]
    public void The_completion_routine_of_an_asynchronous_request_ends_it()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, Length));
        test.Machine.Run(() => ReadAsynchronously(test, unlocks: true));
        long free = test.Machine.FreeFrames;

        test.Machine.Run(() => ReadAsynchronously(test, unlocks: true));

        Assert.Equal(free, test.Machine.FreeFrames);
    }

    [Fact, Proves("MDL-484", "MDL-497")]
    public void Omitting_the_unlock_of_a_pool_buffer_leaves_its_pages_with_a_reference()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, Length), verifier: VerifierMode.Off);
        test.Machine.Run(() => ReadAsynchronously(test, unlocks: true));
        long free = test.Machine.FreeFrames;

        Exception? stop = Record.Exception(() => test.Machine.Run(() => ReadAsynchronously(test, unlocks: false)));

        Assert.True(stop is BugCheckException || test.Machine.FreeFrames < free, $"{stop} {test.Machine.FreeFrames} of {free}");
    }

    [Fact, Proves("MDL-484")]
    public void An_asynchronous_request_belongs_to_no_thread_and_must_not_reach_the_io_manager()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS), verifier: VerifierMode.Off);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            Irp irp = IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), Length, 0)!;
            IoCallDriver(test.Device, irp);
        }));

        Assert.Equal((0x2Au, "MDL5008"), (stop.Code, stop.RuleId));
    }

    [Theory, Proves("MDL-487", "MDL-443")]
    [InlineData(DeviceFlags.DO_DIRECT_IO, false)]
    [InlineData(DeviceFlags.DO_DIRECT_IO, true)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, false)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, true)]
    public void The_io_manager_ends_a_synchronous_request(DeviceFlags method, bool pends)
    {
        Irp? pending = null;
        using var test = new TestDevice(method, (_, irp) =>
        {
            nuint data = irp.MdlAddress is { } mdl ? MmGetSystemAddressForMdlSafe(mdl, Priority) : irp.AssociatedIrp.SystemBuffer;
            VirtualMemory.CopyFrom(data, "data"u8);
            if (!pends)
                return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
            IoMarkIrpPending(irp);
            pending = irp;
            return NtStatus.STATUS_PENDING;
        });
        test.Machine.Run(() =>
        {
            nuint pool = Pool();
            KEvent @event = NewEvent();
            Irp irp = IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, pool, Length, 0, @event, out IoStatusHolder status)!;
            Mdl? mdl = irp.MdlAddress;

            Assert.Equal(pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_SUCCESS, IoCallDriver(test.Device, irp));
            if (pends)
            {
                Assert.False(@event.IsSet);
                Complete(pending!, NtStatus.STATUS_SUCCESS, 4);
                KeWaitForSingleObject(@event, null);
            }

            byte[] bytes = new byte[4];
            VirtualMemory.CopyTo(pool, bytes);
            Assert.Equal("data"u8, bytes);
            Assert.Equal((true, NtStatus.STATUS_SUCCESS, (nuint)4), (@event.IsSet, status.Value.Status, status.Value.Information));
            Assert.Equal((IrpState.Freed, mdl is not null), (irp.State, mdl is { IsFreed: true }));
            ExFreePool(pool);
        });
    }

    public static TheoryData<NtStatus, bool, bool> Endings() => new()
    {
        { NtStatus.STATUS_SUCCESS, false, true },
        { NtStatus.STATUS_BUFFER_OVERFLOW, false, true },
        { NtStatus.STATUS_END_OF_FILE, false, false },
        { NtStatus.STATUS_SUCCESS, true, true },
        { NtStatus.STATUS_BUFFER_OVERFLOW, true, true },
        { NtStatus.STATUS_END_OF_FILE, true, true },
    };

    [Theory, Proves("MDL-443")]
    [MemberData(nameof(Endings))]
    public void Status_block_and_event_of_a_driver_are_untouched_when_its_request_fails_at_once(NtStatus status, bool pends, bool reports)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, status, 3);
            return pends ? NtStatus.STATUS_PENDING : status;
        });
        test.Machine.Run(() =>
        {
            KEvent @event = NewEvent();
            Irp irp = IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), Length, 0, @event, out IoStatusHolder block)!;
            Mdl mdl = irp.MdlAddress!;

            Assert.Equal(pends ? NtStatus.STATUS_PENDING : status, IoCallDriver(test.Device, irp));

            Assert.Equal(reports ? (true, status, (nuint)3) : (false, NtStatus.STATUS_SUCCESS, (nuint)0), (@event.IsSet, block.Value.Status, block.Value.Information));
            Assert.Equal((IrpState.Freed, true), (irp.State, mdl.IsFreed));
        });
    }

    [Fact, Proves("MDL-487", "MDL-519")]
    public void Freeing_a_synchronous_request_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
            IoFreeIrp(IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), Length, 0, NewEvent(), out _)!)));

        Assert.Equal((0xC9u, 0x20Cul, "MDL5008"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-490", "MDL-519")]
    public void Sending_a_synchronous_request_at_apc_level_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() => SendAtApcLevel(test)));

        Assert.Equal((0xC9u, 0x302ul, "MDL6004"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-490")]
    public void Unwatched_a_synchronous_request_at_apc_level_is_never_reported()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS), verifier: VerifierMode.Off);

        InvalidOperationException deadlock = Assert.Throws<InvalidOperationException>(() => test.Machine.Run(() => SendAtApcLevel(test)));

        Assert.Contains("waits for something", deadlock.Message, StringComparison.Ordinal);
    }

    private static void SendAtApcLevel(TestDevice test)
    {
        KEvent @event = NewEvent();
        Irp irp = IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), Length, 0, @event, out _)!;
        KeRaiseIrql(Kirql.APC_LEVEL, out Kirql old);
        IoCallDriver(test.Device, irp);
        KeWaitForSingleObject(@event, null);
        KeLowerIrql(old);
    }

    [Fact, Proves("MDL-519")]
    public void Sending_a_request_whose_event_is_set_already_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            KEvent @event = NewEvent();
            KeSetEvent(@event, 0, wait: false);
            IoCallDriver(test.Device, IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, Pool(), Length, 0, @event, out _)!);
        }));

        Assert.Equal((0xC9u, 0x307ul), (stop.Code, stop.Parameter1));
    }

    [Theory, Proves("MDL-480", "MDL-488")]
    [InlineData(Kirql.DISPATCH_LEVEL, 0)]
    [InlineData(Kirql.APC_LEVEL, 1)]
    [InlineData(Kirql.APC_LEVEL, 2)]
    public void Building_a_request_above_its_highest_irql_is_a_finding(Kirql irql, int routine)
    {
        using var test = new TestDevice(Neither);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Machine.Run(() =>
        {
            KeRaiseIrql(irql, out Kirql _);
            _ = routine switch
            {
                0 => IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, 0, 0, null),
                1 => IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, test.Device, 0, 0, null, NewEvent(), out _),
                _ => IoBuildDeviceIoControlRequest(0, test.Device, 0, 0, 0, 0, false, NewEvent(), out _),
            };
        }));

        Assert.Equal((0x0Au, "MDL6004"), (stop.Code, stop.RuleId));
    }
}
