using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.Verification;

/// <summary>A filter above a device, both with dispatch routines of a row's choice, and a read of 8 bytes that reaches them.</summary>
internal sealed class IoScene : IDisposable
{
    public IoScene(IoViolationRow row, VerifierMode mode)
    {
        Lower = (_, irp) => TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
        Test = new(row.Method, verifier: mode, read: (device, irp) => Lower(device, irp),
            setUp: driver => driver.MajorFunction[MajorFunction.IRP_MJ_PNP] = (_, irp) => TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS));
        Filter = Test.AddFilter((_, irp) => row.Dispatch(this, irp));
        Filter.DriverObject.MajorFunction[MajorFunction.IRP_MJ_WRITE] = (_, irp) => row.Dispatch(this, irp);
        Target = Test.Device;
        UserBuffer = Test.Process.Allocate(8);
    }

    public TestDevice Test { get; }

    /// <summary>The device of the driver that does the harm.</summary>
    public DeviceObject Filter { get; }

    /// <summary>The device below it.</summary>
    public DeviceObject Target { get; }

    /// <summary>What the driver below does with reads and writes; completes them until a row says otherwise.</summary>
    public DriverDispatch Lower { get; set; }

    public nuint UserBuffer { get; }

    /// <summary>Second to fourth parameter that the harm must be reported with.</summary>
    public (ulong P2, ulong P3, ulong P4) Expected { get; private set; }

    public void Expect(ulong p2, ulong p3 = 0, ulong p4 = 0) => Expected = (p2, p3, p4);

    /// <summary>A request of the driver's own for the device below, with its next location filled in; its completion routine keeps it.</summary>
    public Irp NewIrp(MajorFunction function = MajorFunction.IRP_MJ_READ, sbyte stackSize = 1)
    {
        Irp irp = IoAllocateIrp(stackSize, false)!;
        IoGetNextIrpStackLocation(irp).MajorFunction = function;
        IoSetCompletionRoutine(irp, (_, _, _) => NtStatus.STATUS_MORE_PROCESSING_REQUIRED, null, true, true, true);
        return irp;
    }

    /// <summary>Hands the request to the driver below.</summary>
    public NtStatus Pass(Irp irp)
    {
        IoSkipCurrentIrpStackLocation(irp);
        return IoCallDriver(Target, irp);
    }

    /// <summary>Lets the driver below pend what it gets, and complete it from a work item.</summary>
    public void LowerPends()
    {
        Lower = (device, irp) =>
        {
            IoMarkIrpPending(irp);
            IoWorkItem item = IoAllocateWorkItem(device)!;
            IoQueueWorkItem(item, (_, _) =>
            {
                IoFreeWorkItem(item);
                TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
            }, null);
            return NtStatus.STATUS_PENDING;
        };
    }

    public void Dispose() => Test.Dispose();
}

/// <summary>One row of the table of bug check 0xC9, or a row of 0xC4 about requests.</summary>
/// <param name="Parameter1">What was violated.</param>
/// <param name="RuleId">The rule that finds it at build time.</param>
/// <param name="Dispatch">The harm, done by a driver that got a read; it says first which parameters it expects.</param>
/// <param name="Off">The stop without verifier; 0 where nothing is noticed at once.</param>
internal sealed record IoViolationRow(ulong Parameter1, string? RuleId, Func<IoScene, Irp, NtStatus> Dispatch, uint Off = 0)
{
    public uint Code { get; init; } = 0xC9;

    public DeviceFlags Method { get; init; } = DeviceFlags.DO_DIRECT_IO;

    /// <summary>Whether the process writes instead of reading.</summary>
    public bool IsWrite { get; init; }
}
