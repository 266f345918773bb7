using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Devices.NetworkDeviceRegister;

namespace MdlRuntime.Tests.Devices;

/// <summary>The sample's network driver: packets through rings in common buffers, on machines of many kinds.</summary>
public sealed class NetDriverTests
{
    private static readonly int[] s_lengths = [1, 9014, 2731, 4096, 8192, 100, 5000, 9000, 60, 3333, 7777, 9014];

    [Theory, Proves("DMA-008", "DMA-009", "DMA-225", "DMA-243", "DMA-244", "DMA-249")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Survey)]
    [InlineData(VerifierMode.Strict)]
    public void Packets_come_back_as_they_were_sent(VerifierMode mode)
    {
        using NetRig rig = new NetRig(machine: new() { Verifier = mode }).Started();
        rig.AssertExchange(s_lengths);
        rig.AssertExchange(s_lengths);
        Assert.Equal((24u, 24u, 0u), (rig.Hardware.ReadRegister(PacketsSent), rig.Hardware.ReadRegister(PacketsReceived), rig.Hardware.ReadRegister(PacketsDropped)));
        rig.AssertClean();
    }

    [Theory, Proves("DMA-094", "DMA-099", "DMA-220")]
    [InlineData(64, 64, FramePolicy.Scattered)]
    [InlineData(32, 64, FramePolicy.Reversed)]
    [InlineData(24, 64, FramePolicy.HighFirst)]
    [InlineData(24, 24, FramePolicy.HighFirst)]
    [InlineData(24, 24, FramePolicy.Sequential)]
    public void On_any_machine(int addressBits, int mapRegisters, FramePolicy frames)
    {
        MachineOptions machine = new() { MapRegisters = mapRegisters, Frames = frames };
        using NetRig rig = new NetRig(new() { AddressBits = addressBits }, machine).Started();
        rig.AssertExchange(s_lengths);
        Assert.Equal(addressBits == 24, rig.BouncedBytes > 0);
        rig.AssertClean();
    }

    [Fact, Proves("DMA-301")]
    public void Behind_an_IOMMU_and_with_incoherent_caches()
    {
        using (NetRig rig = new NetRig(machine: new() { Iommu = true }).Started())
        {
            rig.AssertExchange(s_lengths);
            rig.AssertClean();
        }

        using (NetRig rig = new NetRig(machine: new() { CoherentDma = false }).Started())
        {
            rig.AssertExchange(s_lengths);
            rig.AssertClean();
        }
    }

    [Fact]
    public void The_rings_wrap_around_many_times()
    {
        using NetRig rig = new NetRig().Started();
        for (int round = 0; round < 20; round++)
            rig.AssertExchange([.. s_lengths, .. s_lengths]);
        rig.AssertClean();
    }

    [Fact]
    public void One_interrupt_can_stand_for_several_packets()
    {
        using NetRig eager = new NetRig(new() { InterruptDelay = 0 }).Started();
        eager.AssertExchange(s_lengths[..4]);
        using NetRig patient = new NetRig(new() { InterruptDelay = 600 }).Started();
        patient.AssertExchange(s_lengths[..4]);
        Assert.Equal((8, 2), (eager.Interrupts, patient.Interrupts));
    }

    [Fact]
    public void A_packet_without_a_buffer_is_dropped_and_a_long_one_cut()
    {
        using NetRig rig = new NetRig().Started();
        Task<IoStatusBlock> sent = rig.Send(NetRig.Packet(1, 500));
        rig.Machine.RunUntilIdle();
        Assert.Equal(NtStatus.STATUS_SUCCESS, NetRig.StatusOf(sent));
        Assert.Equal(1u, rig.Hardware.ReadRegister(PacketsDropped));

        (nuint buffer, Task<IoStatusBlock> result) = rig.Receive(300);
        rig.Send(NetRig.Packet(2, 500));
        rig.Machine.RunUntilIdle();
        Assert.Equal((NtStatus.STATUS_BUFFER_OVERFLOW, (ulong)300), (NetRig.StatusOf(result), NetRig.BytesOf(result)));
        Assert.Equal(NetRig.Packet(2, 500)[..300], rig.Read(buffer, 300));
        rig.AssertClean();
    }

    [Fact]
    public void Empty_and_too_long_packets_never_reach_the_device()
    {
        using NetRig rig = new NetRig().Started();
        nuint buffer = rig.Process.Allocate(10000);
        Task<IoStatusBlock> empty = rig.Handle!.WriteAsync(buffer, 0), tooLong = rig.Handle.WriteAsync(buffer, 9015);
        rig.Machine.RunUntilIdle();
        Assert.Equal((NtStatus.STATUS_SUCCESS, NtStatus.STATUS_INVALID_BUFFER_SIZE), (NetRig.StatusOf(empty), NetRig.StatusOf(tooLong)));
        Assert.Equal(0u, rig.Hardware.ReadRegister(PacketsSent));
        rig.AssertClean();
    }

    [Fact]
    public void Closing_the_handle_cancels_its_reads_and_leaves_those_of_others()
    {
        using NetRig rig = new NetRig().Started();
        DeviceHandle second = rig.Open();
        var mine = new Task<IoStatusBlock>[6];
        for (int i = 0; i < mine.Length; i++)
            mine[i] = rig.Receive(1000, i % 2 == 0 ? second : null).Result;
        second.Dispose();
        rig.Machine.RunUntilIdle();
        for (int i = 0; i < mine.Length; i += 2)
            Assert.Equal(NtStatus.STATUS_CANCELLED, NetRig.StatusOf(mine[i]));
        for (int i = 1; i < mine.Length; i += 2)
            Assert.False(mine[i].IsCompleted);

        for (int i = 0; i < 3; i++)
            rig.Send(NetRig.Packet(i, 700));
        rig.Machine.RunUntilIdle();
        for (int i = 1; i < mine.Length; i += 2)
            Assert.Equal((NtStatus.STATUS_SUCCESS, (ulong)700), (NetRig.StatusOf(mine[i]), NetRig.BytesOf(mine[i])));
        rig.AssertClean();
    }

    [Fact]
    public void A_process_that_exits_takes_its_reads_with_it()
    {
        using NetRig rig = new NetRig(machine: new() { Verifier = VerifierMode.Strict }).Started();
        for (int i = 0; i < 6; i++)
            rig.Receive(1000);
        rig.Process.Exit();
        rig.Machine.RunUntilIdle();
        Assert.Equal(0, rig.Process.LockedPages);
        Assert.Empty(rig.Machine.Findings);
    }

    [Fact]
    public void A_device_that_lost_its_ring_is_started_again()
    {
        using NetRig rig = new NetRig().Started();
        Task<IoStatusBlock> waiting = rig.Receive(1000).Result;
        rig.Hardware.WriteRegister(TransmitProducer, 5000);
        rig.Machine.RunUntilIdle();

        Assert.Equal(NtStatus.STATUS_IO_DEVICE_ERROR, NetRig.StatusOf(waiting));
        Assert.Equal(0u, rig.Hardware.ReadRegister(Status));
        rig.AssertExchange(s_lengths);
        rig.AssertClean();
    }

    /// <summary>Whatever fails, the caller is told, nothing is lost or left, and the device works afterwards.</summary>
    [Fact, Proves("DMA-221", "DMA-242")]
    public void With_each_call_of_the_driver_failing_in_turn()
    {
        var failed = new List<string>();
        foreach (string routine in FaultPlan.Routines.Where(name => !name.StartsWith("Io!", StringComparison.Ordinal)))
        {
            for (int n = 1; FailsOnce(routine, n); n++)
                failed.Add($"{routine} {n}");
        }

        Assert.Equal(
            "AllocateCommonBuffer 1, AllocateCommonBuffer 2, GetScatterGatherList 1, GetScatterGatherList 2, GetScatterGatherList 3, GetScatterGatherList 4, "
            + "IoCreateDevice 1, IoGetDmaAdapter 1, MmMapIoSpace 1",
            string.Join(", ", failed));
    }

    private static bool FailsOnce(string routine, int n)
    {
        using var rig = new NetRig(machine: new() { Verifier = VerifierMode.Strict });
        rig.Machine.Faults.FailNth(routine, n, NetRig.DriverName);
        try
        {
            rig.Started();
        }
        catch (NtStatusException refused)
        {
            Assert.Equal((1, NtStatus.STATUS_INSUFFICIENT_RESOURCES), (rig.Faults, refused.Status));
            rig.Machine.Faults.Clear();
            rig.Started();
        }

        int before = rig.Faults;
        Task<IoStatusBlock>[] requests = [rig.Receive(9014).Result, rig.Receive(9014).Result, rig.Send(NetRig.Packet(1, 5000)), rig.Send(NetRig.Packet(2, 9000))];
        rig.Machine.RunUntilIdle();
        bool hasFailed = rig.Faults > 0;
        Assert.Equal(rig.Faults - before, requests.Count(request => request.IsCompleted && NetRig.StatusOf(request) == NtStatus.STATUS_INSUFFICIENT_RESOURCES));
        Assert.All(requests[2..], request => Assert.True(request.IsCompleted));
        rig.Machine.Faults.Clear();
        // A send that failed leaves a buffer waiting, for the next packet; and a buffer that failed leaves a packet without one.
        if (!requests[0].IsCompleted || !requests[1].IsCompleted)
        {
            rig.Send(NetRig.Packet(3, 100));
            rig.Machine.RunUntilIdle();
        }

        Assert.All(requests, request => Assert.True(request.IsCompleted));
        rig.AssertExchange(s_lengths);
        rig.AssertClean();
        return hasFailed;
    }
}
