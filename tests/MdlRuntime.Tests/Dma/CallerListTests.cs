using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>BuildScatterGatherList: the list lies in memory of the driver.</summary>
public sealed class CallerListTests
{
    private const uint Size = 0x1000;

    private static readonly nuint[] s_frames = [0x1000, 0x1001, 0x2000, 0x2001];

    [Fact, Proves("DMA-264", "DMA-036", "DMA-254")]
    public void The_list_lies_in_the_memory_of_the_caller_which_put_does_not_free()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1);
            ScatterGatherList list = Build(bench, adapter, mdl, 10000, buffer, Size);

            Assert.Equal([(0x1000F38, 4296u), (0x2000000, 5704u)], Elements(list));
            Assert.Equal(2u, VirtualMemory.Read<uint>(buffer));
            Assert.NotEqual(0ul, VirtualMemory.Read<ulong>(buffer + 8));
            Assert.Equal((0x1000F38ul, 4296u), (VirtualMemory.Read<ulong>(buffer + 0x10), VirtualMemory.Read<uint>(buffer + 0x18)));
            Assert.Equal((0x2000000ul, 5704u), (VirtualMemory.Read<ulong>(buffer + 0x28), VirtualMemory.Read<uint>(buffer + 0x30)));

            adapter.PutScatterGatherList(list, writeToDevice: false);

            Assert.Equal(2u, VirtualMemory.Read<uint>(buffer));
            ExFreePool(buffer);
            adapter.PutDmaAdapter();
        });
    }

    [Fact, Proves("DMA-264", "DMA-260")]
    public void Memory_of_the_calculated_size_is_enough_and_a_byte_less_is_not()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x3001, 0x3000, 0x2001);
        bench.AtDispatch(() =>
        {
            Assert.Equal(STATUS_SUCCESS, adapter.CalculateScatterGatherList(mdl, mdl.VirtualAddress, 10000, out uint size, out _));
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, size, 1);
            Assert.Equal(STATUS_BUFFER_TOO_SMALL, adapter.BuildScatterGatherList(
                bench.Device, mdl, mdl.VirtualAddress, 10000, (_, _, _, _) => Assert.Fail("called"), null, false, buffer, size - 1));
            Assert.Equal(4u, Build(bench, adapter, mdl, 10000, buffer, size).NumberOfElements);
        });
    }

    [Fact, Proves("DMA-264")]
    public void Too_many_pages_or_bytes_are_refused_as_for_a_list_of_the_system()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 3));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1);
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, Ask(10000));
            Assert.Equal(STATUS_BUFFER_TOO_SMALL, Ask(10001));

            NtStatus Ask(uint length) => adapter.BuildScatterGatherList(
                bench.Device, mdl, mdl.VirtualAddress, length, (_, _, _, _) => Assert.Fail("called"), null, false, buffer, Size);
        });
    }

    [Fact, Proves("DMA-264", "DMA-248")]
    public void A_waiting_request_puts_its_list_into_the_memory_when_the_registers_come()
    {
        using var bench = new DmaBench(Physical(mapRegisters: 4));
        DmaAdapter adapter = bench.GetAdapter(Packet64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1);
            ScatterGatherList first = bench.GetList(adapter, mdl, mdl.VirtualAddress, 10000);
            ScatterGatherList? second = null;
            Assert.Equal(STATUS_SUCCESS, adapter.BuildScatterGatherList(
                bench.Device, mdl, mdl.VirtualAddress, 10000, (_, _, list, _) => second = list, null, false, buffer, Size));
            Assert.Equal(0u, VirtualMemory.Read<uint>(buffer));

            adapter.PutScatterGatherList(first, writeToDevice: false);

            Assert.Equal(1u, second!.NumberOfElements);
            Assert.Equal(10000u, VirtualMemory.Read<uint>(buffer + 0x18));
        });
    }

    [Fact, Proves("DMA-264")]
    public void What_overwrites_the_memory_changes_the_list()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, s_frames);
        bench.AtDispatch(() =>
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1);
            ScatterGatherList list = Build(bench, adapter, mdl, 10000, buffer, 0xA0);
            VirtualMemory.Write(buffer + 0x10, 0x777000ul);
            VirtualMemory.Write(buffer, 0x10000u);

            Assert.Equal(0x777000, list.Elements[0].Address.QuadPart);
            Assert.Equal(6u, list.NumberOfElements);
        });
    }

    [Fact, Proves("DMA-037")]
    public void A_list_whose_reserved_member_was_cleared_cannot_be_put()
    {
        using (var off = new DmaBench(Physical(VerifierMode.Off, mapRegisters: 4)))
        {
            DmaAdapter adapter = off.GetAdapter(Packet64);
            Mdl mdl = off.Lock(10000, 0xF38, s_frames);
            off.AtDispatch(() =>
            {
                PutDamaged(off, adapter, mdl);
                bool isRun = false;
                adapter.GetScatterGatherList(off.Device, mdl, mdl.VirtualAddress, 10000, (_, _, _, _) => isRun = true, null, false);
                Assert.False(isRun, "the registers are lost");
            });
        }

        using var strict = new DmaBench();
        DmaAdapter checkedAdapter = strict.GetAdapter(ScatterGather64);
        Mdl checkedMdl = strict.Lock(10000, 0xF38, s_frames);
        Assert.Equal("MDL4010", strict.Stops(0x06, () => PutDamaged(strict, checkedAdapter, checkedMdl)).RuleId);

        static void PutDamaged(DmaBench bench, DmaAdapter adapter, Mdl mdl)
        {
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1);
            ScatterGatherList list = Build(bench, adapter, mdl, 10000, buffer, Size);
            VirtualMemory.Write(buffer + 8, 0ul);
            adapter.PutScatterGatherList(list, writeToDevice: false);
        }
    }

    [Fact, Proves("DMA-264", "DMA-086")]
    public void Memory_that_is_not_there_faults_and_the_level_is_dispatch()
    {
        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() => Build(bench, adapter, mdl, 100, buffer: 0, Size)));
            Assert.Equal((0xD1u, 0ul), (stop.Code, stop.Parameter1));
        }

        using (var bench = new DmaBench())
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            Assert.Equal(0x13ul, Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
                Build(bench, adapter, mdl, 100, ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 1), Size))).Parameter1);
        }
    }

    private static ScatterGatherList Build(DmaBench bench, DmaAdapter adapter, Mdl mdl, uint length, nuint buffer, uint size)
    {
        ScatterGatherList? given = null;
        Assert.Equal(STATUS_SUCCESS, adapter.BuildScatterGatherList(
            bench.Device, mdl, mdl.VirtualAddress, length, (_, _, list, _) => given = list, null, false, buffer, size));
        return Assert.IsType<ScatterGatherList>(given);
    }
}
