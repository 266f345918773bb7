using MdlRuntime.Verification;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.Tests.Dma.SystemDmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>What MapTransfer, the device and FlushAdapterBuffers do to the controller and to memory.</summary>
public sealed class SystemDmaTransferTests
{
    [Theory, Proves("DMA-206", "DMA-204", "DMA-045", "DMA-046", "DMA-380")]
    [InlineData(false, false, false, 0x45)]
    [InlineData(true, false, false, 0x49)]
    [InlineData(true, true, false, 0x09)]
    [InlineData(false, false, true, 0x55)]
    [InlineData(false, true, true, 0x15)]
    public void MapTransfer_programs_mode_address_page_and_count_and_opens_the_channel(bool writeToDevice, bool demand, bool autoInitialize, byte mode)
    {
        using var bench = new SystemDmaBench(ByteChannel with { DemandMode = demand, AutoInitialize = autoInitialize });
        Mdl mdl = bench.Bench.Lock(0x1800, 0x234, 0x345, 0x346);
        bench.Bench.AtDispatch(() =>
        {
            Assert.True(bench.Channel.IsMasked);
            bench.Begin(mdl, writeToDevice);
            Assert.Equal((false, mode), (bench.Channel.IsMasked, bench.Channel.Mode));
            Assert.Equal((0x5234, 0x34, 0x17FF), (bench.Channel.Address, bench.Channel.Page, bench.Channel.Count));
            bench.End(mdl, 0x1800, writeToDevice);
            Assert.True(bench.Channel.IsMasked);
        });
    }

