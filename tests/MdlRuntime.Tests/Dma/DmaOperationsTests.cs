using System.Reflection;
using MdlRuntime.Verification;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>The table of operations: its size, its slots, the routines behind them, and what a call behind its end does.</summary>
public sealed class DmaOperationsTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, char> s_letters = new()
    {
        [typeof(uint)] = 'U',
        [typeof(ulong)] = 'Q',
        [typeof(bool)] = 'B',
        [typeof(nuint)] = 'P',
        [typeof(PhysicalAddress)] = 'A',
        [typeof(object)] = 'O',
        [typeof(Mdl)] = 'M',
        [typeof(ScatterGatherList)] = 'S',
        [typeof(DeviceObject)] = 'D',
        [typeof(MapRegisters)] = 'R',
        [typeof(DmaTransferContext)] = 'T',
        [typeof(IoAllocationAction)] = 'I',
        [typeof(MemoryCachingType)] = 'C',
        [typeof(NtStatus)] = 'N',
        [typeof(void)] = 'V',
        [typeof(DmaAdapterInfo)] = 'i',
        [typeof(DmaTransferInfo)] = 't',
        [typeof(IommuDmaDomain)] = 'd',
        [typeof(DmaCommonBufferVector)] = 'v',
        [typeof(DmaCommonBufferExtendedConfiguration[])] = 'c',
    };

    [Theory, Proves("DMA-083", "DMA-041")]
    [InlineData(0u, 0x68u, "PutScatterGatherList")]
    [InlineData(1u, 0x68u, "PutScatterGatherList")]
    [InlineData(2u, 0x80u, "BuildMdlFromScatterGatherList")]
    [InlineData(3u, 0x140u, "CreateCommonBufferFromMdl")]
    public void The_version_of_the_description_decides_where_the_table_ends(uint version, uint size, string last)
    {
        using var bench = new DmaBench();
        DmaOperations operations = bench.GetAdapter(ScatterGather64 with { Version = version, DmaAddressWidth = 64 }).DmaOperations;
        Assert.Equal((size, last, size - 8), (operations.Size, operations.Slots[^1].Name, operations.Slots[^1].Offset));
    }

    [Fact, Proves("DMA-084")]
    public void The_slots_are_those_of_the_header_in_its_order()
    {
        using var bench = new DmaBench();
        DmaOperations operations = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 }).DmaOperations;
        Assert.Equal(
            [
                "0x08 PutDmaAdapter 1", "0x10 AllocateCommonBuffer 1", "0x18 FreeCommonBuffer 1", "0x20 AllocateAdapterChannel 1",
                "0x28 FlushAdapterBuffers 1", "0x30 FreeAdapterChannel 1", "0x38 FreeMapRegisters 1", "0x40 MapTransfer 1", "0x48 GetDmaAlignment 1",
                "0x50 ReadDmaCounter 1", "0x58 GetScatterGatherList 1", "0x60 PutScatterGatherList 1", "0x68 CalculateScatterGatherList 2",
                "0x70 BuildScatterGatherList 2", "0x78 BuildMdlFromScatterGatherList 2", "0x80 GetDmaAdapterInfo 3", "0x88 GetDmaTransferInfo 3",
                "0x90 InitializeDmaTransferContext 3", "0x98 AllocateCommonBufferEx 3", "0xA0 AllocateAdapterChannelEx 3",
                "0xA8 ConfigureAdapterChannel 3", "0xB0 CancelAdapterChannel 3", "0xB8 MapTransferEx 3", "0xC0 GetScatterGatherListEx 3",
                "0xC8 BuildScatterGatherListEx 3", "0xD0 FlushAdapterBuffersEx 3", "0xD8 FreeAdapterObject 3", "0xE0 CancelMappedTransfer 3",
                "0xE8 AllocateDomainCommonBuffer 3", "0xF0 FlushDmaBuffer 3", "0xF8 JoinDmaDomain 3", "0x100 LeaveDmaDomain 3", "0x108 GetDmaDomain 3",
                "0x110 AllocateCommonBufferWithBounds 3", "0x118 AllocateCommonBufferVector 3", "0x120 GetCommonBufferFromVectorByIndex 3",
                "0x128 FreeCommonBufferFromVector 3", "0x130 FreeCommonBufferVector 3", "0x138 CreateCommonBufferFromMdl 3",
            ],
            operations.Slots.Select(slot => $"0x{slot.Offset:X2} {slot.Name} {slot.Version}"));
    }

    [Fact, Proves("DMA-083", "DMA-084")]
    public void A_later_table_begins_with_the_earlier_one()
    {
        using var bench = new DmaBench();
        DmaOperations[] tables = [.. Enumerable.Range(1, 3).Select(version =>
            bench.GetAdapter(ScatterGather64 with { Version = (uint)version, DmaAddressWidth = 64 }).DmaOperations)];
        Assert.Equal(tables[0].Slots, tables[1].Slots.Take(12));
        Assert.Equal(tables[1].Slots, tables[2].Slots.Take(15));
        Assert.Equal([true, true, true], tables.Select(table => table.Has(nameof(DmaAdapter.MapTransfer))));
        Assert.Equal([false, true, true], tables.Select(table => table.Has(nameof(DmaAdapter.CalculateScatterGatherList))));
        Assert.Equal([false, false, true], tables.Select(table => table.Has(nameof(DmaAdapter.MapTransferEx))));
        Assert.False(tables[2].Has("IoGetDmaAdapter"));
    }

    [Fact, Proves("DMA-085", "DMA-083")]
    public void Calling_behind_the_table_at_dispatch_level_stops_the_machine()
    {
        foreach (VerifierMode mode in Enum.GetValues<VerifierMode>())
        {
            using var bench = new DmaBench(Physical(mode));
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 1 });
            BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() =>
                adapter.CalculateScatterGatherList(null, 0, 4096, out _, out _)));
            const ulong executes = 8;
            Assert.Equal((0xD1u, 2ul, executes, "MDL4017"), (stop.Code, stop.Parameter2, stop.Parameter3, stop.RuleId));
            Assert.Contains("0x68 bytes", stop.Message, StringComparison.Ordinal);
        }
    }

    [Fact, Proves("DMA-085")]
    public void Calling_behind_the_table_at_passive_level_stops_the_machine_too()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 1 });
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
            adapter.CalculateScatterGatherList(null, 0, 4096, out _, out _)));
        Assert.Equal((0x50u, 0x10ul), (stop.Code, stop.Parameter2));
    }

    [Fact, Proves("DMA-081")]
    public void No_routine_takes_a_released_adapter()
    {
        foreach (MethodInfo routine in Routines())
        {
            using var bench = new DmaBench();
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 });
            Mdl mdl = bench.Lock(100, 0);
            bench.Machine.Run(adapter.PutDmaAdapter);
            object?[] arguments = [.. routine.GetParameters().Select(parameter => Argument(bench, mdl, parameter.ParameterType))];

            var thrown = Assert.Throws<TargetInvocationException>(() => bench.Machine.Run(() => routine.Invoke(adapter, arguments)));

            Assert.True(
                thrown.InnerException is BugCheckException stop && (stop.Code, stop.Parameter1, stop.Parameter2) == (0xE6, 0x18, adapter.Address),
                $"{routine}: {thrown.InnerException}");
        }
    }

    /// <summary>One letter a parameter, in the order of the table of DMA-087; then what comes back. A question mark: may be missing from an overload.</summary>
    public static TheoryData<string, string> Signatures => new()
    {
        { "PutDmaAdapter", ":V" },
        { "AllocateCommonBuffer", "UAB:P" },
        { "FreeCommonBuffer", "UAPB:V" },
        { "AllocateAdapterChannel", "DUFO:N" },
        { "FlushAdapterBuffers", "MRPUB:B" },
        { "FreeAdapterChannel", ":V" },
        { "FreeMapRegisters", "RU:V" },
        { "MapTransfer", "MRPUB:A" },
        { "GetDmaAlignment", ":U" },
        { "ReadDmaCounter", ":U" },
        { "GetScatterGatherList", "DMPUFOB:N" },
        { "PutScatterGatherList", "SB:V" },
        { "CalculateScatterGatherList", "MPUUU:N" },
        { "BuildScatterGatherList", "DMPUFOBPU:N" },
        { "BuildMdlFromScatterGatherList", "SMM:N" },
        { "GetDmaAdapterInfo", "i:N" },
        { "GetDmaTransferInfo", "MQUBt:N" },
        { "InitializeDmaTransferContext", "T:N" },
        { "AllocateCommonBufferEx", "A?UABU:P" },
        { "AllocateAdapterChannelEx", "DTUUF?O?R?:N" },
        { "ConfigureAdapterChannel", "UO:N" },
        { "CancelAdapterChannel", "DT:B" },
        { "MapTransferEx", "MRQUUBS?UF?O?:N" },
        { "GetScatterGatherListEx", "DTMQUUF?O?BF?O?S?:N" },
        { "BuildScatterGatherListEx", "DTMQUUF?O?BPUF?O?S?:N" },
        { "FlushAdapterBuffersEx", "MRQUB:N" },
        { "FreeAdapterObject", "I:V" },
        { "CancelMappedTransfer", "T:N" },
        { "AllocateDomainCommonBuffer", "dA?UUC?UAP:N" },
        { "FlushDmaBuffer", "MB:N" },
        { "JoinDmaDomain", "d:N" },
        { "LeaveDmaDomain", ":N" },
        { "GetDmaDomain", ":d" },
        { "AllocateCommonBufferWithBounds", "A?A?UUC?UA:P" },
        { "AllocateCommonBufferVector", "AACUUUQv:N" },
        { "GetCommonBufferFromVectorByIndex", "vUPA:V" },
        { "FreeCommonBufferFromVector", "vU:V" },
        { "FreeCommonBufferVector", "v:V" },
        { "CreateCommonBufferFromMdl", "McUA:N" },
    };

    [Fact, Proves("DMA-084")]
    public void Every_slot_has_a_routine_behind_it() =>
        Assert.Equal(Enum.GetNames<DmaSlot>().Skip(1).Order(StringComparer.Ordinal), Routines().Select(method => method.Name).Distinct().Order(StringComparer.Ordinal));

    [Theory, Proves("DMA-085")]
    [InlineData(1u)]
    [InlineData(2u)]
    public void No_routine_behind_the_table_can_be_called(uint version)
    {
        foreach (MethodInfo routine in Routines())
        {
            using var bench = new DmaBench(Physical(VerifierMode.Off));
            DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = version });
            if (adapter.DmaOperations.Has(routine.Name))
                continue;
            Mdl mdl = bench.Lock(100, 0);
            object?[] arguments = [.. routine.GetParameters().Select(parameter => Argument(bench, mdl, parameter.ParameterType))];

            var thrown = Assert.Throws<TargetInvocationException>(() => bench.AtDispatch(() => routine.Invoke(adapter, arguments)));

            Assert.True(thrown.InnerException is BugCheckException { Code: 0xD1, RuleId: "MDL4017" }, $"{routine}: {thrown.InnerException}");
        }
    }

    [Theory, Proves("DMA-087")]
    [MemberData(nameof(Signatures))]
    public void A_routine_has_the_parameters_of_its_slot_in_their_order(string routine, string signature)
    {
        MethodInfo[] overloads = [.. Routines().Where(method => method.Name == routine)];
        Assert.NotEmpty(overloads);
        foreach (MethodInfo method in overloads)
            Assert.Matches($"^{signature}$", string.Concat(method.GetParameters().Select(parameter => Letter(parameter.ParameterType))) + ":" + Letter(method.ReturnType));
    }

    [Fact, Proves("DMA-087")]
    public void Every_slot_has_its_parameters_in_the_table() =>
        Assert.Equal(Enum.GetNames<DmaSlot>().Skip(1).Order(StringComparer.Ordinal), Signatures.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Fact, Proves("DMA-088")]
    public void Callbacks_have_the_parameters_of_their_documentation()
    {
        Assert.Equal("IoAllocationAction (DeviceObject, Irp, MapRegisters, Object)", Shape<DriverControl>());
        Assert.Equal("Void (DeviceObject, Irp, ScatterGatherList, Object)", Shape<DriverListControl>());
        Assert.Equal("Void (DmaAdapter, DeviceObject, Object, DmaCompletionStatus)", Shape<DmaCompletionRoutine>());
    }

    private static string Shape<T>()
    {
        MethodInfo invoke = typeof(T).GetMethod("Invoke")!;
        return $"{invoke.ReturnType.Name} ({string.Join(", ", invoke.GetParameters().Select(parameter => parameter.ParameterType.Name))})";
    }

    private static char Letter(Type type)
    {
        type = type.IsByRef ? type.GetElementType()! : type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsAssignableTo(typeof(Delegate)) ? 'F' : s_letters.GetValueOrDefault(type, 'x');
    }

    /// <summary>The methods behind the slots.</summary>
    private static IEnumerable<MethodInfo> Routines() => typeof(DmaAdapter).GetMethods(Declared).Where(method => Enum.IsDefined(typeof(DmaSlot), method.Name));

    private static object? Argument(DmaBench bench, Mdl mdl, Type type)
    {
        DriverControl control = (_, _, _, _) => IoAllocationAction.DeallocateObject;
        DriverListControl listControl = (_, _, _, _) => { };
        return new Dictionary<Type, object>
        {
            [typeof(DeviceObject)] = bench.Device,
            [typeof(Mdl)] = mdl,
            [typeof(DriverControl)] = control,
            [typeof(DriverListControl)] = listControl,
            [typeof(DmaTransferContext)] = new DmaTransferContext(),
            [typeof(ScatterGatherList)] = ScatterGatherList.WithCapacity(2),
            [typeof(IoAllocationAction)] = IoAllocationAction.DeallocateObject,
        }.GetValueOrDefault(type) ?? (type.IsValueType ? Activator.CreateInstance(type) : null);
    }
}
