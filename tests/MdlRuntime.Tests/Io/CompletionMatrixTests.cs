using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>What the requester sees, by the status the driver returns, whether it pended, and how the buffer travels.</summary>
public sealed class CompletionMatrixTests
{
    public static TheoryData<DeviceFlags, NtStatus, bool, bool> Combinations()
    {
        var data = new TheoryData<DeviceFlags, NtStatus, bool, bool>();
        foreach (DeviceFlags method in (DeviceFlags[])[Neither, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_DIRECT_IO])
        {
            foreach (NtStatus status in (NtStatus[])[NtStatus.STATUS_SUCCESS, NtStatus.STATUS_TIMEOUT, NtStatus.STATUS_BUFFER_OVERFLOW,
                NtStatus.STATUS_VERIFY_REQUIRED, NtStatus.STATUS_END_OF_FILE, NtStatus.STATUS_CANCELLED])
            {
                foreach (bool pends in (bool[])[false, true])
                {
                    data.Add(method, status, pends, false);
                    data.Add(method, status, pends, true);
                }
            }
        }

        return data;
    }

    /// <summary>
    /// By final status, whether the driver marked the request pending, and the kind of file: what the system service returns, whether the
    /// status block is written and the event signalled, and whether the bytes that the driver stored reach the caller. Buffer columns, by
    /// transfer: read and write buffered, direct and neither; control code buffered, in direct, out direct and neither. Writes store nothing.
    /// </summary>
    private const string Table = """
        status          | pends | file | returned       | block | event | rb rd rn wb wd wn cb ci co cn
        SUCCESS         | no  | sync  | SUCCESS         | x     | x     | x  x  x  -  -  -  x  -  x  x
        SUCCESS         | no  | async | SUCCESS         | x     | x     | x  x  x  -  -  -  x  -  x  x
        SUCCESS         | yes | sync  | SUCCESS         | x     | x     | x  x  x  -  -  -  x  -  x  x
        SUCCESS         | yes | async | PENDING         | x     | x     | x  x  x  -  -  -  x  -  x  x
        TIMEOUT         | no  | sync  | TIMEOUT         | x     | x     | x  x  x  -  -  -  x  -  x  x
        TIMEOUT         | no  | async | TIMEOUT         | x     | x     | x  x  x  -  -  -  x  -  x  x
        TIMEOUT         | yes | sync  | TIMEOUT         | x     | x     | x  x  x  -  -  -  x  -  x  x
        TIMEOUT         | yes | async | PENDING         | x     | x     | x  x  x  -  -  -  x  -  x  x
        BUFFER_OVERFLOW | no  | sync  | BUFFER_OVERFLOW | x     | x     | x  x  x  -  -  -  x  -  x  x
        BUFFER_OVERFLOW | no  | async | BUFFER_OVERFLOW | x     | x     | x  x  x  -  -  -  x  -  x  x
        BUFFER_OVERFLOW | yes | sync  | BUFFER_OVERFLOW | x     | x     | x  x  x  -  -  -  x  -  x  x
        BUFFER_OVERFLOW | yes | async | PENDING         | x     | x     | x  x  x  -  -  -  x  -  x  x
        VERIFY_REQUIRED | no  | sync  | VERIFY_REQUIRED | x     | x     | -  x  x  -  -  -  -  -  x  x
        VERIFY_REQUIRED | no  | async | VERIFY_REQUIRED | x     | x     | -  x  x  -  -  -  -  -  x  x
        VERIFY_REQUIRED | yes | sync  | VERIFY_REQUIRED | x     | x     | -  x  x  -  -  -  -  -  x  x
        VERIFY_REQUIRED | yes | async | PENDING         | x     | x     | -  x  x  -  -  -  -  -  x  x
        END_OF_FILE     | no  | sync  | END_OF_FILE     | -     | -     | -  x  x  -  -  -  -  -  x  x
        END_OF_FILE     | no  | async | END_OF_FILE     | -     | -     | -  x  x  -  -  -  -  -  x  x
        END_OF_FILE     | yes | sync  | END_OF_FILE     | -     | -     | -  x  x  -  -  -  -  -  x  x
        END_OF_FILE     | yes | async | PENDING         | x     | x     | -  x  x  -  -  -  -  -  x  x
        CANCELLED       | no  | sync  | CANCELLED       | -     | -     | -  x  x  -  -  -  -  -  x  x
        CANCELLED       | no  | async | CANCELLED       | -     | -     | -  x  x  -  -  -  -  -  x  x
        CANCELLED       | yes | sync  | CANCELLED       | -     | -     | -  x  x  -  -  -  -  -  x  x
        CANCELLED       | yes | async | PENDING         | x     | x     | -  x  x  -  -  -  -  -  x  x
        """;

