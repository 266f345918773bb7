using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Io.TestDevice;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Io;

/// <summary>One MDL on its way through several drivers.</summary>
public sealed class SharedMdlTests
{
    private const MmPagePriority Priority = MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute;

    private static NtStatus Forward(DeviceObject device, Irp irp) => IoCallDriver((DeviceObject)device.DeviceExtension!, irp);

    /// <summary>Fills what both the MDL and the stack location allow.</summary>
    private static NtStatus Fill(DeviceObject device, Irp irp)
    {
        Mdl mdl = irp.MdlAddress!;
        uint length = Math.Min(MmGetMdlByteCount(mdl), IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length);
        byte[] pattern = [.. Enumerable.Repeat((byte)'x', (int)length)];
        VirtualMemory.CopyFrom(MmGetSystemAddressForMdlSafe(mdl, Priority), pattern);
        return Complete(irp, NtStatus.STATUS_SUCCESS, length);
    }

    [Fact, Proves("MDL-463", "MDL-462", "MDL-389")]
    public void A_shorter_length_for_the_lower_driver_leaves_the_mdl_as_it_is()
    {
        uint byteCount = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (device, irp) =>
        {
            byteCount = MmGetMdlByteCount(irp.MdlAddress!);
            return Fill(device, irp);
        });
        test.AddFilter((device, irp) =>
        {
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoGetNextIrpStackLocation(irp).Parameters.Read.Length = 3;
            return Forward(device, irp);
        });
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal((nuint)3, test.Handle.Read(buffer, 8).Information);

        Assert.Equal(8u, byteCount);
        Assert.Equal("xxx\0"u8, test.ReadUser(buffer, 4));
    }

    [Fact, Proves("MDL-463", "MDL-112")]
    public void A_partial_mdl_describes_a_shifted_buffer_for_the_lower_driver()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Fill);
        test.AddFilter((device, irp) =>
        {
            Mdl whole = irp.MdlAddress!;
            nuint start = MmGetMdlVirtualAddress(whole) + 2;
            Mdl part = IoAllocateMdl(start, 3, false, false, null)!;
            IoBuildPartialMdl(whole, part, start, 3);
            irp.MdlAddress = part;
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoGetNextIrpStackLocation(irp).Parameters.Read.Length = 3;
            IoSetCompletionRoutine(irp, (_, own, context) =>
            {
                IoFreeMdl(own.MdlAddress!);
                own.MdlAddress = (Mdl)context!;
                return NtStatus.STATUS_CONTINUE_COMPLETION;
            }, whole, true, true, true);
            return Forward(device, irp);
        });
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal((nuint)3, test.Handle.Read(buffer, 8).Information);

        Assert.Equal("\0\0xxx\0"u8, test.ReadUser(buffer, 6));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-464")]
    public void Drivers_of_a_stack_share_one_mapping()
    {
        nuint upper = 0, lower = 0;
        int ptesUpper = 0, ptesLower = 0;
        TestDevice? open = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            lower = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            ptesLower = open!.Machine.FreeSystemPtes;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        open = test;
        test.AddFilter((device, irp) =>
        {
            upper = MmGetSystemAddressForMdlSafe(irp.MdlAddress!, Priority);
            ptesUpper = test.Machine.FreeSystemPtes;
            IoSkipCurrentIrpStackLocation(irp);
            return Forward(device, irp);
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Equal((upper, ptesUpper), (lower, ptesLower));
        Assert.NotEqual((nuint)0, upper);
    }

    /// <summary>A highest-level driver takes the raw pointer and makes what the driver below works with.</summary>
    [Fact, Proves("MDL-354")]
    public void The_highest_driver_may_use_neither_io_above_a_direct_one()
    {
        (nuint UserBuffer, Mdl? Mdl) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Fill);
        DeviceObject top = test.AddFilter((device, irp) =>
        {
            seen = (irp.UserBuffer, irp.MdlAddress);
            uint length = IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length;
            Mdl mdl = IoAllocateMdl(irp.UserBuffer, length, false, false, irp)!;
            MmProbeAndLockPages(mdl, irp.RequestorMode, LockOperation.IoWriteAccess);
            IoCopyCurrentIrpStackLocationToNext(irp);
            return Forward(device, irp);
        });
        top.Flags &= ~DeviceFlags.DO_DIRECT_IO;
        nuint buffer = test.Process.Allocate(8);

        Assert.Equal((nuint)8, test.Handle.Read(buffer, 8).Information);

        Assert.Equal((buffer, null), seen);
        Assert.Equal("xxxxxxxx"u8, test.ReadUser(buffer, 8));
        Assert.Equal(0, test.Process.LockedPages);
    }

    [Fact, Proves("MDL-354", "MDL-353")]
    public void A_direct_driver_below_a_buffered_one_finds_no_mdl()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Fill);
        DeviceObject top = test.AddFilter((device, irp) =>
        {
            IoSkipCurrentIrpStackLocation(irp);
            return Forward(device, irp);
        });
        top.Flags = (top.Flags & ~DeviceFlags.DO_DIRECT_IO) | DeviceFlags.DO_BUFFERED_IO;

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0x3Bu, "MDL2001"), (stop.Code, stop.RuleId));
    }
}
