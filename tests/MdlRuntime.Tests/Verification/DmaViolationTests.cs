using MdlRuntime.Simulation;
using MdlRuntime.Tests.Dma;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoAllocationAction;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Verification;

/// <summary>The table of bug check 0xE6: every row that this machine can reach, provoked in strict, survey and off mode.</summary>
public sealed class DmaViolationTests
{
    private static readonly MachineOptions s_guarded = new() { LogicalEqualsPhysical = true, VerifyDmaBuffers = true };

    private static readonly Dictionary<string, DmaViolationRow> s_rows = new()
    {
        ["flush past the end of the register file"] = new(0x00, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet64);
            Mdl mdl = bench.Lock(10000, 0);
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 2);
                Map(adapter, mdl, registers, mdl.VirtualAddress, 4096);
                adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 6000, writeToDevice: false);
            }), 1, 10000 - 4096, 6000 - 4096);
        }),
        ["no registers left in a row"] = new(0x00, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(0x4000, 0);
            nuint start = mdl.VirtualAddress;
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 4);
                Map(adapter, mdl, registers, start, 0x1000);
                Map(adapter, mdl, registers, start + 0x2000, 0x1000);
                Map(adapter, mdl, registers, start + 0x3000, 0x1000);
                adapter.FlushAdapterBuffers(mdl, registers, start, 0x1000, writeToDevice: false);
                Map(adapter, mdl, registers, start, 0x2000);
            }), 2, 2, 1);
        }),
        ["common buffer freed twice"] = new(0x03, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            PhysicalAddress logical = default;
            nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out logical, true));
            Action free = () => bench.Machine.Run(() => adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, true));
            free();
            return new(free, 1);
        }, Off: 0xC2),
        ["common buffer freed with another length"] = new(0x03, "MDL4012", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            PhysicalAddress logical = default;
            nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(2 * PAGE_SIZE, out logical, true));
            return new(() => bench.Machine.Run(() => adapter.FreeCommonBuffer(PAGE_SIZE, logical, buffer, true)), 1);
        }),
        ["channel freed that nobody keeps"] = new(0x04, "MDL4010", bench =>
            new(AtDispatch(bench, bench.GetAdapter(ScatterGather64).FreeAdapterChannel), 1)),
        ["map registers freed twice"] = new(0x05, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 2);
                adapter.FreeMapRegisters(registers, 2);
                adapter.FreeMapRegisters(registers, 2);
            }), 2);
        }),
        ["more map registers freed than allocated"] = new(0x05, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            return new(AtDispatch(bench, () => adapter.FreeMapRegisters(bench.Allocate(adapter, 1), 3)), 2);
        }),
        ["list put twice"] = new(0x06, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            return new(AtDispatch(bench, () =>
            {
                ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 100);
                adapter.PutScatterGatherList(list, writeToDevice: false);
                adapter.PutScatterGatherList(list, writeToDevice: false);
            }), 1, 2);
        }),
        ["released with a common buffer"] = new(0x07, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            bench.Machine.Run(() => adapter.AllocateCommonBuffer(PAGE_SIZE, out _, true));
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), adapter.Address, 1);
        }),
        ["released with the channel kept"] = new(0x08, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            bench.AtDispatch(() => adapter.AllocateAdapterChannel(bench.Device, 0, (_, _, _, _) => KeepObject, null));
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), adapter.Address, 1);
        }),
        ["released with map registers"] = new(0x09, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            bench.AtDispatch(() => bench.Allocate(adapter, 2));
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), adapter.Address, 2);
        }),
        ["released with a list"] = new(0x0A, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            bench.AtDispatch(() => bench.GetList(adapter, mdl, mdl.VirtualAddress, 100));
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), adapter.Address, 1);
        }),
        ["a second channel"] = new(0x0B, "MDL4014", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            return new(AtDispatch(bench, () => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) =>
            {
                adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => DeallocateObject, null);
                return DeallocateObject;
            }, null)), 2);
        }),
        ["more map registers asked for than granted"] = new(0x0C, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24, out uint granted);
            return new(AtDispatch(bench, () => adapter.AllocateAdapterChannel(bench.Device, granted + 1, (_, _, _, _) => DeallocateObject, null)),
                granted + 1, granted);
        }),
        ["a piece with more pages than map registers"] = new(0x0C, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(8192, 0xF38);
            return new(AtDispatch(bench, () => Map(adapter, mdl, bench.Allocate(adapter, 2), mdl.VirtualAddress, 8192)), 3, 2);
        }),
        ["released with bytes that are not flushed"] = new(0x0D, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64, out uint granted);
            Mdl mdl = bench.Lock(100, 0);
            bench.AtDispatch(() => Map(adapter, mdl, null, mdl.VirtualAddress, 100));
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), 100, granted * PAGE_SIZE);
        }),
        ["pages that are not locked"] = new(0x0E, "MDL4009", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            nuint buffer = bench.App.Allocate(100);
            Mdl mdl = bench.Machine.Run(() => IoAllocateMdl(buffer, 100, false, false, null)!);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, buffer, 100)), mdl.Address);
        }),
        ["an MDL with damaged flags"] = new(0x0E, "MDL4009", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            bench.App.Run(() => MmUnlockPages(mdl));
            mdl.MdlFlags |= MdlFlags.MDL_PAGES_LOCKED;
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 100)), mdl.Address);
        }),
        ["the tag before a common buffer"] = OverrunOfCommonBuffer(1, logical => logical - 1),
        ["the tag after a common buffer"] = OverrunOfCommonBuffer(2, logical => logical + 100),
        ["the padding before a common buffer"] = OverrunOfCommonBuffer(4, logical => logical - 9),
        ["the padding after a common buffer"] = OverrunOfCommonBuffer(5, logical => logical + 108),
        ["the tag before a transfer"] = OverrunOfTransfer(1, logical => logical - 1),
        ["the tag after a transfer"] = OverrunOfTransfer(2, logical => logical + 100),
        ["the padding before a transfer"] = OverrunOfTransfer(4, logical => logical - 9),
        ["the padding after a transfer"] = OverrunOfTransfer(5, logical => logical + 108),
        ["a free map register written to"] = new(0x0F, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(100, 0, 0x2000);
            long logical = 0;
            bench.AtDispatch(() =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 1);
                logical = Map(adapter, mdl, registers, mdl.VirtualAddress, 100).Address;
                adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false);
                adapter.FreeMapRegisters(registers, 1);
            });
            return new(AtDispatch(bench, () => DeviceWrites(adapter, logical, 1)), 3, (ulong)logical);
        }),
        ["map registers freed while mapped"] = new(0x10, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(8192, 0);
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 3);
                Map(adapter, mdl, registers, mdl.VirtualAddress, 8192);
                adapter.FreeMapRegisters(registers, 3);
            }), 2);
        }),
        ["DeallocateObject while map registers are mapped"] = new(0x10, "MDL4013", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(100, 0);
            return new(AtDispatch(bench, () => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, registers, _) =>
            {
                Map(adapter, mdl, registers, mdl.VirtualAddress, 100);
                return DeallocateObject;
            }, null)), 1);
        }),
        ["released while a request refers to it"] = new(0x11, "MDL4010", bench =>
        {
            DmaAdapter other = bench.GetAdapter(Packet24), adapter = bench.GetAdapter(Packet24);
            bench.AtDispatch(() =>
            {
                bench.Allocate(other, 2);
                adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, _, _) => DeallocateObject, null);
            });
            return new(() => bench.Machine.Run(adapter.PutDmaAdapter), 1, adapter.Address);
        })
        {
            Options = new() { LogicalEqualsPhysical = true, MapRegisters = 2 },
        },
        ["another IRQL than required"] = new(0x13, "MDL6004", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            return new(AtDispatch(bench, () => adapter.GetDmaAlignment()), 1, 0, 2);
        }),
        ["an IRQL above the allowed one"] = new(0x13, "MDL6004", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            return new(() => bench.Machine.Run(() =>
            {
                KeRaiseIrql(Kirql.HIGH_LEVEL, out Kirql old);
                adapter.ReadDmaCounter();
                KeLowerIrql(old);
            }), 2, 2, 15);
        }),
        ["a list asked for below the level that is recommended"] = new(0x14, "MDL6004", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 });
            Mdl mdl = bench.Lock(100, 0);
            var context = new DmaTransferContext();
            bench.Machine.Run(() => adapter.InitializeDmaTransferContext(context));
            return new(() => bench.Machine.Run(() => adapter.GetScatterGatherListEx(bench.Device, context, mdl, 0, 100, 0, (_, _, _, _) => { }, null, false)));
        })
        {
            IsNotedOnly = true,
        },
        ["more map registers outstanding than granted"] = new(0x15, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24, out uint granted);
            return new(AtDispatch(bench, () =>
            {
                bench.Allocate(adapter, granted);
                bench.Allocate(adapter, 1);
            }), granted + 1, granted);
        }),
        ["pieces with more pages than map registers"] = new(0x15, "MDL4005", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(0x3000, 0);
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.Allocate(adapter, 2);
                Map(adapter, mdl, registers, mdl.VirtualAddress, 0x2000);
                Map(adapter, mdl, registers, mdl.VirtualAddress + 0x2000, 0x1000);
            }), 3, 2);
        }),
        ["flush of what is not mapped"] = new(0x16, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            return new(AtDispatch(bench, () => adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false)),
                adapter.Address, mdl.VirtualAddress, mdl.Address);
        }),
        ["flush in the other direction"] = new(0x16, "MDL4008", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0, 0x2000);
            return new(AtDispatch(bench, () =>
            {
                Map(adapter, mdl, null, mdl.VirtualAddress, 100, writeToDevice: true);
                adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
            }), 0x2000 * PAGE_SIZE, mdl.VirtualAddress, mdl.Address);
        }),
        ["adapter used after its release"] = new(0x18, "MDL4010", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            bench.Machine.Run(adapter.PutDmaAdapter);
            return new(() => bench.Machine.Run(() => adapter.GetDmaAlignment()), adapter.Address);
        }),
        ["null adapter"] = new(0x19, "MDL4017", bench =>
        {
            Mdl mdl = bench.Lock(100, 0);
            uint length = 100;
            return new(AtDispatch(bench, () => IoMapTransfer(null, mdl, null, mdl.VirtualAddress, ref length, writeToDevice: false)));
        }, Off: 0xD1),
        ["null adapter to flush"] = new(0x19, "MDL4017", bench =>
        {
            Mdl mdl = bench.Lock(100, 0);
            return new(AtDispatch(bench, () => IoFlushAdapterBuffers(null, mdl, null, mdl.VirtualAddress, 100, writeToDevice: false)));
        }, Off: 0xD1),
        ["an address that is not in the MDL"] = new(0x1B, "MDL4002", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0x38);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.StartVa, 10)), mdl.StartVa, mdl.Address);
        }),
        ["a range mapped twice"] = new(0x1D, "MDL4007", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            nuint start = mdl.VirtualAddress;
            return new(AtDispatch(bench, () =>
            {
                Map(adapter, mdl, null, start + 50, 50);
                Map(adapter, mdl, null, start, 100);
            }), start, start + 100, start + 50);
        }),
        ["HalGetAdapter"] = new(0x1E, "MDL4017", bench => new(() => bench.Machine.Run(() => HalGetAdapter(ScatterGather64, out _)))),
        ["a list from before its first MDL"] = new(0x1F, "MDL4002", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0x38);
            return new(GetList(bench, adapter, mdl, mdl.VirtualAddress - 1), 1, mdl.VirtualAddress - 1, mdl.Address);
        }),
        ["a list from behind its first MDL"] = new(0x1F, "MDL4002", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0x38);
            return new(GetList(bench, adapter, mdl, mdl.VirtualAddress + 100), 2, mdl.VirtualAddress + 100, mdl.Address);
        }),
        ["a length that leaves the last page"] = new(0x1F, "MDL2003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(0xFC8, 0x38);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 0xFC9)), 3, mdl.Address, 0xFC9);
        }),
        ["an address inside a cache line"] = new(0x1F, "MDL4015", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = OwnBuffer(bench, 0x100, 0x20);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 0x100)), 4, mdl.VirtualAddress, mdl.Address);
        })
        {
            Options = new() { CoherentDma = false },
        },
        ["a length that ends inside a cache line"] = new(0x1F, "MDL4015", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = OwnBuffer(bench, 0x120, 0x40);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 0x120)), 5, 0x120, mdl.Address);
        })
        {
            Options = new() { CoherentDma = false },
        },
        ["an address inside a word"] = new(0x1F, "MDL4015", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(SystemDmaBench.WordChannel);
            Mdl mdl = bench.Lock(0x100, 0x801);
            return new(AtDispatch(bench, () => MapOnChannel(bench, adapter, mdl)), 4, mdl.VirtualAddress, mdl.Address);
        }),
        ["a length that ends inside a word"] = new(0x1F, "MDL4015", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(SystemDmaBench.WordChannel);
            Mdl mdl = bench.Lock(0xFF, 0x800);
            return new(AtDispatch(bench, () => MapOnChannel(bench, adapter, mdl)), 5, 0xFF, mdl.Address);
        }),
        ["flush of a map register that is not mapped"] = new(0x20, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(Packet24);
            Mdl mdl = bench.Lock(100, 0);
            MapRegisters registers = null!;
            bench.AtDispatch(() => registers = bench.Allocate(adapter, 1)!);
            return new(AtDispatch(bench, () => adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 100, writeToDevice: false)),
                Assert.Single(bench.Machine.DmaAdapters[0].Files).Base, mdl.VirtualAddress, mdl.Address);
        }),
        ["nothing to map"] = new(0x21, "MDL4016", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 0)), adapter.Address);
        }),
        ["an MDL that says it is mapped"] = new(0x22, "MDL4009", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0);
            mdl.MdlFlags |= MdlFlags.MDL_MAPPED_TO_SYSTEM_VA;
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 100)), mdl.Address);
        }),
        ["flush of a system transfer that goes on"] = new(0x23, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(SystemDmaBench.WordChannel with { Version = 3, DmaRequestLine = 5 });
            Mdl mdl = bench.Lock(100, 0, 0x500);
            return new(AtDispatch(bench, () =>
            {
                MapRegisters? registers = bench.AllocateInline(adapter, 1);
                uint length = 100;
                adapter.MapTransferEx(mdl, registers, 0, 0, ref length, false, null, 0, null, null);
                adapter.FlushAdapterBuffersEx(mdl, registers, 0, 100, false);
            }), 0, 1, 5);
        }),
        ["a length that stays in the last page"] = new(0x24, "MDL2003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0x38);
            return new(AtDispatch(bench, () => Map(adapter, mdl, null, mdl.VirtualAddress, 107)), 7);
        }),
        ["a description of no version"] = new(0x25, "MDL4017", bench =>
            new(() => bench.Machine.Run(() => IoGetDmaAdapter(bench.Device, new() { Version = 4 }, out _)), 4)),
        ["a device writes after the flush"] = new(0x26, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0, 0x2000);
            bench.AtDispatch(() =>
            {
                Map(adapter, mdl, null, mdl.VirtualAddress, 100);
                adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 100, writeToDevice: false);
            });
            return new(AtDispatch(bench, () => DeviceWrites(adapter, 0x200_0000, 1)), bench.Device.Address, 0x200_0000, 1);
        }),
        ["a device writes to what it was to read"] = new(0x26, "MDL4008", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            Mdl mdl = bench.Lock(100, 0, 0x2000);
            bench.AtDispatch(() => Map(adapter, mdl, null, mdl.VirtualAddress, 100, writeToDevice: true));
            return new(AtDispatch(bench, () => DeviceWrites(adapter, 0x200_0000, 1)), bench.Device.Address, 0x200_0000, 1);
        }),
        ["a device reads behind an IOMMU"] = new(0x26, "MDL4003", bench =>
        {
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
            return new(AtDispatch(bench, () => DeviceReads(adapter, 0x7000_0000_0000, 1)), bench.Device.Address, 0x7000_0000_0000, 0);
        }, Off: 0xE6)
        {
            Options = new() { Iommu = true },
        },
    };

    /// <summary>Rows of the table that no driver of this machine can cause, and why.</summary>
    private static readonly Dictionary<(ulong Violation, ulong P2), string> s_unreachable = new()
    {
        [(0x01, 0)] = "the performance counter of the machine is its virtual time, which never goes back",
        [(0x02, 0)] = "as 0x01: virtual time goes on as far as it is told to",
    };

    /// <summary>The published violations (DMA-318), with their second parameter where it tells kinds apart.</summary>
    private static readonly (ulong Violation, ulong P2)[] s_table =
    [
        (0x00, 1), (0x00, 2), (0x01, 0), (0x02, 0), (0x03, 0), (0x04, 0), (0x05, 0), (0x06, 0), (0x07, 0), (0x08, 0), (0x09, 0), (0x0A, 0), (0x0B, 0),
        (0x0C, 0), (0x0D, 0), (0x0E, 0), (0x0F, 1), (0x0F, 2), (0x0F, 3), (0x0F, 4), (0x0F, 5), (0x10, 0), (0x11, 0), (0x13, 1), (0x13, 2), (0x14, 0),
        (0x15, 0), (0x16, 0), (0x18, 0), (0x19, 0), (0x1B, 0), (0x1D, 0), (0x1E, 0), (0x1F, 1), (0x1F, 2), (0x1F, 3), (0x1F, 4), (0x1F, 5), (0x20, 0),
        (0x21, 0), (0x22, 0), (0x23, 0), (0x24, 0), (0x25, 0), (0x26, 0),
    ];

    public static TheoryData<string> Names => [.. s_rows.Keys];

    [Theory, Proves("DMA-318", "DMA-311", "DMA-317", "DMA-322", "DMA-389")]
    [MemberData(nameof(Names))]
    public void Strict_mode_stops_with_the_numbers_of_the_table(string name) => Check(name, VerifierMode.Strict);

    [Theory, Proves("DMA-318", "DMA-311")]
    [MemberData(nameof(Names))]
    public void Survey_mode_records_them_and_goes_on(string name) => Check(name, VerifierMode.Survey);

    [Theory, Proves("DMA-368")]
    [MemberData(nameof(Names))]
    public void Off_mode_does_the_damage_within_the_machine(string name) => Check(name, VerifierMode.Off);

    [Fact, Proves("DMA-318", "DMA-319")]
    public void Every_row_of_the_table_is_here_or_says_why_not()
    {
        HashSet<(ulong, ulong)> provoked = [];
        foreach (DmaViolationRow row in s_rows.Values)
        {
            using var bench = new DmaBench(row.Options with { Verifier = VerifierMode.Survey });
            ulong second = row.Prepare(bench).P2;
            provoked.Add((row.Parameter1, s_table.Any(entry => entry.Violation == row.Parameter1 && entry.P2 > 0) ? second : 0));
        }

        Assert.Equal(s_table.Except(s_unreachable.Keys).Order(), provoked.Order());
    }

    private static void Check(string name, VerifierMode mode)
    {
        DmaViolationRow row = s_rows[name];
        using var bench = new DmaBench(row.Options with { Verifier = mode });
        Harm harm = row.Prepare(bench);
        Exception? thrown = Record.Exception(harm.Act);
        if (row.IsNotedOnly && mode == VerifierMode.Strict)
            Assert.Equal((null, 0), (thrown, bench.Machine.Findings.Count));
        else
            ViolationRunner.Compare((0xE6, row.Parameter1, harm.P2, harm.P3, harm.P4, row.RuleId), row.Off, mode, bench.Machine, thrown);
        if (thrown is null)
            Assert.True(bench.Machine.Run(() => KeGetCurrentIrql() == Kirql.PASSIVE_LEVEL));
    }

    private static Action AtDispatch(DmaBench bench, Action misuse) => () => bench.AtDispatch(misuse);

    /// <summary>Non-paged pool that begins at an offset in its page.</summary>
    private static Mdl OwnBuffer(DmaBench bench, uint length, nuint offset) => bench.Machine.Run(() =>
    {
        nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, 0x66754244);
        Mdl mdl = IoAllocateMdl(pool + offset, length, false, false, null)!;
        MmBuildMdlForNonPagedPool(mdl);
        return mdl;
    });

    private static Action GetList(DmaBench bench, DmaAdapter adapter, Mdl mdl, nuint currentVa) =>
        AtDispatch(bench, () => adapter.GetScatterGatherList(bench.Device, mdl, currentVa, 10, (_, _, _, _) => { }, null, writeToDevice: false));

    private static void MapOnChannel(DmaBench bench, DmaAdapter adapter, Mdl mdl) => adapter.AllocateAdapterChannel(bench.Device, 1, (_, _, registers, _) =>
    {
        Map(adapter, mdl, registers, mdl.VirtualAddress, mdl.ByteCount);
        return KeepObject;
    }, null);

    /// <summary>A device writes one byte outside a common buffer of 100 bytes.</summary>
    private static DmaViolationRow OverrunOfCommonBuffer(ulong subCode, Func<long, long> position) => new(0x0F, "MDL2003", bench =>
    {
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        PhysicalAddress logical = default;
        nuint buffer = bench.Machine.Run(() => adapter.AllocateCommonBuffer(100, out logical, true));
        long at = position(logical.QuadPart);
        nuint corrupt = buffer + (nuint)(at - logical.QuadPart);
        return new(AtDispatch(bench, () => DeviceWrites(adapter, at, 1)), subCode, subCode < 3 ? 100 : buffer, subCode < 3 ? buffer : corrupt);
    });

    /// <summary>A device writes one byte outside what 100 bytes are mapped to.</summary>
    private static DmaViolationRow OverrunOfTransfer(ulong subCode, Func<long, long> position) => new(0x0F, "MDL2003", bench =>
    {
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(100, 0x800);
        long logical = 0;
        bench.AtDispatch(() => logical = Map(adapter, mdl, null, mdl.VirtualAddress, 100).Address);
        long at = position(logical);
        return new(AtDispatch(bench, () => DeviceWrites(adapter, at, 1)),
            subCode, subCode < 3 ? 100 : (ulong)logical, (ulong)(subCode < 3 ? logical : at));
    })
    {
        Options = s_guarded,
    };
}
