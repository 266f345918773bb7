using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Model;

internal sealed partial class RequestBench
{
    private readonly Dictionary<Irp, RequestModel> _requestOfIrp = [];

    /// <summary>The request whose IRP the top driver will see next.</summary>
    private RequestModel? _sending;

    private void LoadStack(DeviceFlags method)
    {
        DeviceObject? below = null;
        for (int level = _depth - 1; level >= 0; level--)
        {
            (int here, DeviceObject? lower) = (level, below);
            below = _machine.LoadDriver($"{method}{level}", (driver, _) =>
            {
                DriverDispatch dispatch = (_, irp) => Dispatch(here, lower, irp);
                (driver.MajorFunction[MajorFunction.IRP_MJ_READ], driver.MajorFunction[MajorFunction.IRP_MJ_WRITE]) = (dispatch, dispatch);
                IoCreateDevice(driver, null, lower is null ? NameOf(method) : null, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
                device!.Flags |= method;
                if (lower is not null)
                    IoAttachDeviceToDeviceStack(device, lower);
                return NtStatus.STATUS_SUCCESS;
            }).DeviceObject;
        }
    }

    private NtStatus Dispatch(int level, DeviceObject? lower, Irp irp)
    {
        if (level == 0)
        {
            _requestOfIrp[irp] = _sending!;
            (_sending!.Irp, _sending) = (irp, null);
        }

        RequestModel request = _requestOfIrp[irp];
        CheckSeen(request, irp);
        LevelPlan plan = request.Plans[level];
        switch (plan)
        {
            case LevelPlan.Skip:
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver(lower!, irp);
            case LevelPlan.Forward:
                IoCopyCurrentIrpStackLocationToNext(irp);
                return IoCallDriver(lower!, irp);
            case LevelPlan.CompleteHere:
                return End(request, level, request.Status, request.Information);
            case LevelPlan.PendHere:
                return Pend(request, level);
            default:
                return Watch(request, level, plan, lower!);
        }
    }

    /// <summary>Every driver sees the same buffers, made as the method says.</summary>
    private static void CheckSeen(RequestModel request, Irp irp)
    {
        IoStackLocation location = IoGetCurrentIrpStackLocation(irp);
        Assert.Equal(request.Length, request.IsRead ? location.Parameters.Read.Length : location.Parameters.Write.Length);
        Assert.Equal(request.LockedPages > 0, irp.MdlAddress is not null);
        Assert.Equal(request.IsBuffered && request.Length > 0, !request.IsDirect && irp.AssociatedIrp.SystemBuffer != 0);
        if (irp.MdlAddress is { } mdl)
            Assert.Equal((request.Buffer.Address, request.Length), (MmGetMdlVirtualAddress(mdl), MmGetMdlByteCount(mdl)));
        if (request.Method == 0)
            Assert.Equal(request.Buffer.Address, irp.UserBuffer);
    }

    private NtStatus Watch(RequestModel request, int level, LevelPlan plan, DeviceObject lower)
    {
        Irp irp = request.Irp!;
        bool holds = plan == LevelPlan.Hold;
        if (holds)
        {
            IoMarkIrpPending(irp);
            request.IsMarkedPending = true;
        }

        IoCopyCurrentIrpStackLocationToNext(irp);
        IoSetCompletionRoutine(irp, (_, _, _) => OnCompletion(request, level), null,
            invokeOnSuccess: plan != LevelPlan.WatchFailure, invokeOnError: plan != LevelPlan.WatchSuccess, invokeOnCancel: plan != LevelPlan.WatchSuccess);
        NtStatus status = IoCallDriver(lower, irp);
        return holds ? NtStatus.STATUS_PENDING : status;
    }

    private NtStatus OnCompletion(RequestModel request, int level)
    {
        Irp irp = request.Irp!;
        request.Routines.Add(level);
        Assert.Equal((request.Status, (nuint)request.Information), (irp.IoStatus.Status, irp.IoStatus.Information));
        Assert.Equal(request.IsCancelled, irp.Cancel);
        Assert.True(irp.MdlAddress is null || (irp.MdlAddress.MdlFlags & MdlFlags.MDL_PAGES_LOCKED) != 0, "a completion routine saw unlocked pages");
        if (request.Plans[level] == LevelPlan.Hold)
        {
            CompleteByTimerIfSomebodyWaits(request);
            return NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
        }

        if (irp.PendingReturned)
            IoMarkIrpPending(irp);
        return NtStatus.STATUS_SUCCESS;
    }

    private NtStatus Pend(RequestModel request, int level)
    {
        IoMarkIrpPending(request.Irp!);
        (request.IsMarkedPending, request.LevelsLeft) = (true, level + 1);
        if (request.Method == 0)
            Transfer(request, request.Information);
        if (request.IsCancelable && !request.IsSynchronous)
        {
            IoSetCancelRoutine(request.Irp!, (_, irp) => OnCancel(irp));
            request.CanBeCancelled = true;
        }

        CompleteByTimerIfSomebodyWaits(request);
        return NtStatus.STATUS_PENDING;
    }

    private void OnCancel(Irp irp)
    {
        RequestModel request = _requestOfIrp[irp];
        IoReleaseCancelSpinLock(irp.CancelIrql);
        request.CanBeCancelled = false;
        End(request, request.LevelsLeft - 1, NtStatus.STATUS_CANCELLED, information: 0);
    }

    /// <summary>A caller that waits cannot complete its own request: a DPC does, later.</summary>
    private static void CompleteByTimerIfSomebodyWaits(RequestModel request, RequestBench bench)
    {
        var (dpc, timer) = (new KDpc(), new KTimer());
        KernelCore.KeInitializeDpc(dpc, (_, _, _, _) => bench.Resume(request, request.Status, request.Information), null);
        KernelCore.KeInitializeTimer(timer);
        KernelCore.KeSetTimer(timer, -10_000, dpc);
    }

    private void CompleteByTimerIfSomebodyWaits(RequestModel request)
    {
        if (request.IsSynchronous)
            CompleteByTimerIfSomebodyWaits(request, this);
    }

    private void Resume(RequestModel request, NtStatus status, uint information)
    {
        int level = request.LevelsLeft - 1;
        if (request.CanBeCancelled)
        {
            request.CanBeCancelled = false;
            Assert.NotNull(IoSetCancelRoutine(request.Irp!, null));
        }

        if (level == request.Plans.Length - 1)
            End(request, level, status, information);
        else
            GoOn(request);
    }

    /// <summary>The driver at this level moves the data and completes.</summary>
    private NtStatus End(RequestModel request, int level, NtStatus status, uint information)
    {
        Irp irp = request.Irp!;
        bool isAtOnce = request.Plans[level] == LevelPlan.CompleteHere;
        if (request.Method != 0 || isAtOnce)
            Transfer(request, information);
        (request.Status, request.Information) = (status, information);
        (irp.IoStatus.Status, irp.IoStatus.Information) = (status, information);
        request.LevelsLeft = level + 1;
        GoOn(request);
        return status;
    }

    /// <summary>Completes, again if a routine held the request back, and predicts how far that goes.</summary>
    private void GoOn(RequestModel request)
    {
        Predict(request);
        IoCompleteRequest(request.Irp!, IO_NO_INCREMENT);
    }

    private void Predict(RequestModel request)
    {
        for (int level = request.LevelsLeft - 2; level >= 0; level--)
        {
            if (!IsAsked(request, request.Plans[level]))
                continue;
            request.ExpectedRoutines.Add(level);
            if (request.Plans[level] == LevelPlan.Hold)
            {
                request.LevelsLeft = level + 1;
                return;
            }
        }

        request.IsOver = true;
        _requestOfIrp.Remove(request.Irp!);
        if (request.IsRead && request.IsBuffered && !request.IsError && request.Status != NtStatus.STATUS_VERIFY_REQUIRED)
            PatternOf(request, request.Information).CopyTo(request.Buffer.Bytes, 0);
    }

    private static bool IsAsked(RequestModel request, LevelPlan plan) => plan switch
    {
        LevelPlan.WatchEverything or LevelPlan.Hold => true,
        LevelPlan.WatchSuccess => NT_SUCCESS(request.Status),
        LevelPlan.WatchFailure => !NT_SUCCESS(request.Status) || request.IsCancelled,
        _ => false,
    };

    /// <summary>Reads fill the first bytes of the buffer, whatever status follows; writes find what the process wrote.</summary>
    private static void Transfer(RequestModel request, uint count)
    {
        Irp irp = request.Irp!;
        if (request.Length == 0)
            return;

        nuint address = request.IsDirect ? MmGetSystemAddressForMdlSafe(irp.MdlAddress!, MmPagePriority.HighPagePriority | MmPagePriority.MdlMappingNoExecute)
            : request.IsBuffered ? irp.AssociatedIrp.SystemBuffer : irp.UserBuffer;
        Assert.NotEqual((nuint)0, address);
        if (request.IsRead)
        {
            byte[] pattern = PatternOf(request, count);
            VirtualMemory.CopyFrom(address, pattern);
            if (!request.IsBuffered)
                pattern.CopyTo(request.Buffer.Bytes, 0);
        }
        else if (request.Buffer.IsReadable)
        {
            byte[] seen = new byte[request.Length];
            VirtualMemory.CopyTo(address, seen);
            byte[] expected = request.IsBuffered ? request.Sent : request.Buffer.Bytes[..(int)request.Length];
            Assert.Equal(expected, seen);
        }
    }

    private static byte[] PatternOf(RequestModel request, uint count)
    {
        byte[] pattern = new byte[count];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)(request.Number * 31 + i);
        return pattern;
    }
}
