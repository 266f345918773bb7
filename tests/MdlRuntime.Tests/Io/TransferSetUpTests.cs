using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Io;

public sealed class TransferSetUpTests
{
    [Theory, Proves("MDL-381", "MDL-384", "MDL-385", "MDL-386", "MDL-367", "DMA-028", "DMA-112")]
    [InlineData(Neither, true, 8u, IRP_READ_OPERATION)]
    [InlineData(Neither, true, 0u, IRP_READ_OPERATION)]
    [InlineData(Neither, false, 8u, IRP_WRITE_OPERATION)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, true, 8u, IRP_READ_OPERATION | IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_INPUT_OPERATION)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, true, 0u, IRP_READ_OPERATION | IRP_BUFFERED_IO | IRP_INPUT_OPERATION)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, false, 8u, IRP_WRITE_OPERATION | IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO, false, 0u, IRP_WRITE_OPERATION | IRP_BUFFERED_IO)]
    [InlineData(DeviceFlags.DO_DIRECT_IO, true, 8u, IRP_READ_OPERATION)]
    [InlineData(DeviceFlags.DO_DIRECT_IO, true, 0u, IRP_READ_OPERATION)]
    [InlineData(DeviceFlags.DO_DIRECT_IO, false, 8u, IRP_WRITE_OPERATION)]
    [InlineData(DeviceFlags.DO_DIRECT_IO, false, 0u, IRP_WRITE_OPERATION)]
    public void The_flags_of_the_device_decide_which_buffer_a_request_carries(DeviceFlags method, bool isRead, uint length, uint flags)
    {
        (bool Mdl, bool SystemBuffer, nuint UserBuffer, uint Flags) seen = default;
        using var test = new TestDevice(method, (_, irp) =>
        {
            seen = (irp.MdlAddress is not null, irp.AssociatedIrp.SystemBuffer != 0, irp.UserBuffer, irp.Flags);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(8);

        IoStatusBlock result = isRead ? test.Handle.Read(buffer, length) : test.Handle.Write(buffer, length);

        Assert.Equal(NtStatus.STATUS_SUCCESS, result.Status);
        bool isBuffered = method == DeviceFlags.DO_BUFFERED_IO;
        bool isUserBufferSet = method == 0 || (isBuffered && isRead);
        Assert.Equal(method == DeviceFlags.DO_DIRECT_IO && length > 0, seen.Mdl);
        Assert.Equal(isBuffered && length > 0, seen.SystemBuffer);
        Assert.Equal(isUserBufferSet ? buffer : 0, seen.UserBuffer);
        Assert.Equal(flags | IRP_DEFER_IO_COMPLETION, seen.Flags);
    }

    [Theory, Proves("MDL-372", "MDL-371", "MDL-379")]
    [InlineData(Neither)]
    [InlineData(DeviceFlags.DO_BUFFERED_IO)]
    [InlineData(DeviceFlags.DO_DIRECT_IO)]
    public void A_bad_pointer_is_an_access_violation_before_the_driver_is_called(DeviceFlags method)
    {
        int calls = 0;
        using var test = new TestDevice(method, (_, irp) =>
        {
            calls++;
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });
        nuint buffer = test.Process.Allocate(0x1000);
        (nuint, uint)[] bad = [(0, 1), (buffer + 0x1000, 1), (buffer, 0x1001), (unchecked((nuint)0xFFFF_F880_0000_0000), 8), (unchecked((nuint)0x7FFF_FFFE_FFFF), 2)];

        foreach ((nuint address, uint length) in bad)
            Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Read(address, length).Status);

        Assert.Equal((0, 0), (calls, test.Process.LockedPages));
    }

    [Theory, Proves("MDL-371", "MDL-379", "MDL-384")]
    [InlineData(DeviceFlags.DO_BUFFERED_IO)]
    [InlineData(DeviceFlags.DO_DIRECT_IO)]
    public void A_write_from_memory_that_cannot_be_read_is_an_access_violation(DeviceFlags method)
    {
        using var test = new TestDevice(method, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        nuint buffer = test.Process.Allocate(0x1000, protection: PageProtection.PAGE_NOACCESS);

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Write(buffer, 8).Status);
        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, test.Handle.Write(buffer + 0x1000, 8).Status);
    }

    [Theory, Proves("MDL-374")]
    [InlineData(true, -1L, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(false, -1L, NtStatus.STATUS_SUCCESS)]
    [InlineData(true, -2L, NtStatus.STATUS_SUCCESS)]
    [InlineData(true, -3L, NtStatus.STATUS_INVALID_PARAMETER)]
    [InlineData(false, long.MinValue, NtStatus.STATUS_INVALID_PARAMETER)]
    public void Only_the_special_negative_offsets_are_taken(bool isRead, long byteOffset, NtStatus expected)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));

        IoStatusBlock result = isRead ? test.Handle.Read(0, 0, byteOffset) : test.Handle.Write(0, 0, byteOffset);

        Assert.Equal(expected, result.Status);
    }

    [Fact, Proves("MDL-374", "MDL-378")]
    public void Offset_and_length_reach_the_stack_location_and_move_the_file_position()
    {
        var seen = new List<(uint, long)>();
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            ReadParameters read = IoGetCurrentIrpStackLocation(irp).Parameters.Read;
            seen.Add((read.Length, read.ByteOffset));
            return Complete(irp, NtStatus.STATUS_SUCCESS, 3);
        });
        nuint buffer = test.Process.Allocate(16);

        test.Handle.Read(buffer, 16, byteOffset: 0x1_0000_0000);
        test.Handle.Read(buffer, 5, byteOffset: -2);

        Assert.Equal([(16u, 0x1_0000_0000), (5u, 0x1_0000_0003)], seen);
    }

    [Fact, Proves("MDL-377", "MDL-368", "MDL-386")]
    public void The_driver_gets_a_user_mode_request_at_passive_level_in_the_requesting_process()
    {
        (KProcessorMode Mode, Kirql Irql, EProcess Process, sbyte Count, sbyte Current, MajorFunction Major, bool File) seen = default;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
            seen = (irp.RequestorMode, KernelCore.KeGetCurrentIrql(), ProcessStructure.PsGetCurrentProcess(), irp.StackCount, irp.CurrentLocation,
                stack.MajorFunction, stack.FileObject is not null);
            return Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        test.Handle.Write(0, 0);

        Assert.Equal((KProcessorMode.UserMode, Kirql.PASSIVE_LEVEL, test.Process.Object, (sbyte)1, (sbyte)1, MajorFunction.IRP_MJ_WRITE, true), seen);
    }

    [Fact, Proves("MDL-384", "MDL-437")]
    public void Buffered_data_is_copied_in_before_and_out_after_the_driver()
    {
        byte[] written = new byte[3];
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            if (IoGetCurrentIrpStackLocation(irp).MajorFunction == MajorFunction.IRP_MJ_WRITE)
                VirtualMemory.CopyTo(irp.AssociatedIrp.SystemBuffer, written);
            else
                VirtualMemory.CopyFrom(irp.AssociatedIrp.SystemBuffer, "xyz"u8);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 2);
        });
        nuint buffer = test.Process.Allocate(3, pageOffset: 0xFFE);
        test.Process.Write(buffer, "abc"u8);

        Assert.Equal((nuint)2, test.Handle.Write(buffer, 3).Information);
        Assert.Equal((nuint)2, test.Handle.Read(buffer, 3).Information);

        Assert.Equal("abc"u8, written);
        Assert.Equal("xyc"u8, test.ReadUser(buffer, 3));
    }

    [Fact, Proves("MDL-353")]
    public void The_top_of_the_stack_decides_the_method()
    {
        Mdl? seen = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS));
        DeviceObject filter = test.AddFilter((device, irp) =>
        {
            seen = irp.MdlAddress;
            IoSkipCurrentIrpStackLocation(irp);
            return IoCallDriver((DeviceObject)device.DeviceExtension!, irp);
        });
        filter.Flags &= ~DeviceFlags.DO_DIRECT_IO;

        Assert.Equal(NtStatus.STATUS_SUCCESS, test.Handle.Read(test.Process.Allocate(8), 8).Status);

        Assert.Null(seen);
    }

    [Fact]
    public void Nothing_is_left_of_many_requests_of_every_kind()
    {
        int round = 0;
        using var test = new TestDevice(0, (_, irp) => Complete(irp, ++round % 3 == 0 ? NtStatus.STATUS_IO_DEVICE_ERROR : NtStatus.STATUS_SUCCESS));
        nuint buffer = test.Process.Allocate(0x5000);
        nuint readOnly = test.Process.Allocate(0x2000, protection: PageProtection.PAGE_READONLY);
        void Requests()
        {
            foreach (DeviceFlags method in (DeviceFlags[])[0, DeviceFlags.DO_BUFFERED_IO, DeviceFlags.DO_DIRECT_IO])
            {
                test.Device.Flags = method;
                foreach (uint length in (uint[])[0, 1, 0xFFF, 0x1001, 0x5000])
                {
                    test.Handle.Read(buffer, length);
                    test.Handle.Write(buffer, length);
                    test.Handle.Read(readOnly, length);
                    test.Handle.Write(0, length);
                }
            }
        }

        for (int i = 0; i < 40; i++)
            Requests();
        (long frames, int ptes) = (test.Machine.FreeFrames, test.Machine.FreeSystemPtes);
        for (int i = 0; i < 20; i++)
            Requests();

        Assert.Equal((frames, ptes, 0), (test.Machine.FreeFrames, test.Machine.FreeSystemPtes, test.Process.LockedPages));
    }

    [Theory]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_warm_synchronous_direct_read_allocates_nothing_on_the_host(VerifierMode verifier)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) => Complete(irp, NtStatus.STATUS_SUCCESS, 8), verifier: verifier);
        nuint buffer = test.Process.Allocate(0x2000, pageOffset: 0x10);
        DeviceHandle handle = test.Handle;
        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                handle.Read(buffer, 0x1800);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure();

        // A collection on another thread may round a measurement up; a real allocation shows in every one.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));
    }
}
