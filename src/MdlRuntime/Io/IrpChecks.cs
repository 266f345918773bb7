using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>What the I/O verifier watches for, and what the kernel itself refuses.</summary>
internal static class IrpChecks
{
    public const uint CompletedWithPendingStatus = 0x06;
    public const uint CompletedWithCancelRoutine = 0x07;
    public const uint ForwardedWithCancelRoutine = 0x203;
    public const uint ReturnedOtherStatus = 0x224;
    public const uint NeitherCompletedNorPended = 0x226;
    public const uint PendingNotPropagated = 0x228;
    public const uint CompletedWithoutForwarding = 0x239;
    public const uint PendingReturnedUnmarked = 0x23D;
    public const uint MarkedButNotReturned = 0x23E;
    public const uint StillInitializing = 0x243;
    public const uint MethodNotPropagated = 0x244;
    public const uint BothMethods = 0x245;
    public const uint ReuseOfForeignIrp = 0x311;
    public const uint InformationTooLarge = 0x312;

    /// <summary>The request, or the fault of a null pointer.</summary>
    public static Irp Require([NotNull] Irp? irp)
    {
        RequireHere(Processor.Current, irp);
        irp.RequireOwned(fieldOffset: 0x43);
        return irp;
    }

    /// <summary>In any state, but not null and not of another machine.</summary>
    public static void RequireHere(Processor processor, [NotNull] Irp? irp)
    {
        if (irp is null)
            FaultOnNull(processor);
        if (irp.System != processor.System)
            throw new ArgumentException($"{irp} belongs to another machine", nameof(irp));
    }

    [DoesNotReturn]
    private static void FaultOnNull(Processor processor)
    {
        processor.AccessFault(0x43, MemoryAccess.Read, PageFault.NotMapped, ruleId: null, "A null IRP was given to an Io routine.");
        throw new InvalidOperationException();
    }

    public static void Report(KernelSystem system, uint what, ulong parameter2, ulong parameter3, ulong parameter4, string? ruleId, string explanation) =>
        system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_IOMANAGER_VIOLATION, what, parameter2, parameter3, parameter4, ruleId, explanation));

    /// <summary>Special pool would fault on a freed request; a completed one is as good as freed to its driver.</summary>
    public static void ReportLateUse(Irp irp, uint fieldOffset)
    {
        // The host may look at a request at any time.
        if (Processor.Ambient is not { } processor || processor.System != irp.System)
            return;

        string state = irp.State == IrpState.Freed ? "after it was freed" : "after IoCompleteRequest";
        irp.System.Verifier.Report(new(BugCheckCode.PAGE_FAULT_IN_FREED_SPECIAL_POOL, irp.Address + fieldOffset, 0, 0, 0,
            "MDL3001", $"{irp} was used {state}: it belongs to the I/O manager then."));
    }

    public static void FreeByDriver(Processor processor, Irp irp)
    {
        RequireHere(processor, irp);
        if (irp.State == IrpState.Freed)
        {
            Report(processor.System, 0x01, irp.Address, 0, 0, "MDL5008", $"IoFreeIrp was called for {irp}, which is already free.");
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, irp.Address, 0, 0, $"{irp} was freed twice.", "MDL5008");
        }

        if (irp.Thread is not null)
        {
            Report(processor.System, 0x02, irp.Address, 0, 0, "MDL5008",
                $"IoFreeIrp was called for {irp}, which a thread waits for: only the I/O manager frees it.");
        }

        processor.System.Trace(nameof(IoManager.IoFreeIrp), irp);
        IoSystem.Of(processor).Irps.Free(irp);
    }

    public static void RequireReusable(Processor processor, Irp irp)
    {
        RequireHere(processor, irp);
        if (irp.Thread is not null || irp.State == IrpState.Freed)
        {
            Report(processor.System, ReuseOfForeignIrp, irp.Address, 0, 0, "MDL5008",
                $"IoReuseIrp was called for {irp}, which did not come from IoAllocateIrp.");
        }
    }

    /// <summary>DO_BUFFERED_IO and DO_DIRECT_IO exclude each other; reported once per device.</summary>
    public static void RequireOneMethod(KernelSystem system, DeviceObject device)
    {
        const DeviceFlags both = DeviceFlags.DO_BUFFERED_IO | DeviceFlags.DO_DIRECT_IO;
        if ((device.Flags & both) != both || device.IsMethodConflictReported)
            return;

        device.IsMethodConflictReported = true;
        Report(system, BothMethods, device.Address, 0, 0, "MDL5001",
            $"{device} has DO_BUFFERED_IO and DO_DIRECT_IO set: its requests are buffered.");
    }

    /// <summary>What must hold of a device when AddDevice has returned.</summary>
    public static void CheckAddedDevice(KernelSystem system, DeviceObject device)
    {
        if ((device.Flags & DeviceFlags.DO_DEVICE_INITIALIZING) != 0)
        {
            Report(system, StillInitializing, device.Address, 0, 0, null,
                $"AddDevice of {device.DriverObject} left DO_DEVICE_INITIALIZING set on {device}: it cannot be opened.");
        }

        RequireOneMethod(system, device);
        const DeviceFlags methods = DeviceFlags.DO_BUFFERED_IO | DeviceFlags.DO_DIRECT_IO;
        if (device.LowerDevice is { } lower && (lower.Flags & methods & ~device.Flags) != 0)
        {
            Report(system, MethodNotPropagated, device.Address, lower.Address, 0, "MDL5001",
                $"{device} lies above {lower}, but does not have its DO_BUFFERED_IO or DO_DIRECT_IO.");
        }
    }
}
