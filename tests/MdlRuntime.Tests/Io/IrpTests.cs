using MdlRuntime.Simulation;
using System.Runtime.CompilerServices;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.Io;

public sealed class IrpTests
{
    [Theory, Proves("MDL-360", "MDL-584")]
    [InlineData(1, 280)]
    [InlineData(2, 352)]
    [InlineData(8, 784)]
    public void A_request_takes_208_bytes_and_72_per_location(sbyte stackSize, int bytes) => Assert.Equal(bytes, IoSizeOfIrp(stackSize));

    [Fact, Proves("MDL-360", "MDL-361")]
    public void Parameters_are_a_union_with_pointer_aligned_members()
    {
        StackParameters parameters = default;
        parameters.Write.Length = 7;
        parameters.Write.ByteOffset = 9;

        Assert.Equal((7u, 9L, 7u, 9u), (parameters.Read.Length, parameters.Read.ByteOffset,
            parameters.DeviceIoControl.OutputBufferLength, parameters.DeviceIoControl.IoControlCode));
        Assert.Equal(0x20, Unsafe.SizeOf<StackParameters>());
    }

    [Fact, Proves("MDL-368")]
    public void An_allocated_request_is_blank_and_stands_behind_its_last_location()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(3, chargeQuota: false)!;

            Assert.Equal(((sbyte)3, (sbyte)4), (irp.StackCount, irp.CurrentLocation));
            Assert.Equal((null, 0u, (nuint)0, KProcessorMode.KernelMode), (irp.MdlAddress, irp.Flags, irp.UserBuffer, irp.RequestorMode));
            Assert.True(MemoryManager.MmIsAddressValid(irp.Address));
            IoFreeIrp(irp);
        });
    }

    [Fact, Proves("MDL-459")]
    public void An_originator_can_take_a_location_for_itself()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(2, chargeQuota: false)!;
            IoStackLocation next = IoGetNextIrpStackLocation(irp);

            IoSetNextIrpStackLocation(irp);

            Assert.Same(next, IoGetCurrentIrpStackLocation(irp));
        });
    }

    [Fact, Proves("MDL-492")]
    public void Reusing_a_request_forgets_its_mdl()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 16, 1);
            Irp irp = IoAllocateIrp(1, chargeQuota: false)!;
            Mdl mdl = IoAllocateMdl(pool, 16, secondaryBuffer: false, chargeQuota: false, irp)!;

            IoReuseIrp(irp, NtStatus.STATUS_NOT_SUPPORTED);

            Assert.Equal((null, NtStatus.STATUS_NOT_SUPPORTED), (irp.MdlAddress, irp.IoStatus.Status));
            IoFreeMdl(mdl);
            IoFreeIrp(irp);
        });
    }

    [Fact]
    public void Freeing_a_request_twice_is_a_finding()
    {
        using var machine = new Machine();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.Run(() =>
        {
            Irp irp = IoAllocateIrp(1, chargeQuota: false)!;
            IoFreeIrp(irp);
            IoFreeIrp(irp);
        }));

        Assert.Equal((0xC9u, 1ul), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void Freeing_a_request_that_a_thread_waits_for_is_a_finding()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoFreeIrp(irp);
            return NtStatus.STATUS_SUCCESS;
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(0, 0));

        Assert.Equal((0xC9u, 2ul), (stop.Code, stop.Parameter1));
    }

    [Fact]
    public void A_null_request_is_a_null_pointer()
    {
        using var machine = new Machine();
        machine.Run(() =>
        {
            Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(() => IoMarkIrpPending(null!)).Status);
            Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(() => IoCompleteRequest(null!, 0)).Status);
        });
    }
}