    private const uint Length = 8;

    private static readonly (string Name, MajorFunction Function, DeviceFlags Flags, uint Method)[] s_transfers =
    [
        ("rb", MajorFunction.IRP_MJ_READ, DeviceFlags.DO_BUFFERED_IO, 0),
        ("rd", MajorFunction.IRP_MJ_READ, DeviceFlags.DO_DIRECT_IO, 0),
        ("rn", MajorFunction.IRP_MJ_READ, Neither, 0),
        ("wb", MajorFunction.IRP_MJ_WRITE, DeviceFlags.DO_BUFFERED_IO, 0),
        ("wd", MajorFunction.IRP_MJ_WRITE, DeviceFlags.DO_DIRECT_IO, 0),
        ("wn", MajorFunction.IRP_MJ_WRITE, Neither, 0),
        ("cb", MajorFunction.IRP_MJ_DEVICE_CONTROL, Neither, METHOD_BUFFERED),
        ("ci", MajorFunction.IRP_MJ_DEVICE_CONTROL, Neither, METHOD_IN_DIRECT),
        ("co", MajorFunction.IRP_MJ_DEVICE_CONTROL, Neither, METHOD_OUT_DIRECT),
        ("cn", MajorFunction.IRP_MJ_DEVICE_CONTROL, Neither, METHOD_NEITHER),
    ];

    /// <summary>Every row for every transfer: 240 cases.</summary>
    public static TheoryData<string, string, bool, bool, string, bool, bool, bool> Cells()
    {
        var data = new TheoryData<string, string, bool, bool, string, bool, bool, bool>();
        foreach (string line in Table.Split('\n').Skip(1))
        {
            string[] cells = [.. line.Split('|').Select(cell => cell.Trim())];
            string[] buffers = cells[6].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < s_transfers.Length; i++)
                data.Add(s_transfers[i].Name, cells[0], cells[1] == "yes", cells[2] == "async", cells[3], cells[4] == "x", cells[5] == "x", buffers[i] == "x");
        }

