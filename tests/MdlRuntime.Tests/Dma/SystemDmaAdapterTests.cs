using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.SystemDmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>IoGetDmaAdapter for devices on the system DMA controller.</summary>
public sealed class SystemDmaAdapterTests
{
    public static TheoryData<string, bool> Descriptions => new()
    {
        { "channel 0 width 8", true }, { "channel 1 width 8", true }, { "channel 2 width 8", true }, { "channel 3 width 8", true },
        { "channel 5 width 16", true }, { "channel 6 width 16", true }, { "channel 7 width 16", true },
        { "channel 4 width 8", false }, { "channel 4 width 16", false }, { "channel 8 width 16", false },
        { "channel 1 width 16", false }, { "channel 1 width 32", false }, { "channel 5 width 8", false }, { "channel 7 width 32", false },
    };

    [Theory, Proves("DMA-067", "DMA-208", "DMA-043", "DMA-053", "DMA-051")]
    [MemberData(nameof(Descriptions))]
    public void A_channel_serves_devices_of_its_own_width(string description, bool isServed)
    {
        string[] words = description.Split(' ');
        using var bench = new SystemDmaBench(ByteChannel);
        DmaWidth width = words[3] switch { "8" => DmaWidth.Width8Bits, "16" => DmaWidth.Width16Bits, _ => DmaWidth.Width32Bits };

        DmaAdapter? adapter = bench.TryGet(ByteChannel with { DmaChannel = uint.Parse(words[1]), DmaWidth = width });

        Assert.Equal(isServed, adapter is not null);
    }

