using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>Values and layouts that drivers are compiled with.</summary>
public sealed class RequestConstantsTests
{
    [Fact, Proves("MDL-349", "DMA-028")]
    public void Device_flags() => Assert.Equal(
        [0x2, 0x4, 0x8, 0x10, 0x20, 0x80, 0x2000, 0x80000],
        ((DeviceFlags[])[DeviceFlags.DO_VERIFY_VOLUME, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_EXCLUSIVE, DeviceFlags.DO_DIRECT_IO,
            DeviceFlags.DO_MAP_IO_BUFFER, DeviceFlags.DO_DEVICE_INITIALIZING, DeviceFlags.DO_POWER_PAGABLE, DeviceFlags.DO_FORCE_NEITHER_IO]).Select(flag => (int)flag));

    [Fact, Proves("MDL-356", "DMA-026")]
    public void Alignments_are_masks() => Assert.Equal(
        [1u, 2, 4, 8, 16, 32, 64, 128, 256, 512],
        ((uint[])[FILE_BYTE_ALIGNMENT, FILE_WORD_ALIGNMENT, FILE_LONG_ALIGNMENT, FILE_QUAD_ALIGNMENT, FILE_OCTA_ALIGNMENT, FILE_32_BYTE_ALIGNMENT,
            FILE_64_BYTE_ALIGNMENT, FILE_128_BYTE_ALIGNMENT, FILE_256_BYTE_ALIGNMENT, FILE_512_BYTE_ALIGNMENT]).Select(mask => mask + 1));

    [Fact, Proves("MDL-362")]
    public void Request_flags() => Assert.Equal<uint[]>(
        [0x1, 0x2, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x40, 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000],
        [IRP_NOCACHE, IRP_PAGING_IO, IRP_MOUNT_COMPLETION, IRP_SYNCHRONOUS_API, IRP_ASSOCIATED_IRP, IRP_BUFFERED_IO, IRP_DEALLOCATE_BUFFER, IRP_INPUT_OPERATION,
            IRP_SYNCHRONOUS_PAGING_IO, IRP_CREATE_OPERATION, IRP_READ_OPERATION, IRP_WRITE_OPERATION, IRP_CLOSE_OPERATION, IRP_DEFER_IO_COMPLETION,
            IRP_OB_QUERY_NAME, IRP_HOLD_DEVICE_QUEUE]);

    [Fact, Proves("MDL-363")]
    public void Control_bits_of_a_stack_location() => Assert.Equal(
        [0x01, 0x02, 0x20, 0x40, 0x80],
        [SL_PENDING_RETURNED, SL_ERROR_RETURNED, SL_INVOKE_ON_CANCEL, SL_INVOKE_ON_SUCCESS, SL_INVOKE_ON_ERROR]);

    [Fact, Proves("MDL-364")]
    public void Allocation_flags() => Assert.Equal(
        [0x01, 0x02, 0x04, 0x08], [IRP_QUOTA_CHARGED, IRP_ALLOCATED_MUST_SUCCEED, IRP_ALLOCATED_FIXED_SIZE, IRP_LOOKASIDE_ALLOCATION]);