        return data;
    }

    [Theory, Proves("MDL-387", "MDL-398", "MDL-399", "MDL-433", "MDL-434", "MDL-436", "MDL-437", "MDL-441", "MDL-442", "MDL-444", "MDL-446", "MDL-465")]
    [MemberData(nameof(Cells))]
    public void What_the_requester_sees(string transfer, string ending, bool pends, bool isAsynchronous, string returned, bool isBlockWritten, bool isEventSet, bool isBufferChanged)
    {
        (_, MajorFunction function, DeviceFlags flags, uint method) = s_transfers.Single(entry => entry.Name == transfer);
        NtStatus status = Enum.Parse<NtStatus>("STATUS_" + ending);
        using var test = new TestDevice(flags, setUp: driver => driver.MajorFunction[function] = (_, irp) =>
        {
            if (function != MajorFunction.IRP_MJ_WRITE && method != METHOD_IN_DIRECT)
                Store(irp);
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, status, 4);
            return pends ? NtStatus.STATUS_PENDING : status;
        });
        nuint buffer = test.Process.Allocate(Length);

        var (seen, request) = test.Issue(new(function, CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, method, FILE_ANY_ACCESS), new(0, 0, buffer, Length)), isAsynchronous);

        Assert.Equal(Enum.Parse<NtStatus>("STATUS_" + returned), seen);
        Assert.Equal((isBlockWritten, isEventSet), (request.IsStatusBlockWritten, request.IsEventSignalled));
        Assert.Equal(isBlockWritten ? (status, (nuint)4) : (request.StatusBlock.Status, 0), (request.StatusBlock.Status, request.StatusBlock.Information));
        Assert.Equal(isBufferChanged ? "data"u8 : "\0\0\0\0"u8, test.ReadUser(buffer, 4));
        Assert.Equal(0, test.Process.LockedPages);
        Assert.Empty(test.Outstanding());
    }

    private static void Store(Irp irp)
    {
        nuint target = irp.MdlAddress is { } mdl
            ? MemoryManager.MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute)
            : irp.AssociatedIrp.SystemBuffer != 0 ? irp.AssociatedIrp.SystemBuffer : irp.UserBuffer;
        VirtualMemory.CopyFrom(target, "data"u8);
    }

    [Theory, Proves("MDL-384", "MDL-449", "MDL-469")]
    [MemberData(nameof(Combinations))]
    public void An_empty_request_follows_the_same_rules(DeviceFlags method, NtStatus status, bool pends, bool isAsynchronous)
    {
        using var test = new TestDevice(method, (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, status);
            return pends ? NtStatus.STATUS_PENDING : status;
        });

        var (_, request) = test.Read(buffer: 0, length: 0, isAsynchronous);

        Assert.Equal((uint)status < 0xC000_0000 || (pends && isAsynchronous), request.IsStatusBlockWritten);
    }

    [Theory, Proves("MDL-438")]
    [InlineData(false, NtStatus.STATUS_BUFFER_OVERFLOW)]
    [InlineData(true, NtStatus.STATUS_ACCESS_VIOLATION)]
    public void A_copy_that_faults_leaves_status_block_and_event_alone(bool pends, NtStatus expected)
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            if (pends)
                IoMarkIrpPending(irp);
            Complete(irp, NtStatus.STATUS_BUFFER_OVERFLOW, 16);
            return pends ? NtStatus.STATUS_PENDING : NtStatus.STATUS_BUFFER_OVERFLOW;
        }, verifier: VerifierMode.Off);

        var (returned, request) = test.Read(test.Process.Allocate(16), length: 0, isAsynchronous: false);

        Assert.Equal(expected, returned);
        Assert.Equal((false, false), (request.IsStatusBlockWritten, request.IsEventSignalled));
    }

    [Fact, Proves("MDL-439")]
    public void Information_above_the_length_of_a_buffered_read_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 9));

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(16), 8));

        Assert.Equal((0xC9u, 0x312ul, "MDL5003"), (stop.Code, stop.Parameter1, stop.RuleId));
    }

    [Fact, Proves("MDL-439")]
    public void Unwatched_information_above_the_length_leaks_pool_to_the_caller()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer + 8, "pool"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 12);
        }, verifier: VerifierMode.Off);
        nuint buffer = test.Process.Allocate(16);

        test.Handle.Read(buffer, 8);

        Assert.Equal("pool"u8, test.ReadUser(buffer + 8, 4));
    }

    [Fact, Proves("MDL-387")]
    public void A_synchronous_read_waits_for_a_completion_from_a_dpc()
    {
        var dpc = new KDpc();
        var timer = new KTimer();
        Irp? pending = null;
        KernelCore.KeInitializeDpc(dpc, (_, _, _, _) => Complete(pending!, NtStatus.STATUS_SUCCESS, 7), null);
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            pending = irp;
            IoMarkIrpPending(irp);
            KernelCore.KeInitializeTimer(timer);
            KernelCore.KeSetTimer(timer, -10_000, dpc);
            return NtStatus.STATUS_PENDING;
        });

        IoStatusBlock result = test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)7), (result.Status, result.Information));
    }

    [Fact]
    public void A_request_that_nobody_can_complete_any_more_is_an_error_of_the_host()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        });

        Assert.Throws<InvalidOperationException>(() => test.Handle.Read(test.Process.Allocate(8), 8));
    }
}
