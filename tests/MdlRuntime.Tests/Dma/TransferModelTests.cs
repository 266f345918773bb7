using MdlRuntime.Simulation;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Random operations against a model that only knows the bytes: what the device and the user see, and that everything balances.</summary>
public sealed class TransferModelTests
{
    [Theory, Proves("DMA-177", "DMA-178", "DMA-179", "DMA-180", "DMA-181", "DMA-254", "DMA-257")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_sequence_of_transfers_moves_exactly_the_bytes_asked_for(int seed)
    {
        var random = new Random(seed);
        foreach (FramePolicy policy in Enum.GetValues<FramePolicy>())
        {
            using var bench = new DmaBench(new() { Seed = seed, Frames = policy, VerifyDmaBuffers = seed == 3 });
            foreach (DeviceDescription description in new[] { ScatterGather64, Packet64, Packet24, ScatterGather64 with { Version = 3, DmaAddressWidth = 25 } })
                Transfer(bench, random, description with { MaximumLength = 1 << 15 });
        }
    }

    private static void Transfer(DmaBench bench, Random random, DeviceDescription description)
    {
        DmaAdapter adapter = bench.GetAdapter(description, out uint granted);
        uint size = (uint)random.Next(1, 1 << 15);
        Mdl mdl = bench.Lock(size, (uint)random.Next(0, 4096));
        byte[] expected = new byte[size];
        bench.AtDispatch(() =>
        {
            for (int operation = 0; operation < 20; operation++)
            {
                uint start = (uint)random.Next(0, (int)size);
                uint length = (uint)random.Next(1, (int)(size - start) + 1);
                bool writeToDevice = random.Next(2) == 0;
                if (random.Next(2) == 0)
                    RunList(bench, adapter, random, mdl, start, length, writeToDevice, expected);
                else
                    RunPackets(bench, adapter, random, mdl, granted, start, length, writeToDevice, expected);
                Assert.Equal(expected, bench.Read(mdl, mdl.VirtualAddress, size));
            }

            adapter.PutDmaAdapter();
        });
    }

    private static void RunList(DmaBench bench, DmaAdapter adapter, Random random, Mdl mdl, uint start, uint length, bool writeToDevice, byte[] expected)
    {
        ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress + start, length, writeToDevice);
        Assert.True(list.NumberOfElements <= WdkMacros.ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdl.VirtualAddress + start, length));
        uint done = 0;
        foreach (ScatterGatherElement element in list.Elements)
        {
            Assert.NotEqual(0u, element.Length);
            Move(adapter, random, element.Address.QuadPart, element.Length, writeToDevice, expected.AsSpan((int)(start + done)));
            done += element.Length;
        }

        Assert.Equal(length, done);
        adapter.PutScatterGatherList(list, writeToDevice);
    }

    /// <summary>Splits the range by the registers there are, and now and then lets an operation fall short.</summary>
    private static void RunPackets(
        DmaBench bench, DmaAdapter adapter, Random random, Mdl mdl, uint granted, uint start, uint length, bool writeToDevice, byte[] expected)
    {
        uint registerCount = (uint)random.Next(1, (int)granted + 1);
        MapRegisters? registers = bench.Allocate(adapter, registerCount);
        while (length > 0)
        {
            nuint first = mdl.VirtualAddress + start;
            uint chunk = Math.Min(length, registerCount * 4096 - WdkMacros.BYTE_OFFSET(first));
            uint moved = random.Next(4) == 0 ? (uint)random.Next(1, (int)chunk + 1) : chunk;
            for (uint done = 0; done < chunk;)
            {
                (long logical, uint run) = Map(adapter, mdl, registers, first + done, chunk - done, writeToDevice);
                uint part = Math.Min(run, moved > done ? moved - done : 0);
                Move(adapter, random, logical, part, writeToDevice, expected.AsSpan((int)(start + done)));
                done += run;
            }

            Assert.True(adapter.FlushAdapterBuffers(mdl, registers, first, moved, writeToDevice));
            (start, length) = (start + moved, length - moved);
        }

        adapter.FreeMapRegisters(registers, registerCount);
    }

    private static void Move(DmaAdapter adapter, Random random, long logical, uint length, bool writeToDevice, Span<byte> expected)
    {
        if (length == 0)
            return;
        if (writeToDevice)
        {
            Assert.Equal(expected[..(int)length].ToArray(), DeviceReads(adapter, logical, length));
            return;
        }

        random.NextBytes(expected[..(int)length]);
        DeviceWrites(adapter, logical, expected[..(int)length]);
    }
}
