using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Scenarios;

/// <summary>A machine with a careful direct-I/O driver, and a process that uses it.</summary>
internal sealed class StoryRig : IDisposable
{
    public const string Name = @"\Device\Story";

    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    public StoryRig(VerifierMode verifier)
    {
        Machine = new(new() { Verifier = verifier, Trace = record => Faults += record.Routine == "Fault" ? 1 : 0 });
        Machine.LoadDriver("story", (driver, _) =>
        {
            DriverDispatch succeed = (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 0);
            driver.MajorFunction[MajorFunction.IRP_MJ_CREATE] = succeed;
            driver.MajorFunction[MajorFunction.IRP_MJ_CLEANUP] = succeed;
            driver.MajorFunction[MajorFunction.IRP_MJ_CLOSE] = succeed;
            driver.MajorFunction[MajorFunction.IRP_MJ_READ] = Dispatch;
            driver.MajorFunction[MajorFunction.IRP_MJ_WRITE] = Dispatch;
            NtStatus status = IoCreateDevice(driver, null, Name, FILE_DEVICE_UNKNOWN, 0, exclusive: false, out DeviceObject? device);
            if (device is not null)
                device.Flags |= DeviceFlags.DO_DIRECT_IO;
            return status;
        });
        Process = Machine.CreateProcess("story");
    }

    public Machine Machine { get; }

    /// <summary>The process of the current telling; a telling may end it.</summary>
    public UserProcess Process { get; private set; }

    /// <summary>Whether the driver keeps requests until <see cref="CompleteOldest"/>.</summary>
    public bool Pends { get; set; }

    public List<Irp> Pending { get; } = [];

    /// <summary>Calls of the driver's read and write routine.</summary>
    public int Calls { get; private set; }

    /// <summary>What the driver saw of the last request.</summary>
    public (uint Offset, uint Count, uint Span, uint MappedOffset) Seen { get; private set; }

    public uint SeenLength { get; private set; }

    public bool SawMdl { get; private set; }

    /// <summary>Bytes that the last write brought.</summary>
    public byte[] Written { get; private set; } = [];

    /// <summary>Calls that the fault plan made fail.</summary>
    public int Faults { get; private set; }

    /// <summary>What must be the same before and after.</summary>
    public (long Frames, int Ptes, int Blocks, int LockedPages) Resources =>
        (Machine.FreeFrames, Machine.FreeSystemPtes, Machine.System.Memory.NonPagedPool.Live.Count, Process.LockedPages);

    public void Begin()
    {
        if (Process.Object.HasExited)
            Process = Machine.CreateProcess("story");
        (Pends, Calls, Seen, SeenLength, SawMdl, Written, Faults) = (false, 0, default, 0, false, [], 0);
        Pending.Clear();
    }

    /// <summary>Opens the device; null and the status when that fails.</summary>
    public DeviceHandle? Open(out NtStatus status)
    {
        try
        {
            status = NtStatus.STATUS_SUCCESS;
            return Process.Open(Name);
        }
        catch (NtStatusException failure)
        {
            status = failure.Status;
            return null;
        }
    }

    /// <summary>Completes the oldest request that the driver keeps, in the context of the system process.</summary>
    public void CompleteOldest()
    {
        if (Pending.Count == 0)
            return;

        Irp irp = Pending[0];
        Pending.RemoveAt(0);
        Machine.Run(() =>
        {
            if (IoSetCancelRoutine(irp, null) is not null)
                Transfer(irp);
        });
        Machine.RunUntilIdle();
    }

    public byte[] ReadUser(nuint address, int length)
    {
        byte[] bytes = new byte[length];
        Process.Read(address, bytes);
        return bytes;
    }

    public void Dispose() => Machine.Dispose();

    private NtStatus Dispatch(DeviceObject device, Irp irp)
    {
        Calls++;
        SeenLength = IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length;
        SawMdl = irp.MdlAddress is not null;
        if (!Pends)
            return Transfer(irp);

        IoMarkIrpPending(irp);
        Pending.Add(irp);
        IoSetCancelRoutine(irp, Cancel);
        return NtStatus.STATUS_PENDING;
    }

    private void Cancel(DeviceObject device, Irp irp)
    {
        IoReleaseCancelSpinLock(irp.CancelIrql);
        Pending.Remove(irp);
        Complete(irp, NtStatus.STATUS_CANCELLED, 0);
    }

    private NtStatus Transfer(Irp irp)
    {
        if (irp.MdlAddress is not { } mdl)
            return Complete(irp, NtStatus.STATUS_SUCCESS, 0);
        nuint data = MmGetSystemAddressForMdlSafe(mdl, Priority);
        if (data == 0)
            return Complete(irp, NtStatus.STATUS_INSUFFICIENT_RESOURCES, 0);

        uint count = MmGetMdlByteCount(mdl);
        Seen = (MmGetMdlByteOffset(mdl), count, ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(mdl), count), BYTE_OFFSET(data));
        if (IoGetCurrentIrpStackLocation(irp).MajorFunction == MajorFunction.IRP_MJ_READ)
        {
            byte[] pattern = [.. Enumerable.Range('0', (int)count).Select(value => (byte)value)];
            VirtualMemory.CopyFrom(data, pattern);
        }
        else
        {
            byte[] bytes = new byte[count];
            VirtualMemory.CopyTo(data, bytes);
            Written = bytes;
        }

        return Complete(irp, NtStatus.STATUS_SUCCESS, count);
    }

    private static NtStatus Complete(Irp irp, NtStatus status, nuint information)
    {
        (irp.IoStatus.Status, irp.IoStatus.Information) = (status, information);
        IoCompleteRequest(irp, IO_NO_INCREMENT);
        return status;
    }
}