    [Fact, Proves("DMA-206", "DMA-208")]
    public void A_word_channel_is_programmed_in_words()
    {
        using var bench = new SystemDmaBench(WordChannel);
        Mdl mdl = bench.Bench.Lock(0x1800, 0x234, 0x345, 0x346);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal((0x45, 0x34), (bench.Channel.Mode, bench.Channel.Page));
            Assert.Equal((0x5234 / 2, (0x1800 / 2) - 1), (bench.Channel.Address, bench.Channel.Count));
            bench.End(mdl, 0x1800);
        });
    }

    [Theory, Proves("DMA-202", "DMA-203", "DMA-164", "DMA-205", "DMA-211", "DMA-201", "DMA-168")]
    [MemberData(nameof(Channels))]
    public void A_read_arrives_where_the_buffer_is(DeviceDescription description)
    {
        using var bench = new SystemDmaBench(description);
        foreach (nuint[] frames in (nuint[][])[Frames(0x345, 3), [0x355, 0x357, 0x356], [0x2345, 0x3346, 0x365]])
        {
            Mdl mdl = bench.Bench.Lock(0x2000, 0xF38, frames);
            bench.Bench.AtDispatch(() =>
            {
                (long address, uint length) = bench.Begin(mdl);
                Assert.Equal((0x5A5A_5A5A_5A5A_5A5A, 0x2000u), (address, length));
                byte[] data = Numbered(0x2000);
                Assert.Equal(0x1000, bench.Line.Write(data.AsSpan(0, 0x1000)));
                Assert.Equal(0x1000, bench.Line.Write(data.AsSpan(0x1000)));
                Assert.True(bench.End(mdl, 0x2000));
                Assert.Equal(data, bench.Bench.Read(mdl, mdl.VirtualAddress, 0x2000));
            });
        }

        bench.Machine.Run(bench.Adapter.PutDmaAdapter);
    }

    [Theory, Proves("DMA-207", "DMA-100")]
    [MemberData(nameof(Channels))]
    public void A_write_sends_what_the_buffer_holds(DeviceDescription description)
    {
        using var bench = new SystemDmaBench(description);
        foreach (nuint[] frames in (nuint[][])[Frames(0x345, 3), [0x355, 0x357, 0x356], [0x2345, 0x3346, 0x365]])
        {
            Mdl mdl = bench.Bench.Lock(0x2000, 0xF38, frames);
            byte[] data = Numbered(0x2000), sent = new byte[0x2000];
            bench.Bench.Write(mdl, mdl.VirtualAddress, data);
            bench.Bench.AtDispatch(() =>
            {
                bench.Begin(mdl, writeToDevice: true);
                Assert.Equal(0x2000, bench.Line.Read(sent));
                Assert.True(bench.End(mdl, 0x2000, writeToDevice: true));
            });
            Assert.Equal(data, sent);
        }
    }

    public static TheoryData<DeviceDescription> Channels => [ByteChannel, WordChannel];

    [Theory, Proves("DMA-207", "DMA-094", "DMA-096", "DMA-056")]
    [InlineData(0x3Fu, false)] // 0x3F000 to 0x3FFFF: ends at a boundary of 64 KiB
    [InlineData(0x3Eu, false)]
    [InlineData(0xFFEu, false)] // the last two pages below 16 MiB
    [InlineData(0xFFFu, true)] // crosses 16 MiB
    [InlineData(0x1000u, true)]
    [InlineData(0x30Fu, true)] // crosses 64 KiB
    [InlineData(0x31Fu, true)]
    public void A_byte_channel_bounces_what_lies_beyond_16_mib_or_crosses_64_kib(uint frame, bool isBounced)
    {
        Assert.Equal(isBounced, IsBounced(ByteChannel, frame));
    }

    [Theory, Proves("DMA-207", "DMA-402")]
    [InlineData(0x30Fu, false)]
    [InlineData(0x31Fu, true)]
    [InlineData(0xFFFu, true)]
    public void A_word_channel_bounces_what_lies_beyond_16_mib_or_crosses_128_kib(uint frame, bool isBounced)
    {
        Assert.Equal(isBounced, IsBounced(WordChannel, frame));
    }

    private static bool IsBounced(DeviceDescription description, uint frame)
    {
        using var bench = new SystemDmaBench(description);
        Mdl mdl = frame == 0x3F ? bench.Bench.Lock(0x1000, 0, frame) : bench.Bench.Lock(0x2000, 0, frame, frame + 1);
        ulong programmed = 0;
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            int shift = bench.Channel.IsWord ? 1 : 0;
            programmed = ((ulong)bench.Channel.Page >> shift << (16 + shift)) | ((ulong)bench.Channel.Address << shift);
            bench.End(mdl, 0);
        });
        return programmed != (ulong)frame << PAGE_SHIFT;
    }

    [Fact, Proves("DMA-108", "DMA-107")]
    public void Bounce_pages_of_one_allocation_never_straddle_64_kib()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        DmaAdapter second = bench.Bench.GetAdapter(ByteChannel with { DmaChannel = 2 }), third = bench.Bench.GetAdapter(ByteChannel with { DmaChannel = 3 });
        DeviceObject[] devices = [bench.Bench.NewDevice(), bench.Bench.NewDevice()];
        Mdl mdl = bench.Bench.Lock(10 * PAGE_SIZE, 0);
        bench.Bench.AtDispatch(() =>
        {
            var starts = new List<ulong>();
            DriverControl keep = (_, _, registers, context) =>
            {
                Map((DmaAdapter)context!, mdl, registers, mdl.VirtualAddress, 10 * PAGE_SIZE);
                starts.Add(registers!.Map.Runs[0].Bounce);
                return KeepObject;
            };
            bench.Adapter.AllocateAdapterChannel(bench.Bench.Device, 10, keep, bench.Adapter);
            second.AllocateAdapterChannel(devices[0], 10, keep, second);
            third.AllocateAdapterChannel(devices[1], 10, keep, third);

            Assert.Equal(3, starts.Distinct().Count());
            Assert.All(starts, start => Assert.Equal(start >> 16, (start + (10 * PAGE_SIZE) - 1) >> 16));
        });
    }

    [Fact, Proves("DMA-207")]
    public void Sixteen_pages_are_the_longest_transfer_of_a_byte_channel()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(0x1_0000, 0);
        byte[] data = Numbered(0x1_0000);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal(0xFFFF, bench.Channel.Count);
            Assert.Equal(0x1_0000, bench.Line.Write(data));
            Assert.Equal(0xFFFF, bench.Channel.Count);
            Assert.True(bench.Channel.HasReachedTerminalCount);
            bench.End(mdl, 0x1_0000);
            Assert.Equal(data, bench.Bench.Read(mdl, mdl.VirtualAddress, 0x1_0000));
        });
    }

    [Fact, Proves("DMA-402")]
    public void A_word_channel_moves_128_kib_in_one_transfer()
    {
        using var bench = new SystemDmaBench(WordChannel);
        Mdl mdl = bench.Bench.Lock(0x2_0000, 0);
        byte[] data = Numbered(0x2_0000);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal(0x2_0000, bench.Line.Write(data));
            bench.End(mdl, 0x2_0000);
            Assert.Equal(data, bench.Bench.Read(mdl, mdl.VirtualAddress, 0x2_0000));
        });
    }

    [Fact, Proves("DMA-208")]
    public void The_channel_takes_no_more_than_it_is_programmed_for()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(100, 0xFC0, 0x345, 0x346);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal(100, bench.Line.Write(Bytes(200, 0x55)));
            Assert.Equal((true, true), (bench.Channel.HasReachedTerminalCount, bench.Channel.IsMasked));
            Assert.Equal(0, bench.Line.Write(Bytes(200, 0x66)));
            bench.End(mdl, 100);
            Assert.Equal([.. Bytes(100, 0x55), 0], bench.Bench.Read(mdl, mdl.VirtualAddress, 101));
        });
    }

    [Fact]
    public void A_device_that_asks_on_a_masked_channel_gets_nothing()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Assert.Equal((0, 0), (bench.Line.Write(Numbered(10)), bench.Line.Read(new byte[10])));
        Assert.Empty(bench.Machine.Findings);
    }

    [Fact]
    public void An_odd_byte_stays_with_the_device_of_a_word_channel()
    {
        using var bench = new SystemDmaBench(WordChannel);
        Mdl mdl = bench.Bench.Lock(100, 0);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal((6, 0, 2), (bench.Line.Write(Numbered(7)), bench.Line.Write([9]), bench.Line.Write([9, 9])));
            bench.End(mdl, 8);
        });
    }

    [Theory, Proves("DMA-211", "DMA-168", "DMA-341")]
    [InlineData(0x345u)]
    [InlineData(0x2345u)]
    public void A_flush_aborts_the_transfer(uint frame)
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(0x1000, 0, frame);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            bench.Line.Write(Numbered(0x400));
            bench.End(mdl, 0x400);
            Assert.Equal((true, 0), (bench.Channel.IsMasked, bench.Line.Write(Bytes(0x400, 0x66))));
            Assert.Equal(Bytes(1, 0), bench.Bench.Read(mdl, mdl.VirtualAddress + 0x400, 1));
        });
    }

    [Theory, Proves("DMA-341", "DMA-342", "DMA-346", "DMA-155")]
    [InlineData(false)]
    [InlineData(true)]
    public void An_aborted_transfer_goes_on_where_it_stopped_on_the_same_channel(bool writeToDevice)
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(0x2000, 0x100);
        byte[] data = Numbered(0x2000), moved = new byte[0x2000];
        bench.Bench.Write(mdl, mdl.VirtualAddress, writeToDevice ? data : moved);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl, writeToDevice);
            Assert.Equal(0x300, Move(0, 0x300));
            bench.Adapter.FlushAdapterBuffers(mdl, bench.Base, mdl.VirtualAddress, 0x300, writeToDevice);
            Map(bench.Adapter, mdl, bench.Base, mdl.VirtualAddress + 0x300, 0x1D00, writeToDevice);
            Assert.Equal(0x1D00, Move(0x300, 0x1D00));
            bench.Adapter.FlushAdapterBuffers(mdl, bench.Base, mdl.VirtualAddress + 0x300, 0x1D00, writeToDevice);
            bench.Adapter.FreeAdapterChannel();
            Assert.Equal(data, writeToDevice ? moved : bench.Bench.Read(mdl, mdl.VirtualAddress, 0x2000));
        });

        int Move(int start, int length) => writeToDevice
            ? bench.Line.Read(moved.AsSpan(start, length))
            : bench.Line.Write(data.AsSpan(start, length));
    }

    [Theory, Proves("DMA-367", "DMA-209", "DMA-210")]
    [InlineData(1u, 3095)]
    [InlineData(5u, 1547)]
    public void The_counter_is_the_count_register_plus_one_in_bytes(uint channel, int register)
    {
        using var bench = new SystemDmaBench(channel == 1 ? ByteChannel : WordChannel);
        Mdl mdl = bench.Bench.Lock(4096, 0);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal(4096u, bench.Adapter.ReadDmaCounter());
            bench.Line.Write(Numbered(1000));
            Assert.Equal((register, 3096u), (bench.Channel.Count, bench.Adapter.ReadDmaCounter()));
            bench.Line.Write(Numbered(3096));
            Assert.Equal((0xFFFF, 0u), (bench.Channel.Count, bench.Adapter.ReadDmaCounter()));
            bench.End(mdl, 4096);
        });
    }

    [Fact, Proves("DMA-210")]
    public void The_counter_of_an_untouched_transfer_of_64_ki_units_reads_0_too()
    {
        using var bytes = new SystemDmaBench(ByteChannel);
        using var words = new SystemDmaBench(WordChannel);
        Assert.Equal((0u, 1u), Counters(bytes, 0x1_0000));
        Assert.Equal((0u, 2u), Counters(words, 0x2_0000));

        static (uint Untouched, uint Last) Counters(SystemDmaBench bench, uint length)
        {
            Mdl mdl = bench.Bench.Lock(length, 0);
            (uint, uint) counters = default;
            bench.Bench.AtDispatch(() =>
            {
                bench.Begin(mdl);
                uint untouched = bench.Adapter.ReadDmaCounter();
                bench.Line.Write(Numbered(length - (bench.Channel.IsWord ? 2u : 1u)));
                counters = (untouched, bench.Adapter.ReadDmaCounter());
                bench.End(mdl, length);
            });
            return counters;
        }
    }

    [Fact, Proves("DMA-209")]
    public void A_bus_master_has_no_counter()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        bench.AtDispatch(() => Assert.Equal(0u, adapter.ReadDmaCounter()));
    }

    [Theory, Proves("DMA-104", "DMA-212", "DMA-049")]
    [InlineData(0u, false)]
    [InlineData(2u, false)]
    [InlineData(0u, true)]
    public void A_short_read_leaves_the_bytes_that_never_came_as_they_were(uint version, bool ignoreCount)
    {
        using var bench = new SystemDmaBench(ByteChannel with { Version = version, IgnoreCount = ignoreCount });
        Assert.Equal([.. Bytes(0x800, 0x55), .. Bytes(0x800, 0xAA)], ShortRead(bench));
    }

    [Fact, Proves("DMA-104", "DMA-049", "DMA-041")]
    public void With_an_unreliable_counter_everything_is_copied_and_the_rest_is_zero()
    {
        using var bench = new SystemDmaBench(ByteChannel with { IgnoreCount = true });
        Assert.Equal([.. Bytes(0x800, 0x55), .. Bytes(0x800, 0)], ShortRead(bench));
    }

    private static byte[] ShortRead(SystemDmaBench bench)
    {
        Mdl mdl = bench.Bench.Lock(0x1000, 0, 0x2345);
        bench.Bench.Write(mdl, mdl.VirtualAddress, Bytes(0x1000, 0xAA));
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            bench.Line.Write(Bytes(0x800, 0x55));
            Assert.True(bench.End(mdl, 0x1000));
        });
        return bench.Bench.Read(mdl, mdl.VirtualAddress, 0x1000);
    }

    [Fact, Proves("DMA-213", "DMA-046", "DMA-209")]
    public void In_auto_initialize_mode_the_controller_goes_on_at_the_start_of_the_buffer()
    {
        using var bench = new SystemDmaBench(ByteChannel with { AutoInitialize = true });
        Mdl mdl = bench.Bench.Lock(0x1000, 0, 0x345);
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal(0x1000, bench.Line.Write(Bytes(0x1000, 0x11)));
            Assert.Equal((0x1000u, true, false), (bench.Adapter.ReadDmaCounter(), bench.Channel.HasReachedTerminalCount, bench.Channel.IsMasked));
            Assert.Equal(0x1800, bench.Line.Write([.. Bytes(0x1000, 0x22), .. Bytes(0x800, 0x33)]));
            Assert.Equal(0x800u, bench.Adapter.ReadDmaCounter());
            Assert.Equal([.. Bytes(0x800, 0x33), .. Bytes(0x800, 0x22)], bench.Bench.Read(mdl, mdl.VirtualAddress, 0x1000));
            bench.End(mdl, 0x1000);
        });
    }

    [Theory, Proves("DMA-212", "DMA-204")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_that_asks_early_moves_data_before_MapTransfer_returns(bool demandMode)
    {
        using var bench = new SystemDmaBench(ByteChannel with { DemandMode = demandMode });
        Mdl mdl = bench.Bench.Lock(0x1000, 0, 0x345);
        int taken = 0;
        bench.Line.Opened += () => taken = bench.Line.Write(Numbered(0x100));
        bench.Bench.AtDispatch(() =>
        {
            bench.Begin(mdl);
            Assert.Equal((0x100, 0xF00u), (taken, bench.Adapter.ReadDmaCounter()));
            bench.End(mdl, 0x1000);
        });
    }

    [Fact, Proves("DMA-202", "DMA-145", "DMA-066")]
    public void The_next_driver_of_the_channel_waits_until_it_is_freed()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        DeviceObject other = bench.Bench.NewDevice();
        bench.Bench.AtDispatch(() =>
        {
            bench.TakeChannel(1);
            bool isGranted = false;
            bench.Adapter.AllocateAdapterChannel(other, 1, (_, _, _, _) =>
            {
                isGranted = true;
                return DeallocateObject;
            }, null);
            Assert.False(isGranted);
            bench.Adapter.FreeAdapterChannel();
            Assert.True(isGranted);
        });
    }

    [Fact, Proves("DMA-146", "DMA-202", "DMA-144")]
    public void A_driver_that_lets_the_channel_go_has_it_reprogrammed_under_its_transfer()
    {
        using var bench = new SystemDmaBench(ByteChannel, VerifierMode.Off);
        Mdl mine = bench.Bench.Lock(0x100, 0, 0x345), theirs = bench.Bench.Lock(0x100, 0, 0x346);
        DeviceObject other = bench.Bench.NewDevice();
        bench.Bench.AtDispatch(() =>
        {
            MapRegisters? registers = null;
            bench.Adapter.AllocateAdapterChannel(bench.Bench.Device, 1, (_, _, mapRegisterBase, _) =>
            {
                registers = mapRegisterBase;
                Map(bench.Adapter, mine, mapRegisterBase, mine.VirtualAddress, 0x100);
                return DeallocateObjectKeepRegisters;
            }, null);
            bench.Adapter.AllocateAdapterChannel(other, 1, (_, _, mapRegisterBase, _) =>
            {
                Map(bench.Adapter, theirs, mapRegisterBase, theirs.VirtualAddress, 0x100);
                return KeepObject;
            }, null);

            // My device delivers, and the other driver gets it.
            Assert.Equal(0x100, bench.Line.Write(Bytes(0x100, 0x55)));
            bench.Adapter.FlushAdapterBuffers(mine, registers, mine.VirtualAddress, 0x100, writeToDevice: false);
            Assert.Equal(Bytes(0x100, 0), bench.Bench.Read(mine, mine.VirtualAddress, 0x100));
            Assert.Equal(Bytes(0x100, 0x55), bench.Bench.Read(theirs, theirs.VirtualAddress, 0x100));
        });
    }

    [Theory, Proves("DMA-146", "DMA-202")]
    [InlineData(DeallocateObject)]
    [InlineData(DeallocateObjectKeepRegisters)]
    public void Letting_a_programmed_channel_go_is_a_finding(IoAllocationAction action)
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(0x100, 0xFF0);
        BugCheckException stop = bench.Bench.Stops(0x10, () => bench.Adapter.AllocateAdapterChannel(bench.Bench.Device, 2, (_, _, registers, _) =>
        {
            Map(bench.Adapter, mdl, registers, mdl.VirtualAddress, 0x100);
            return action;
        }, null));
        Assert.Equal((2ul, "MDL4013"), (stop.Parameter2, stop.RuleId));
    }

    [Fact]
    public void Letting_go_a_channel_that_was_not_programmed_is_no_finding()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        bench.Bench.AtDispatch(() => bench.Adapter.AllocateAdapterChannel(bench.Bench.Device, 1, (_, _, _, _) => DeallocateObject, null));
        bench.Machine.Run(bench.Adapter.PutDmaAdapter);
    }

    [Fact, Proves("DMA-081", "DMA-146")]
    public void A_channel_that_is_never_freed_is_found_when_the_adapter_is_put()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        BugCheckException stop = bench.Bench.Stops(0x08, () =>
        {
            bench.TakeChannel(1);
            bench.Adapter.PutDmaAdapter();
        });
        Assert.Equal((bench.Adapter.Address, 1ul), (stop.Parameter2, stop.Parameter3));
    }

    [Fact, Proves("DMA-201", "DMA-127", "DMA-330")]
    public void A_channel_freed_without_a_flush_is_a_finding()
    {
        using var bench = new SystemDmaBench(ByteChannel);
        Mdl mdl = bench.Bench.Lock(0x100, 0);
        bench.Bench.Stops(0x10, () =>
        {
            bench.Begin(mdl);
            bench.Adapter.FreeAdapterChannel();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_asks_for_the_wrong_direction_is_found_and_moves_nothing(bool writeToDevice)
    {
        foreach (VerifierMode mode in new[] { VerifierMode.Off, VerifierMode.Survey })
        {
            using var bench = new SystemDmaBench(ByteChannel, mode);
            Mdl mdl = bench.Bench.Lock(0x100, 0, 0x345);
            bench.Bench.AtDispatch(() =>
            {
                bench.Begin(mdl, writeToDevice);
                Assert.Equal(0, writeToDevice ? bench.Line.Write(Bytes(0x100, 0x55)) : bench.Line.Read(new byte[0x100]));
                bench.End(mdl, 0x100, writeToDevice);
                Assert.Equal(Bytes(0x100, 0), bench.Bench.Read(mdl, mdl.VirtualAddress, 0x100));
            });
            Assert.Equal(mode == VerifierMode.Off ? [] : ["MDL4008"], bench.Machine.Findings.Select(finding => finding.RuleId));
        }
    }

    [Fact]
    public void Words_start_at_even_addresses()
    {
        using (var strict = new SystemDmaBench(WordChannel))
        {
            Mdl odd = strict.Bench.Lock(0x100, 0x235);
            BugCheckException stop = strict.Bench.Stops(0x1F, () => strict.Begin(odd));
            Assert.Equal((4ul, (ulong)odd.VirtualAddress, (ulong)odd.Address, "MDL4015"), (stop.Parameter2, stop.Parameter3, stop.Parameter4, stop.RuleId));
        }

        using (var strict = new SystemDmaBench(WordChannel))
        {
            Mdl odd = strict.Bench.Lock(0x101, 0);
            BugCheckException stop = strict.Bench.Stops(0x1F, () => strict.Begin(odd));
            Assert.Equal((5ul, 0x101ul, "MDL4015"), (stop.Parameter2, stop.Parameter3, stop.RuleId));
        }

        using var off = new SystemDmaBench(WordChannel, VerifierMode.Off);
        Mdl mdl = off.Bench.Lock(0x100, 0x235);
        off.Bench.AtDispatch(() =>
        {
            off.Begin(mdl);
            Assert.Equal(0, off.Line.Write(Bytes(0x100, 0x55)));
            off.End(mdl, 0x100);
        });
    }

    [Theory]
    [InlineData(0x1_0001u)]
    [InlineData(0x2_0000u)]
    public void A_transfer_longer_than_the_registers_is_never_started(uint length)
    {
        using var bench = new SystemDmaBench(ByteChannel, VerifierMode.Off);
        Mdl mdl = bench.Bench.Lock(length, 0);
        bench.Bench.AtDispatch(() =>
        {
            bench.TakeChannel(16);
            Map(bench.Adapter, mdl, bench.Base, mdl.VirtualAddress, length);
            Assert.Equal((true, 0), (bench.Channel.IsMasked, bench.Line.Write(Bytes(100, 0x55))));
            bench.Adapter.FreeAdapterChannel();
        });
    }

    [Fact, Proves("DMA-191")]
    public void A_position_outside_the_mdl_is_bounced_and_faults_when_it_is_flushed()
    {
        using var bench = new SystemDmaBench(ByteChannel, VerifierMode.Off);
        Mdl mdl = bench.Bench.Lock(0x100, 0);
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Bench.AtDispatch(() =>
        {
            bench.TakeChannel(1);
            Map(bench.Adapter, mdl, bench.Base, 0, 0x100);
            Assert.Equal(0x100, bench.Line.Write(Bytes(0x100, 0x55)));
            bench.Adapter.FlushAdapterBuffers(mdl, bench.Base, 0, 0x100, writeToDevice: false);
        }));
        Assert.Equal("MDL4002", stop.RuleId);
    }

    [Fact]
    public void Without_map_registers_only_reachable_memory_can_be_transferred()
    {
        using var bench = new SystemDmaBench(ByteChannel, VerifierMode.Off);
        Mdl near = bench.Bench.Lock(0x100, 0, 0x345), far = bench.Bench.Lock(0x100, 0, 0x2345);
        bench.Bench.AtDispatch(() =>
        {
            bench.TakeChannel(0);
            Assert.Null(bench.Base);
            Map(bench.Adapter, near, null, near.VirtualAddress, 0x100);
            Assert.Equal(0x100, bench.Line.Write(Bytes(0x100, 0x55)));
            bench.Adapter.FlushAdapterBuffers(near, null, near.VirtualAddress, 0x100, writeToDevice: false);
            Map(bench.Adapter, far, null, far.VirtualAddress, 0x100);
            Assert.Equal(0, bench.Line.Write(Bytes(0x100, 0x55)));
            bench.Adapter.FreeAdapterChannel();
        });
    }
}
