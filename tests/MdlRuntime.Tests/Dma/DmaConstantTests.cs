using System.Reflection;
using static MdlRuntime.IoManager;
using static MdlRuntime.NtStatus;

namespace MdlRuntime.Tests.Dma;

/// <summary>Values that drivers are compiled with, and what the handles of DMA show of themselves.</summary>
public sealed class DmaConstantTests
{
    [Fact, Proves("DMA-013")]
    public void Buses() => Assert.Equal(
        [
            "Internal", "Isa", "Eisa", "MicroChannel", "TurboChannel", "PCIBus", "VMEBus", "NuBus", "PCMCIABus", "CBus", "MPIBus", "MPSABus",
            "ProcessorInternal", "InternalPowerBus", "PNPISABus", "PNPBus", "Vmcs", "ACPIBus", "MaximumInterfaceType", "InterfaceTypeUndefined",
        ],
        NamesOf<InterfaceType>([.. Enumerable.Range(0, 19), -1]));

    [Fact, Proves("DMA-014")]
    public void Widths() => Assert.Equal(
        ["Width8Bits", "Width16Bits", "Width32Bits", "Width64Bits", "WidthNoWrap", "MaximumDmaWidth"], NamesOf<DmaWidth>(Enumerable.Range(0, 6)));

    [Fact, Proves("DMA-015")]
    public void Speeds() => Assert.Equal(
        ["Compatible", "TypeA", "TypeB", "TypeC", "TypeF", "MaximumDmaSpeed"], NamesOf<DmaSpeed>(Enumerable.Range(0, 6)));

    [Fact, Proves("DMA-016")]
    public void Caching_types() => Assert.Equal(
        [
            "MmNotMapped", "MmNonCached", "MmCached", "MmWriteCombined", "MmHardwareCoherentCached", "MmNonCachedUnordered", "MmUSWCCached",
            "MmMaximumCacheType",
        ],
        NamesOf<MemoryCachingType>(Enumerable.Range(-1, 8)));

    [Fact, Proves("DMA-018")]
    public void Allocation_actions_begin_with_1() => Assert.Equal(
        [null, "KeepObject", "DeallocateObject", "DeallocateObjectKeepRegisters"], NamesOf<IoAllocationAction>(Enumerable.Range(0, 4)));

    [Fact, Proves("DMA-019")]
    public void Completion_statuses() => Assert.Equal(
        ["DmaComplete", "DmaAborted", "DmaError", "DmaCancelled"], NamesOf<DmaCompletionStatus>(Enumerable.Range(0, 4)));

    [Fact, Proves("DMA-020", "DMA-021", "DMA-022")]
    public void Versions_sizes_and_flags()
    {
        Assert.Equal<uint[]>([0, 1, 2, 3], [DEVICE_DESCRIPTION_VERSION, DEVICE_DESCRIPTION_VERSION1, DEVICE_DESCRIPTION_VERSION2, DEVICE_DESCRIPTION_VERSION3]);
        Assert.Equal<uint[]>([1, 2, 4], [DMA_SYNCHRONOUS_CALLBACK, DMA_ZERO_BUFFERS, DMA_FAIL_ON_BOUNCE]);
        Assert.Equal<uint[]>(
            [1, 1, 2, 1, 128],
            [DMA_ADAPTER_INFO_VERSION1, DMA_TRANSFER_INFO_VERSION1, DMA_TRANSFER_INFO_VERSION2, DMA_TRANSFER_CONTEXT_VERSION1, DMA_TRANSFER_CONTEXT_SIZE_V1]);
        Assert.Equal<uint[]>([1, 2, 1], [ADAPTER_INFO_SYNCHRONOUS_CALLBACK, ADAPTER_INFO_API_BYPASS, DOMAIN_COMMON_BUFFER_LARGE_PAGE]);
    }

