using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Verification;

namespace MdlRuntime;

/// <summary>What the I/O verifier watches for, and what the kernel itself refuses.</summary>
internal static class IrpChecks
{
    public const uint BuiltOverInvalidBuffer = 0x08;
    public const uint ControlOverInvalidBuffer = 0x09;
    public const uint FreedInUse = 0x20A;
    public const uint FreedWhileQueuedToThread = 0x20C;
    public const uint InitializedAllocatedIrp = 0x20D;
    public const uint SentAtApcLevel = 0x302;
    public const uint EventAlreadySignalled = 0x307;
    public const uint ReusedInUse = 0x310;
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
            "MDL3001", $"{irp} was used {state}: it belongs to the I/O manager then.")
        {
            Subject = irp,
        });
    }

    public static void FreeByDriver(Processor processor, Irp irp)
    {
        RequireHere(processor, irp);
        if (irp.State == IrpState.Freed)
        {
            Report(processor.System, 0x01, irp.Address, 0, 0, "MDL5008", $"IoFreeIrp was called for {irp}, which is already free.");
            processor.System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x46, irp.Address, 0, 0, $"{irp} was freed twice.", "MDL5008");
        }

        if (processor.System.Verifier.IsOn)
            CheckFree(processor.System, irp);
        processor.System.Trace(nameof(IoManager.IoFreeIrp), irp);
        IrpLookaside irps = IoSystem.Of(processor).Irps;
        if (irp.Origin == IrpOrigin.DriverMemory)
            irps.FreeDriverMemory(irp);
        else
            irps.Free(irp);
    }

    public static void RequireReusable(Processor processor, Irp irp)
    {
        RequireHere(processor, irp);
        if (irp.Thread is not null || irp.State == IrpState.Freed || irp.Origin is IrpOrigin.BuiltThreaded or IrpOrigin.BuiltAsynchronous or IrpOrigin.Associated)
        {
            Report(processor.System, ReuseOfForeignIrp, irp.Address, 0, 0, "MDL5008",
                $"IoReuseIrp was called for {irp}, which did not come from IoAllocateIrp.");
        }
        else if (irp.IsInUse)
        {
            Report(processor.System, ReusedInUse, irp.Address, 0, 0, "MDL5008",
                $"IoReuseIrp was called for {irp}, which a driver below still works on.");
        }
    }

    public static void RequireDriverMemory(Processor processor, Irp irp)
    {
        if (irp.Origin != IrpOrigin.DriverMemory)
        {
            Report(processor.System, InitializedAllocatedIrp, irp.Address, 0, 0, "MDL5008",
                $"IoInitializeIrp was called for {irp}, which came from IoAllocateIrp: it forgets how it was allocated.");
        }
        else if (irp.IsInUse)
        {
            Report(processor.System, ReusedInUse, irp.Address, 0, 0, "MDL5008",
                $"IoInitializeIrp was called for {irp}, which a driver below still works on.");
        }
    }

    /// <summary>Reports a call above the highest IRQL of a routine that Driver Verifier has no number of its own for.</summary>
    public static void RequireIrql(Processor processor, string routine, Kirql highest)
    {
        if (processor.Irql <= highest)
            return;

        processor.System.Verifier.Report(new(BugCheckCode.IRQL_NOT_LESS_OR_EQUAL, 0, (ulong)processor.Irql, 0, 0,
            "MDL6004", $"{routine} was called at {processor.Irql}; its highest is {highest}."));
    }

    /// <summary>What must hold of a request that its originator sends.</summary>
    public static void CheckSent(Processor processor, DeviceObject device, Irp irp)
    {
        if (irp.CurrentLocation <= irp.StackCount)
            return;

        KernelSystem system = processor.System;
        if (irp.UserEvent is { } userEvent && irp.Origin == IrpOrigin.BuiltThreaded)
        {
            if (processor.Irql >= Kirql.APC_LEVEL)
            {
                Report(system, SentAtApcLevel, device.Address, irp.Address, (ulong)processor.Irql, "MDL6004",
                    $"{irp} was sent at {processor.Irql}, where the APC that completes it cannot run.");
            }

            if (userEvent.IsSet)
            {
                Report(system, EventAlreadySignalled, device.Address, irp.Address, 0, null,
                    $"{irp} was sent although its event is signalled already: a wait for it would not wait.");
            }
        }

        if (irp.RequestorMode == KProcessorMode.KernelMode && (irp.FlagBits & IoManager.IRP_PAGING_IO) == 0 && FindUserAddress(irp) is var address and not 0)
        {
            system.Verifier.Report(new(BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION, 0xE2, irp.Address, address, 0, "MDL3002",
                $"{irp} has RequestorMode KernelMode but contains the user address {address:X16}."));
        }
    }

    private static nuint FindUserAddress(Irp irp)
    {
        if (IsUser(irp.CallerBuffer))
            return irp.CallerBuffer;
        IoStackLocation next = irp.Next;
        bool isControl = next.MajorFunction is MajorFunction.IRP_MJ_DEVICE_CONTROL or MajorFunction.IRP_MJ_INTERNAL_DEVICE_CONTROL or MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL;
        nuint input = isControl ? next.ParametersUnchecked.DeviceIoControl.Type3InputBuffer : 0;
        return IsUser(input) ? input : 0;
    }

    private static bool IsUser(nuint address) => address != 0 && address < MemorySystem.UserHalfEnd;

    private static void CheckFree(KernelSystem system, Irp irp)
    {
        if (irp.Origin == IrpOrigin.DriverMemory)
        {
            Report(system, 0x01, irp.Address, 0, 0, "MDL5008", $"IoFreeIrp was called for {irp}, which lies in memory of the driver.");
        }
        else if (irp.Thread is not null)
        {
            Report(system, irp.Origin == IrpOrigin.BuiltThreaded ? FreedWhileQueuedToThread : 0x02, irp.Address, 0, 0, "MDL5008",
                $"IoFreeIrp was called for {irp}, which a thread waits for: only the I/O manager frees it.");
        }
        else if (irp.IsInUse)
        {
            Report(system, FreedInUse, irp.Address, 0, 0, "MDL5008", $"IoFreeIrp was called for {irp}, which a driver below still works on.");
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