    [Theory, Proves("MDL-365")]
    [InlineData(MajorFunction.IRP_MJ_CREATE, 0x00)]
    [InlineData(MajorFunction.IRP_MJ_CLOSE, 0x02)]
    [InlineData(MajorFunction.IRP_MJ_READ, 0x03)]
    [InlineData(MajorFunction.IRP_MJ_WRITE, 0x04)]
    [InlineData(MajorFunction.IRP_MJ_QUERY_INFORMATION, 0x05)]
    [InlineData(MajorFunction.IRP_MJ_SET_INFORMATION, 0x06)]
    [InlineData(MajorFunction.IRP_MJ_QUERY_EA, 0x07)]
    [InlineData(MajorFunction.IRP_MJ_SET_EA, 0x08)]
    [InlineData(MajorFunction.IRP_MJ_FLUSH_BUFFERS, 0x09)]
    [InlineData(MajorFunction.IRP_MJ_QUERY_VOLUME_INFORMATION, 0x0A)]
    [InlineData(MajorFunction.IRP_MJ_SET_VOLUME_INFORMATION, 0x0B)]
    [InlineData(MajorFunction.IRP_MJ_DIRECTORY_CONTROL, 0x0C)]
    [InlineData(MajorFunction.IRP_MJ_FILE_SYSTEM_CONTROL, 0x0D)]
    [InlineData(MajorFunction.IRP_MJ_DEVICE_CONTROL, 0x0E)]
    [InlineData(MajorFunction.IRP_MJ_INTERNAL_DEVICE_CONTROL, 0x0F)]
    [InlineData(MajorFunction.IRP_MJ_SHUTDOWN, 0x10)]
    [InlineData(MajorFunction.IRP_MJ_CLEANUP, 0x12)]
    [InlineData(MajorFunction.IRP_MJ_QUERY_SECURITY, 0x14)]
    [InlineData(MajorFunction.IRP_MJ_SET_SECURITY, 0x15)]
    [InlineData(MajorFunction.IRP_MJ_POWER, 0x16)]
    [InlineData(MajorFunction.IRP_MJ_SYSTEM_CONTROL, 0x17)]
    [InlineData(MajorFunction.IRP_MJ_QUERY_QUOTA, 0x19)]
    [InlineData(MajorFunction.IRP_MJ_SET_QUOTA, 0x1A)]
    [InlineData(MajorFunction.IRP_MJ_PNP, 0x1B)]
    public void Major_functions(MajorFunction function, int code) => Assert.Equal(code, (int)function);

    [Fact, Proves("MDL-402")]
    public void A_control_code_is_made_of_four_fields()
    {
        Assert.Equal<uint[]>([0, 1, 2, 3], [METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT, METHOD_NEITHER]);
        Assert.Equal<uint[]>([0, 1, 2], [FILE_ANY_ACCESS, FILE_READ_DATA, FILE_WRITE_DATA]);
        Assert.Equal((0x1234u << 16) | (3u << 14) | (0xABCu << 2) | 2, CTL_CODE(0x1234, 0xABC, METHOD_OUT_DIRECT, FILE_READ_DATA | FILE_WRITE_DATA));
    }

    /// <summary>A field that is touched after the request is gone is reported by its address.</summary>
    [Fact, Proves("MDL-359", "MDL-360")]
    public void Fields_of_a_request_lie_where_the_headers_put_them()
    {
        using var test = new TestDevice(TestDevice.Neither, verifier: VerifierMode.Survey);
        ulong[] offsets = test.Machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(2, chargeQuota: false)!;
            IoStackLocation second = IoGetNextIrpStackLocation(irp);
            IoSetNextIrpStackLocation(irp);
            IoStackLocation first = IoGetNextIrpStackLocation(irp);
            Assert.Equal((short)6, irp.Type);
            Assert.Equal(208 + 2 * 72, irp.Size);
            IoFreeIrp(irp);
            _ = irp.MdlAddress;
            _ = irp.Flags;
            _ = irp.AssociatedIrp;
            _ = irp.IoStatus;
            _ = irp.UserBuffer;
            _ = irp.Tail;
            _ = first.Parameters.Read.Length;
            _ = second.Parameters.Read.Length;
            return test.Machine.Findings.Select(finding => finding.Parameter1 - irp.Address).ToArray();
        });

        Assert.Equal([0x08, 0x10, 0x18, 0x30, 0x70, 0x78, 0xD0 + 0x08, 0xD0 + 0x48 + 0x08], offsets);
    }

    [Fact, Proves("MDL-359")]
    public void Stack_count_and_location_are_read_where_the_headers_put_them()
    {
        using var machine = new MdlRuntime.Simulation.Machine();

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            KernelCore.KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql _);
            IoGetCurrentIrpStackLocation(null!);
        }));

        Assert.Equal((0xD1u, 0x43ul), (stop.Code, stop.Parameter1));
    }
}
