using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Verification;

/// <summary>The table of bug check 0xC9, and the rows of 0xC4 about requests: every row provoked, in strict, survey and off mode.</summary>
public sealed class IoManagerViolationTests
{
    /// <summary>In place of a stop: the requester waits for ever, which the machine notices when nothing can happen any more.</summary>
    private const uint Hangs = uint.MaxValue;
    private const uint OutDirect = 0x0022_2002;

    private static readonly Dictionary<string, IoViolationRow> s_rows = new()
    {
        ["free of what is no request any more"] = new(0x01, "MDL5008", (scene, irp) =>
        {
            Irp own = scene.NewIrp();
            IoFreeIrp(own);
            scene.Expect(own.Address);
            IoFreeIrp(own);
            return scene.Pass(irp);
        }, Off: 0xC2),
        ["free of a request that a thread waits for"] = new(0x02, "MDL5008", (scene, irp) =>
        {
            scene.Expect(irp.Address);
            IoFreeIrp(irp);
            return STATUS_SUCCESS;
        }),
        ["invalid device object"] = new(0x04, null, (scene, irp) =>
        {
            IoCreateDevice(scene.Target.DriverObject, null, null, 0, 0, false, out DeviceObject? gone);
            IoDeleteDevice(gone!);
            Irp own = scene.NewIrp();
            scene.Expect(gone!.Address, own.Address);
            IoCallDriver(gone, own);
            return scene.Pass(irp);
        }),
        ["IRQL changed by a dispatch routine"] = new(0x05, "MDL6004", (scene, irp) =>
        {
            NtStatus status = scene.Pass(irp);
            scene.Expect(scene.Filter.Address, 0, 2);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql _);
            return status;
        }, Off: 0xC8),
        ["completed with STATUS_PENDING"] = new(0x06, "MDL5004", (scene, irp) =>
        {
            scene.Expect((ulong)STATUS_PENDING, irp.Address);
            IoMarkIrpPending(irp);
            return TestDevice.Complete(irp, STATUS_PENDING);
        }),
        ["completed with -1"] = new(0x06, "MDL5004", (scene, irp) =>
        {
            scene.Expect(uint.MaxValue, irp.Address);
            return TestDevice.Complete(irp, unchecked((NtStatus)uint.MaxValue));
        }),
        ["completed with the cancel routine set"] = new(0x07, null, (scene, irp) =>
        {
            IoSetCancelRoutine(irp, (_, _) => { });
            scene.Expect(0, irp.Address);
            return TestDevice.Complete(irp, STATUS_SUCCESS);
        }),
        ["IoBuildAsynchronousFsdRequest over a bad buffer"] = new(0x08, "MDL3002", (scene, irp) =>
        {
            scene.Expect(scene.Target.Address, (ulong)MajorFunction.IRP_MJ_READ, (ulong)STATUS_ACCESS_VIOLATION);
            Assert.Null(IoBuildAsynchronousFsdRequest(MajorFunction.IRP_MJ_READ, scene.Target, 0x10, 8, 0));
            return scene.Pass(irp);
        }),
        ["IoBuildDeviceIoControlRequest over a bad buffer"] = new(0x09, "MDL3002", (scene, irp) =>
        {
            scene.Expect(scene.Target.Address, OutDirect, (ulong)STATUS_ACCESS_VIOLATION);
            Assert.Null(IoBuildDeviceIoControlRequest(OutDirect, scene.Target, 0, 0, 0x10, 8, false, new(), out _));
            return scene.Pass(irp);
        }),
        ["completed above DISPATCH_LEVEL"] = new(0x0E, "MDL6004", (scene, irp) =>
        {
            scene.Expect(15, irp.Address);
            KeRaiseIrql(Kirql.HIGH_LEVEL, out Kirql old);
            NtStatus status = TestDevice.Complete(irp, STATUS_SUCCESS);
            KeLowerIrql(old);
            return status;
        }),
        ["sent above DISPATCH_LEVEL"] = new(0x10, "MDL6004", (scene, irp) =>
        {
            scene.Expect(scene.Target.Address, 15, irp.Address);
            KeRaiseIrql(Kirql.HIGH_LEVEL, out Kirql old);
            NtStatus status = scene.Pass(irp);
            KeLowerIrql(old);
            return status;
        }),
        ["sent with the own cancel routine set"] = new(0x203, null, (scene, irp) =>
        {
            IoSetCancelRoutine(irp, (_, _) => { });
            scene.Expect(scene.Target.Address, irp.Address);
            return scene.Pass(irp);
        }),
        ["stack location not prepared"] = new(0x206, "MDL5005", (scene, irp) =>
        {
            scene.Expect(irp.Address, scene.Target.Address);
            return IoCallDriver(scene.Target, irp);
        }),
        ["about to run out of stack locations"] = new(0x208, null, (scene, irp) =>
        {
            Irp own = scene.NewIrp(MajorFunction.IRP_MJ_CLEANUP);
            scene.Expect(own.Address, scene.Filter.Address, 1);
            IoCallDriver(scene.Filter, own);
            return scene.Pass(irp);
        }),
        ["free of a request in use"] = new(0x20A, "MDL5008", (scene, irp) =>
        {
            scene.Lower = (_, pended) =>
            {
                IoMarkIrpPending(pended);
                return STATUS_PENDING;
            };
            Irp own = scene.NewIrp();
            IoCallDriver(scene.Target, own);
            scene.Expect(own.Address);
            IoFreeIrp(own);
            return TestDevice.Complete(irp, STATUS_SUCCESS);
        }),
        ["free of a request queued to a thread"] = new(0x20C, "MDL5008", (scene, irp) =>
        {
            Irp own = NewSynchronous(scene, new());
            scene.Expect(own.Address);
            IoFreeIrp(own);
            return scene.Pass(irp);
        }),
        ["IoInitializeIrp of a request from IoAllocateIrp"] = new(0x20D, "MDL5008", (scene, irp) =>
        {
            Irp own = scene.NewIrp();
            scene.Expect(own.Address);
            IoInitializeIrp(own, IoSizeOfIrp(1), 1);
            return scene.Pass(irp);
        }),
        ["another status returned than completed with"] = new(0x224, "MDL5004", (scene, irp) =>
        {
            scene.Expect(0, irp.Address, (ulong)STATUS_END_OF_FILE);
            TestDevice.Complete(irp, STATUS_END_OF_FILE);
            return STATUS_SUCCESS;
        }),
        ["neither completed nor forwarded nor pended"] = new(0x226, "MDL5005", (scene, irp) =>
        {
            scene.Expect(0, irp.Address, (ulong)STATUS_SUCCESS);
            return STATUS_SUCCESS;
        }),
        ["PendingReturned not propagated"] = new(0x228, "MDL5004", (scene, irp) =>
        {
            scene.LowerPends();
            scene.Expect(0, irp.Address);
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, (_, _, _) => STATUS_SUCCESS, null, true, true, true);
            return IoCallDriver(scene.Target, irp);
        }, Off: Hangs),
        ["cancel routine set while a lower driver holds the request"] = new(0x229, null, (scene, irp) =>
        {
            scene.LowerPends();
            IoCopyCurrentIrpStackLocationToNext(irp);
            NtStatus status = IoCallDriver(scene.Target, irp);
            scene.Expect(irp.Address);
            IoSetCancelRoutine(irp, (_, _) => { });
            IoSetCancelRoutine(irp, null);
            return status;
        }),
        ["completed but never sent"] = new(0x239, "MDL5005", (scene, irp) =>
        {
            Irp own = scene.NewIrp();
            scene.Expect(0, own.Address);
            IoCompleteRequest(own, IO_NO_INCREMENT);
            return scene.Pass(irp);
        }, Off: 0x2A),
        ["sent at an IRQL illegal for the function"] = new(0x23A, "MDL6004", (scene, irp) =>
        {
            Irp own = scene.NewIrp(MajorFunction.IRP_MJ_PNP);
            scene.Expect(scene.Target.Address, own.Address, 2);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            IoCallDriver(scene.Target, own);
            KeLowerIrql(old);
            return scene.Pass(irp);
        }),
        ["STATUS_PENDING without IoMarkIrpPending"] = new(0x23D, "MDL5004", (scene, irp) =>
        {
            scene.Expect(0, irp.Address);
            IoWorkItem item = IoAllocateWorkItem(scene.Filter)!;
            IoQueueWorkItem(item, (_, _) => TestDevice.Complete(irp, STATUS_SUCCESS), null);
            return STATUS_PENDING;
        }, Off: Hangs),
        ["marked pending but returned something else"] = new(0x23E, "MDL5004", (scene, irp) =>
        {
            scene.Expect(0, irp.Address, (ulong)STATUS_SUCCESS);
            IoMarkIrpPending(irp);
            return scene.Pass(irp);
        }, Off: 0x44),
        ["sent at APC_LEVEL"] = new(0x302, "MDL6004", (scene, irp) =>
        {
            var @event = new KEvent();
            Irp own = NewSynchronous(scene, @event);
            scene.Expect(scene.Target.Address, own.Address, 1);
            KeRaiseIrql(Kirql.APC_LEVEL, out Kirql old);
            IoCallDriver(scene.Target, own);
            KeLowerIrql(old);
            return scene.Pass(irp);
        }),
        ["event already signalled"] = new(0x307, null, (scene, irp) =>
        {
            var @event = new KEvent();
            Irp own = NewSynchronous(scene, @event);
            KeSetEvent(@event, 0, false);
            scene.Expect(scene.Target.Address, own.Address);
            IoCallDriver(scene.Target, own);
            return scene.Pass(irp);
        }),
        ["reuse of a request in use"] = new(0x310, "MDL5008", (scene, irp) =>
        {
            scene.Lower = (_, pended) =>
            {
                IoMarkIrpPending(pended);
                return STATUS_PENDING;
            };
            Irp own = scene.NewIrp();
            IoCallDriver(scene.Target, own);
            scene.Expect(own.Address);
            IoReuseIrp(own, STATUS_SUCCESS);
            return TestDevice.Complete(irp, STATUS_SUCCESS);
        }),
        ["reuse of a request from an IoBuild routine"] = new(0x311, "MDL5008", (scene, irp) =>
        {
            Irp own = NewSynchronous(scene, new());
            scene.Expect(own.Address);
            IoReuseIrp(own, STATUS_SUCCESS);
            return scene.Pass(irp);
        }),
        ["Information too large"] = new(0x312, "MDL5003", (scene, irp) =>
        {
            scene.Expect(9, irp.Address, 8);
            return TestDevice.Complete(irp, STATUS_SUCCESS, 9);
        })
        {
            Method = DeviceFlags.DO_BUFFERED_IO,
        },
        ["kernel request with a user address"] = new(0xE2, "MDL3002", (scene, irp) =>
        {
            Irp own = scene.NewIrp();
            own.UserBuffer = scene.UserBuffer;
            scene.Expect(own.Address, scene.UserBuffer);
            IoCallDriver(scene.Target, own);
            return scene.Pass(irp);
        })
        {
            Code = 0xC4,
        },
        ["IRQL changed by a completion routine"] = new(0xFA, "MDL6004", (scene, irp) =>
        {
            Irp own = scene.NewIrp();
            IoSetCompletionRoutine(own, (_, _, _) =>
            {
                KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql _);
                return STATUS_MORE_PROCESSING_REQUIRED;
            }, null, true, true, true);
            scene.Expect(0, 0, 2);
            IoCallDriver(scene.Target, own);
            KeLowerIrql(Kirql.PASSIVE_LEVEL);
            return scene.Pass(irp);
        })
        {
            Code = 0xC4,
        },
        ["cancelled request not completed in time"] = new(0x135, null, (scene, irp) =>
        {
            const long milliseconds = 300_001;
            IoCancelIrp(irp);
            KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10_000 * milliseconds);
            scene.Expect(irp.Address, (ulong)milliseconds);
            return TestDevice.Complete(irp, STATUS_CANCELLED);
        })
        {
            Code = 0xC4,
        },
        ["invariant write buffer changed"] = new(0x1010, null, (scene, irp) =>
        {
            Irp own = NewInvariant(scene, irp, MajorFunction.IRP_MJ_WRITE, out nuint address);
            scene.Lower = (_, write) =>
            {
                scene.Expect(scene.Target.Address, write.Address, address);
                VirtualMemory.Write(address, (byte)1);
                return TestDevice.Complete(write, STATUS_SUCCESS);
            };
            return EndInvariant(scene, own, irp);
        })
        {
            Code = 0xC4, IsWrite = true,
        },
        ["invariant read buffer changed on the way down"] = new(0x1011, null, (scene, irp) =>
        {
            Irp own = NewInvariant(scene, irp, MajorFunction.IRP_MJ_READ, out nuint address);
            bool isDown = false;
            scene.Lower = (_, read) =>
            {
                if (isDown)
                    return TestDevice.Complete(read, STATUS_SUCCESS);
                isDown = true;
                scene.Expect(scene.Target.Address, read.Address, address);
                VirtualMemory.Write(address, (byte)1);
                IoCopyCurrentIrpStackLocationToNext(read);
                return IoCallDriver(scene.Target, read);
            };
            return EndInvariant(scene, own, irp);
        })
        {
            Code = 0xC4,
        },
        ["completed under a spin lock"] = new(MdlChecks.CalledUnderLock, "MDL6003", (scene, irp) =>
        {
            var spinLock = new KSpinLock();
            KeAcquireSpinLock(spinLock, out Kirql old);
            scene.Expect(irp.Address, 2);
            NtStatus status = TestDevice.Complete(irp, STATUS_SUCCESS);
            KeReleaseSpinLock(spinLock, old);
            return status;
        })
        {
            Code = 0xC4,
        },
        ["sent under a spin lock"] = new(MdlChecks.CalledUnderLock, "MDL6003", (scene, irp) =>
        {
            var spinLock = new KSpinLock();
            KeAcquireSpinLock(spinLock, out Kirql old);
            scene.Expect(irp.Address, 2);
            NtStatus status = scene.Pass(irp);
            KeReleaseSpinLock(spinLock, old);
            return status;
        })
        {
            Code = 0xC4,
        },
    };

    /// <summary>Rows that no driver of this machine can cause, or that other tests have, and why.</summary>
    private static readonly Dictionary<uint, string> s_elsewhere = new()
    {
        [0x03] = "a request is a typed object: nothing else can be passed",
        [0x0C] = "status blocks and events are host objects, which no stack takes with it", [0x0D] = "as 0x0C",
        [0x11] = "numbers of 0x10 for other ways to call", [0x12] = "as 0x11",
        [0x207] = "the completion routine of a location cannot be copied by hand", [0x212] = "locations are typed objects that nothing tramples on",
        [0x20B] = "another number for 0x20A and 0x20C", [0x238] = "another number for 0x20D", [0x24C] = "another number for 0x23D",
        [0x23C] = "the enhanced form of 0x07, which comes first",
        [0x21C] = "an inefficiency and no misuse: correct drivers do it",
        [0x227] = "code is not in simulated memory, so it cannot be pageable",
        [0x243] = nameof(Simulation.DriverLoadingTests), [0x244] = nameof(Simulation.DriverLoadingTests), [0x245] = nameof(DirectReadTests),
    };

    private static readonly uint[] s_table =
    [
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0C, 0x0D, 0x0E, 0x10, 0x11, 0x12, 0x203, 0x206, 0x207, 0x208, 0x20A, 0x20B, 0x20C,
        0x20D, 0x212, 0x21C, 0x224, 0x226, 0x227, 0x228, 0x229, 0x238, 0x239, 0x23A, 0x23C, 0x23D, 0x23E, 0x243, 0x244, 0x245, 0x24C, 0x302, 0x307,
        0x310, 0x311, 0x312,
    ];

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory, Proves("MDL-514", "MDL-518", "MDL-519", "DMA-317")]
    [MemberData(nameof(Names))]
    public void Strict_mode_stops_with_the_numbers_of_the_table(string name)
    {
        (IoViolationRow row, Exception? thrown, IReadOnlyList<Finding> findings, var expected) = Do(name, VerifierMode.Strict);

        BugCheckException stop = Assert.IsType<BugCheckException>(thrown);
        Assert.Equal((row.Code, row.Parameter1, expected, row.RuleId),
            (stop.Code, stop.Parameter1, (stop.Parameter2, stop.Parameter3, stop.Parameter4), stop.RuleId));
        Assert.Single(findings);
    }

    [Theory, Proves("MDL-519")]
    [MemberData(nameof(Names))]
    public void Survey_mode_records_them_and_goes_on(string name)
    {
        (IoViolationRow row, Exception? thrown, IReadOnlyList<Finding> findings, var expected) = Do(name, VerifierMode.Survey);

        StopOf(thrown);
        Assert.Contains((row.Code, row.Parameter1, expected, row.RuleId), findings.Select(finding =>
            (finding.BugCheckCode, finding.Parameter1, (finding.Parameter2, finding.Parameter3, finding.Parameter4), finding.RuleId)));
    }

    [Theory, Proves("MDL-519", "MDL-550")]
    [MemberData(nameof(Names))]
    public void Off_mode_does_the_damage_within_the_machine(string name)
    {
        (IoViolationRow row, Exception? thrown, IReadOnlyList<Finding> findings, _) = Do(name, VerifierMode.Off);

        Assert.Empty(findings);
        Assert.Equal(row.Off, StopOf(thrown));
    }

    [Fact, Proves("MDL-519")]
    public void Every_row_of_the_table_is_here_or_says_where_else() =>
        Assert.All(s_table, what => Assert.True(
            s_elsewhere.ContainsKey(what) ^ s_rows.Values.Any(row => row.Code == 0xC9 && row.Parameter1 == what), $"0x{what:X}"));

    private static (IoViolationRow Row, Exception? Thrown, IReadOnlyList<Finding> Findings, (ulong, ulong, ulong) Expected) Do(string name, VerifierMode mode)
    {
        IoViolationRow row = s_rows[name];
        using var scene = new IoScene(row, mode);
        Exception? thrown = Record.Exception(() =>
        {
            DeviceHandle handle = scene.Test.Handle;
            _ = row.IsWrite ? handle.Write(scene.UserBuffer, 8) : handle.Read(scene.UserBuffer, 8);
            scene.Test.Machine.RunUntilIdle();
        });
        return (row, thrown, scene.Test.Machine.Findings, scene.Expected);
    }

    private static uint StopOf(Exception? thrown) => thrown switch
    {
        BugCheckException stop => stop.Code,
        InvalidOperationException waits when waits.Message.Contains("waits for something that can no longer happen", StringComparison.Ordinal) => Hangs,
        _ => thrown is null ? 0u : throw new InvalidOperationException("the host saw something else than a kernel's answer", thrown),
    };

    private static Irp NewSynchronous(IoScene scene, KEvent @event)
    {
        nuint buffer = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 8, 1);
        return IoBuildSynchronousFsdRequest(MajorFunction.IRP_MJ_READ, scene.Target, buffer, 8, 0, @event, out _)!;
    }

    /// <summary>A request of the driver's own over the caller's pages, mapped and promised not to change.</summary>
    private static Irp NewInvariant(IoScene scene, Irp irp, MajorFunction function, out nuint address)
    {
        Mdl mdl = irp.MdlAddress!;
        mdl.MdlFlags |= MdlFlags.MDL_PAGE_CONTENTS_INVARIANT;
        address = MmGetSystemAddressForMdlSafe(mdl, Mdls.MdlTestSupport.Priority);
        Irp own = scene.NewIrp(function, stackSize: 3);
        own.MdlAddress = mdl;
        return own;
    }

    private static NtStatus EndInvariant(IoScene scene, Irp own, Irp irp)
    {
        IoCallDriver(scene.Target, own);
        own.MdlAddress = null;
        IoFreeIrp(own);
        return TestDevice.Complete(irp, STATUS_SUCCESS);
    }
}