    [Fact, Proves("DMA-023")]
    public void Kinds_of_extended_common_buffer_configuration()
    {
        Assert.Equal(
            ["CommonBufferConfigTypeLogicalAddressLimits", "CommonBufferConfigTypeSubSection", "CommonBufferConfigTypeHardwareAccessPermissions", "CommonBufferConfigTypeMax"],
            NamesOf<DmaCommonBufferExtendedConfigurationType>(Enumerable.Range(0, 4)));
        Assert.Equal(
            ["CommonBufferHardwareAccessReadOnly", "CommonBufferHardwareAccessWriteOnly", "CommonBufferHardwareAccessReadWrite", "CommonBufferHardwareAccessMax"],
            NamesOf<DmaCommonBufferExtendedConfigurationAccessType>(Enumerable.Range(0, 4)));
    }

    [Fact, Proves("DMA-024")]
    public void A_page_of_a_domain_has_a_bit_for_reading_and_one_for_writing() =>
        Assert.Equal([1u, 2u], ((IommuPermissions[])[IommuPermissions.Read, IommuPermissions.Write]).Select(permission => (uint)permission));

    [Fact, Proves("DMA-024")]
    public void Domain_types() => Assert.Equal(
        ["DomainTypeTranslate", "DomainTypePassThrough", "DomainTypeUnmanaged", "DomainTypeTranslateS1", "DomainTypeMax"],
        NamesOf<IommuDmaDomainType>(Enumerable.Range(0, 5)));

    [Fact, Proves("DMA-029")]
    public void Statuses() => Assert.Equal<uint[]>(
        [
            0x00000000, 0x00000103, 0xC0000001, 0xC0000002, 0xC0000005, 0xC000000D, 0xC0000016, 0xC0000023, 0xC0000073, 0xC000009A, 0xC00000BB,
            0xC00000EF, 0xC00000F0, 0xC00000F1, 0xC00000F2, 0xC0000120,
        ],
        [
            .. ((NtStatus[])[
                STATUS_SUCCESS, STATUS_PENDING, STATUS_UNSUCCESSFUL, STATUS_NOT_IMPLEMENTED, STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER,
                STATUS_MORE_PROCESSING_REQUIRED, STATUS_BUFFER_TOO_SMALL, STATUS_NONE_MAPPED, STATUS_INSUFFICIENT_RESOURCES, STATUS_NOT_SUPPORTED,
                STATUS_INVALID_PARAMETER_1, STATUS_INVALID_PARAMETER_2, STATUS_INVALID_PARAMETER_3, STATUS_INVALID_PARAMETER_4, STATUS_CANCELLED,
            ]).Select(status => (uint)status),
        ]);

    [Fact, Proves("DMA-030")]
    public void Bug_checks() => Assert.Equal<uint[]>(
        [0x0A, 0x40, 0xC4, 0xE6, 0x1DC],
        [
            BugCheckCode.IRQL_NOT_LESS_OR_EQUAL, BugCheckCode.TARGET_MDL_TOO_SMALL, BugCheckCode.DRIVER_VERIFIER_DETECTED_VIOLATION,
            BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, BugCheckCode.DMA_COMMON_BUFFER_VECTOR_ERROR,
        ]);

    [Fact, Proves("DMA-004")]
    public void A_map_register_base_shows_nothing_of_where_its_registers_are()
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        Assert.DoesNotContain(typeof(MapRegisters).GetMembers(own), member => member.Name is not nameof(ToString));
    }

    /// <summary>The system finds its part of a list by the list itself, not by what the elements say.</summary>
    [Fact, Proves("DMA-037")]
    public void A_copy_of_a_list_cannot_be_put_for_the_list()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(DmaBench.ScatterGather64);
        Mdl mdl = bench.Lock(100, 0);
        bench.Stops(0x06, () =>
        {
            ScatterGatherList list = bench.GetList(adapter, mdl, mdl.VirtualAddress, 100);
            adapter.PutScatterGatherList(ScatterGatherList.WithCapacity(list.NumberOfElements), writeToDevice: false);
        });
    }

    [Fact, Proves("DMA-040")]
    public void A_fresh_description_is_zero() => Assert.All(
        typeof(DeviceDescription).GetProperties().Where(property => property.SetMethod is { IsPublic: true }),
        property => Assert.Equal(Activator.CreateInstance(property.PropertyType), property.GetValue(new DeviceDescription())));

    private static IEnumerable<string?> NamesOf<T>(IEnumerable<int> values)
        where T : struct, Enum => values.Select(value => Enum.GetName((T)(object)value));
}
