using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>The mistakes that documentation warns of, each committed: what an unverified machine does, and what the verifier says.</summary>
public sealed class DriverErrorTests
{
    [Theory, Proves("DMA-326", "DMA-112")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_driver_that_forgets_empty_requests_stops_the_machine_with_their_missing_mdl(VerifierMode verifier)
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Start, driver => driver.DriverStartIo = (_, irp) =>
        {
            MmGetMdlVirtualAddress(irp.MdlAddress!);
            Assert.Fail("there is no MDL");
        }, verifier);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(1), 0));
        Assert.Equal((BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, "MDL2001"), (stop.Code, stop.RuleId));

        static NtStatus Start(DeviceObject device, Irp irp)
        {
            IoMarkIrpPending(irp);
            IoStartPacket(device, irp);
            return STATUS_PENDING;
        }
    }

    [Theory, Proves("DMA-327", "DMA-113")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Following_the_mdls_address_as_a_pointer_fails_where_its_process_is_not_the_current_one(VerifierMode verifier)
    {
        using var bench = new DmaBench(Physical(verifier));
        Mdl mdl = bench.Lock(100, 0x38);
        // By chance it works in the process that owns the buffer.
        bench.App.Run(() => Assert.Equal(0, VirtualMemory.Read<byte>(MmGetMdlVirtualAddress(mdl))));
        bench.Machine.Run(() => Assert.Equal(STATUS_ACCESS_VIOLATION,
            Assert.Throws<NtStatusException>(() => VirtualMemory.Read<byte>(MmGetMdlVirtualAddress(mdl))).Status));
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() => VirtualMemory.Read<byte>(MmGetMdlVirtualAddress(mdl))));
        Assert.Equal(BugCheckCode.DRIVER_IRQL_NOT_LESS_OR_EQUAL, stop.Code);
    }

    [Theory, Proves("DMA-328", "DMA-099")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_device_that_is_given_physical_addresses_finds_nothing_there(VerifierMode verifier)
    {
        using var bench = new DmaBench(new() { Verifier = verifier });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x38);
        nuint system = bench.Machine.Run(() => MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute));
        bench.Machine.Run(() => Map(adapter, mdl, null, mdl.VirtualAddress, 100));
        long physical = bench.Machine.Run(() => MmGetPhysicalAddress(system)).QuadPart;
        if (verifier == VerifierMode.Off)
            bench.AtDispatch(() => Assert.Contains("physical address", Assert.Throws<BusFaultException>(() => DeviceWrites(adapter, physical, 1)).Message));
        else
            Assert.Equal("MDL4001", bench.Stops(0x26, () => DeviceWrites(adapter, physical, 1)).RuleId);
    }

    [Fact, Proves("DMA-328")]
    public void Without_verifier_an_address_cut_to_32_bits_corrupts_the_memory_of_somebody_else()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off) with { MemoryBytes = 5L << 30 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x101000), stranger = bench.Lock(4096, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            Assert.Equal(0x1_0100_0000, logical);
            DeviceWrites(adapter, (uint)logical, Bytes(4096, 0x55));
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);

            Assert.Equal(Bytes(4096, 0), bench.Read(mdl, mdl.VirtualAddress, 4096));
            Assert.Equal(Bytes(4096, 0x55), bench.Read(stranger, stranger.VirtualAddress, 4096));
        });
    }

    [Fact, Proves("DMA-328")]
    public void The_verifier_stops_at_an_address_cut_to_32_bits()
    {
        using var bench = new DmaBench(Physical() with { MemoryBytes = 5L << 30 });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x101000);
        bench.Stops(0x26, () => DeviceWrites(adapter, (uint)Map(adapter, mdl, null, mdl.VirtualAddress, 4096).Address, 1));
    }

    [Theory, Proves("DMA-329", "DMA-138", "DMA-075")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_driver_that_asks_for_what_it_wanted_instead_of_what_was_granted_is_never_called(VerifierMode verifier)
    {
        using var bench = new DmaBench(Physical(verifier, mapRegisters: 2));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64, out uint granted);
        Assert.Equal(2u, granted);
        Action ask = () => Assert.Equal(STATUS_INSUFFICIENT_RESOURCES,
            adapter.AllocateAdapterChannel(bench.Device, 4, (_, _, _, _) => throw new InvalidOperationException("called"), null));
        if (verifier == VerifierMode.Off)
            bench.AtDispatch(ask);
        else
            Assert.Equal(("MDL4005", 4ul, 2ul), bench.Stops(0x0C, ask) is var stop ? (stop.RuleId, stop.Parameter2, stop.Parameter3) : default);
    }

    [Theory, Proves("DMA-330", "DMA-099")]
    [InlineData(false, 0x55)]
    [InlineData(true, 0xAA)]
    public void Without_verifier_a_missing_flush_loses_the_data_only_where_it_is_bounced(bool isBounced, byte expected)
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(isBounced ? Packet24 : ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x38, 0x1000);
        bench.Write(mdl, mdl.VirtualAddress, Bytes(100, 0xAA));
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, Bytes(100, 0x55));
            adapter.FreeMapRegisters(registers, 1);
            // Too late: the registers are gone, and what was in them too.
            Assert.False(adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false) && isBounced);
        });
        Assert.Equal(Bytes(100, expected), bench.Read(mdl, mdl.VirtualAddress, 100));
    }

    [Fact, Proves("DMA-332", "DMA-101", "DMA-103")]
    public void What_the_processor_writes_between_map_and_flush_is_lost_where_the_read_is_bounced()
    {
        // No verifier sees the processor's access.
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 1);
            (long logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
            DeviceWrites(adapter, logical, Bytes(100, 0x55));
            Assert.Equal(Bytes(100, 0), bench.Read(mdl, mdl.VirtualAddress, 100));
            bench.Write(mdl, mdl.VirtualAddress, Bytes(100, 0x77));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
            Assert.Equal(Bytes(100, 0x55), bench.Read(mdl, mdl.VirtualAddress, 100));
        });
    }

    [Theory, Proves("DMA-333", "DMA-157")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Handing_MapTransfer_the_length_of_the_request_itself_ends_the_transfer_with_the_first_run(VerifierMode verifier)
    {
        // Nothing is misused in the eyes of a verifier: the driver only forgets what was asked for.
        DmaAdapter? adapter = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, Read, verifier: verifier, options: new() { Frames = FramePolicy.Scattered });
        adapter = test.Machine.Run(() => IoGetDmaAdapter(test.Device, ScatterGather64, out _))!;
        nuint buffer = test.Process.Allocate(10000, 0xF38);

        IoStatusBlock result = test.Handle.Read(buffer, 10000);

        Assert.Equal((STATUS_SUCCESS, (nuint)200), (result.Status, result.Information));

        NtStatus Read(DeviceObject device, Irp irp)
        {
            IoStackLocation stack = IoGetCurrentIrpStackLocation(irp);
            Mdl mdl = irp.MdlAddress!;
            nuint currentVa = MmGetMdlVirtualAddress(mdl);
            uint done = 0;
            while (done < stack.Parameters.Read.Length)
            {
                adapter!.MapTransfer(mdl, null, currentVa + done, ref stack.Parameters.Read.Length, writeToDevice: false);
                done += stack.Parameters.Read.Length;
            }

            adapter!.FlushAdapterBuffers(mdl, null, currentVa, done, writeToDevice: false);
            return TestDevice.Complete(irp, STATUS_SUCCESS, stack.Parameters.Read.Length);
        }
    }

    [Theory, Proves("DMA-335")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void Pages_locked_for_reading_only_are_changed_all_the_same_when_the_device_writes(VerifierMode verifier)
    {
        using var bench = new DmaBench(Physical(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        nuint buffer = bench.App.Allocate(4096);
        bench.App.Protect(buffer, 4096, PageProtection.PAGE_READONLY);
        Mdl mdl = null!;
        bench.App.Run(() =>
        {
            mdl = IoAllocateMdl(buffer, 4096, false, false, null)!;
            // The right operation of a device read would have been refused.
            Assert.Throws<NtStatusException>(() => MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess));
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);
        });
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            DeviceWrites(adapter, logical, Bytes(4096, 0x55));
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);
        });

        byte[] seen = new byte[4096];
        bench.App.Read(buffer, seen);
        Assert.Equal(Bytes(4096, 0x55), seen);
    }

    [Fact, Proves("DMA-336")]
    public void Without_verifier_a_device_that_runs_past_the_last_page_corrupts_its_neighbour()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x1000), neighbour = bench.Lock(4096, 0, 0x1001);
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            DeviceWrites(adapter, logical, Bytes(4096 + 16, 0x55));
            Assert.Equal([.. Bytes(16, 0x55), .. Bytes(4080, 0)], bench.Read(neighbour, neighbour.VirtualAddress, 4096));
        });
    }

    [Theory, Proves("DMA-336")]
    [InlineData(100u, 16u)]
    [InlineData(4096u, 16u)]
    public void The_verifier_stops_a_device_that_runs_past_the_end_of_what_is_mapped(uint length, uint excess)
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(length, 0, 0x1000);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() =>
            DeviceWrites(adapter, Map(adapter, mdl, null, mdl.VirtualAddress, length).Address, Bytes(length + excess, 0x55))));
        Assert.Equal((0xE6u, length == 4096 ? 0x26ul : 0x0Ful), (stop.Code, stop.Parameter1));
        Assert.Equal(Bytes(length, 0), bench.Read(mdl, mdl.VirtualAddress, length));
    }

    [Theory, Proves("DMA-337", "DMA-180")]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_driver_validated_in_place_is_not_what_the_device_reads_unless_it_was_copied(bool isBounced)
    {
        // The user's thread changes its buffer after the driver looked at it and before the device does.
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(isBounced ? Packet24 : ScatterGather64);
        Mdl mdl = bench.Lock(100, 0, 0x1000);
        bench.App.Write(mdl.VirtualAddress, Bytes(100, 0x11));
        long logical = 0;
        MapRegisters? registers = null;
        bench.AtDispatch(() =>
        {
            registers = bench.Allocate(adapter, 1);
            Assert.Equal(Bytes(100, 0x11), bench.Read(mdl, mdl.VirtualAddress, 100));
            (logical, _) = Map(adapter, mdl, registers, mdl.VirtualAddress, 100, writeToDevice: true);
        });
        bench.App.Write(mdl.VirtualAddress, Bytes(100, 0x22));
        bench.AtDispatch(() =>
        {
            Assert.Equal(Bytes(100, isBounced ? (byte)0x11 : (byte)0x22), DeviceReads(adapter, logical, 100));
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: true);
        });
    }

    [Fact, Proves("DMA-338")]
    public void Two_devices_that_hold_registers_while_they_wait_for_more_wait_for_ever()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter first = bench.GetAdapter(Packet24), second = bench.GetAdapter(Packet24);
        DeviceObject firstDevice = bench.NewDevice(), secondDevice = bench.NewDevice();
        bench.AtDispatch(() =>
        {
            MapRegisters? held = bench.Allocate(first, 2), heldToo = bench.Allocate(second, 2);
            int granted = 0;
            DriverControl more = (_, _, _, _) =>
            {
                granted++;
                return IoAllocationAction.DeallocateObject;
            };
            first.AllocateAdapterChannel(firstDevice, 2, more, null);
            second.AllocateAdapterChannel(secondDevice, 2, more, null);
            Assert.Equal(0, granted);

            // One that finishes what it has mapped before it asks for more lets both go on.
            first.FreeMapRegisters(held, 2);
            Assert.Equal(2, granted);
            second.FreeMapRegisters(heldToo, 2);
        });
    }

    [Theory, Proves("DMA-339")]
    [InlineData(4096u, 0L, true)]
    [InlineData(12288u, 0L, true)]
    [InlineData(8192u, 4096L, true)]
    [InlineData(8192u, 0L, false)]
    public void A_common_buffer_freed_with_other_arguments_than_allocated_is_a_finding_and_goes_as_a_whole(uint length, long logicalOffset, bool cacheEnabled)
    {
        foreach (VerifierMode verifier in new[] { VerifierMode.Off, VerifierMode.Strict })
        {
            using var bench = new DmaBench(Physical(verifier));
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            long frames = bench.Machine.FreeFrames;
            Action free = () =>
            {
                nuint buffer = adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out PhysicalAddress logical, cacheEnabled: true);
                adapter.FreeCommonBuffer(length, new(logical.QuadPart + logicalOffset), buffer, cacheEnabled);
            };
            if (verifier == VerifierMode.Off)
            {
                bench.Machine.Run(free);
                Assert.Equal(frames, bench.Machine.FreeFrames);
                continue;
            }

            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(free));
            Assert.Equal((0xE6u, 3ul, "MDL4012"), (stop.Code, stop.Parameter1, stop.RuleId));
        }
    }
}