    [Theory, Proves("DMA-067", "DMA-054", "DMA-015")]
    [InlineData(DmaSpeed.Compatible, true)]
    [InlineData(DmaSpeed.TypeA, true)]
    [InlineData(DmaSpeed.TypeB, true)]
    [InlineData(DmaSpeed.TypeC, true)]
    [InlineData(DmaSpeed.TypeF, false)]
    [InlineData((DmaSpeed)5, false)]
    public void A_speed_that_the_machine_does_not_have_yields_no_adapter(DmaSpeed speed, bool isServed)
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Assert.Equal(isServed, bench.TryGet(ByteChannel with { DmaChannel = 2, DmaSpeed = speed, InterfaceType = InterfaceType.Eisa }) is not null);
    }

    [Fact, Proves("DMA-050")]
    public void Bus_number_port_and_controller_instance_say_nothing_about_a_channel()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Assert.Same(bench.Adapter, bench.TryGet(ByteChannel with { BusNumber = 77, DmaPort = 77, DmaControllerInstance = 77 }));
    }

    [Fact, Proves("DMA-068", "DMA-057", "DMA-058")]
    public void A_request_line_that_ends_at_no_controller_yields_no_adapter()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        DeviceDescription version3 = ByteChannel with { Version = 3, InterfaceType = InterfaceType.Internal, DmaChannel = 3, DmaRequestLine = 3 };
        Assert.NotNull(bench.TryGet(version3));
        Assert.Null(bench.TryGet(version3 with { DmaRequestLine = 40 }));
        Assert.Null(bench.TryGet(version3 with { DmaRequestLine = 40, DmaChannel = 40 }));
    }

    [Fact, Proves("DMA-066", "DMA-006")]
    public void Every_caller_of_a_channel_gets_the_same_adapter_with_the_larger_register_limit()
    {
        using var bench = new SystemDmaBench(ByteChannel with { MaximumLength = 0x1000 });
        Assert.Equal(2u, bench.Registers);

        Assert.Same(bench.Adapter, bench.Bench.GetAdapter(ByteChannel with { MaximumLength = 0x3000 }, out uint more));
        Assert.Same(bench.Adapter, bench.Bench.GetAdapter(ByteChannel with { MaximumLength = 0x1000 }, out uint fewer));

        Assert.Equal((4u, 2u), (more, fewer));
        Assert.NotSame(bench.Adapter, bench.TryGet(ByteChannel with { DmaChannel = 2 }));
        bench.Bench.AtDispatch(() =>
        {
            bench.TakeChannel(4);
            bench.Adapter.FreeAdapterChannel();
        });
    }

    [Fact, Proves("DMA-066", "DMA-080")]
    public void The_shared_adapter_lives_until_its_last_holder_has_put_it()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        bench.Machine.Run(bench.Adapter.PutDmaAdapter);
        long free = bench.Machine.FreeFrames;
        DmaAdapter adapter = bench.Bench.GetAdapter(ByteChannel);
        Assert.NotSame(bench.Adapter, adapter);
        bench.TryGet(ByteChannel);

        bench.Machine.Run(adapter.PutDmaAdapter);
        Assert.Equal(0u, bench.Machine.Run(adapter.ReadDmaCounter));
        bench.Machine.Run(adapter.PutDmaAdapter);

        Assert.Equal(free, bench.Machine.FreeFrames);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() => { adapter.ReadDmaCounter(); }));
        Assert.Equal((0xE6u, 0x18ul), (stop.Code, stop.Parameter1));
    }

    [Theory, Proves("DMA-072", "DMA-075", "DMA-207", "DMA-108")]
    [InlineData(0x1000u, 2u)]
    [InlineData(0xF000u, 16u)]
    [InlineData(0x1_0000u, 16u)]
    [InlineData(0x100_0000u, 16u)]
    public void A_byte_channel_is_granted_no_more_registers_than_64_kib_hold(uint maximumLength, uint registers)
    {
        using var bench = new SystemDmaBench(ByteChannel with { MaximumLength = maximumLength });
        Assert.Equal(registers, bench.Registers);
    }

    [Theory, Proves("DMA-072", "DMA-075", "DMA-207", "DMA-402")]
    [InlineData(0x1_0000u, 17u)]
    [InlineData(0x2_0000u, 32u)]
    [InlineData(0x100_0000u, 32u)]
    public void A_word_channel_is_granted_no_more_registers_than_128_kib_hold(uint maximumLength, uint registers)
    {
        using var bench = new SystemDmaBench(WordChannel with { MaximumLength = maximumLength });
        Assert.Equal(registers, bench.Registers);
    }

    [Fact, Proves("DMA-069", "DMA-108")]
    public void A_small_pool_grants_what_lies_between_two_boundaries()
    {
        // Registers from frame 0x200 on: a whole block of 64 KiB, and four pages of the next.
        using var bench = new SystemDmaBench(ByteChannel, options: new() { MapRegisters = 20 });
        using var tiny = new SystemDmaBench(ByteChannel, options: new() { MapRegisters = 5 });
        Assert.Equal((16u, 5u), (bench.Registers, tiny.Registers));
    }

    [Fact, Proves("DMA-208")]
    public void A_bus_master_behind_a_channel_puts_it_in_cascade_mode()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        SystemDmaController controller = bench.Machine.System.Layer<SystemDmaController>();

        Assert.NotNull(bench.TryGet(DmaBench.Packet24 with { DmaChannel = 6 }));

        SystemDmaChannel channel = controller[6]!;
        Assert.Equal((false, (byte)0xC2), (channel.IsMasked, channel.Mode));
        // The controller only passes the request on: it moves nothing itself.
        Assert.Equal(0, DmaRequestLine.ForChannel(bench.Machine, 6).Write([1, 2]));
        Assert.True(controller[7]!.IsMasked);
    }

    [Fact, Proves("DMA-044")]
    public void Scatter_gather_of_a_subordinate_device_is_ignored()
    {
        using var bench = new SystemDmaBench(ByteChannel with { ScatterGather = true });
        Mdl mdl = bench.Bench.Lock(0x2000, 0, 0x300, 0x304);
        bench.Bench.AtDispatch(() =>
        {
            Assert.Equal(0x2000u, bench.Begin(mdl).Length);
            bench.End(mdl, 0x2000);
        });
    }

    [Fact, Proves("DMA-232")]
    public void Alignment_is_that_of_what_the_channel_moves()
    {
        using var bytes = new SystemDmaBench(ByteChannel);
        using var words = new SystemDmaBench(WordChannel);
        Assert.Equal((1u, 2u), (bytes.Machine.Run(bytes.Adapter.GetDmaAlignment), words.Machine.Run(words.Adapter.GetDmaAlignment)));
    }

    [Fact, Proves("DMA-061")]
    public void An_adapter_that_cannot_be_made_is_none_and_takes_nothing()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        long free = bench.Machine.FreeFrames;
        bench.Machine.Faults.FailNth(nameof(IoGetDmaAdapter), 1);
        Assert.Null(bench.TryGet(WordChannel));
        Assert.Equal(free, bench.Machine.FreeFrames);
        Assert.NotNull(bench.TryGet(WordChannel));
    }

    [Fact]
    public void A_request_line_exists_for_the_channels_that_devices_can_use()
    {
        using var machine = new Machine();
        Assert.Same(DmaRequestLine.ForChannel(machine, 7), DmaRequestLine.ForChannel(machine, 7));
        Assert.Equal(7u, DmaRequestLine.ForChannel(machine, 7).Channel);
        foreach (uint channel in new[] { 4u, 8u, uint.MaxValue })
            Assert.Throws<ArgumentOutOfRangeException>("channel", () => DmaRequestLine.ForChannel(machine, channel));
    }

    [Fact]
    public void A_subordinate_device_has_no_bus_port()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Assert.Throws<ArgumentException>("adapter", () => new BusPort(bench.Adapter));
    }

    [Fact, Proves("DMA-267")]
    public void Lists_are_not_for_subordinate_devices()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0);
        bench.Bench.AtDispatch(() => Assert.Equal(NtStatus.STATUS_NOT_SUPPORTED, bench.Adapter.GetScatterGatherList(
            bench.Bench.Device, mdl, mdl.VirtualAddress, 100, (_, _, _, _) => throw new InvalidOperationException("called"), null, writeToDevice: false)));
    }
}
