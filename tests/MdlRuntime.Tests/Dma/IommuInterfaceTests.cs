using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>The low-level IOMMU interface: domains that a driver fills itself.</summary>
public sealed class IommuInterfaceTests
{
    private const uint ReadWrite = 3;
    private static readonly IommuDmaLogicalAllocatorConfig s_allocator = new(32);

    [Fact, Proves("DMA-304")]
    public void The_interface_is_there_on_machines_with_an_IOMMU_in_its_version()
    {
        using DmaBench plain = new(), bench = new(RemappingTests.Remapped());
        plain.Machine.Run(() => Assert.Equal(STATUS_NOT_SUPPORTED, IoGetIommuInterfaceEx(2, 0, out _)));
        bench.Machine.Run(() =>
        {
            Assert.Equal(STATUS_NOT_SUPPORTED, IoGetIommuInterfaceEx(9, 0, out _));
            Assert.Equal(STATUS_INVALID_PARAMETER, IoGetIommuInterfaceEx(2, 1, out _));
            Assert.Equal(STATUS_SUCCESS, IoGetIommuInterfaceEx(2, 0, out DmaIommuInterfaceEx? iommu));
            Assert.Equal(2u, iommu!.Version);
        });
    }

    [Fact, Proves("DMA-304", "DMA-305", "DMA-024")]
    public void A_device_in_a_domain_reaches_what_is_mapped_there_as_far_as_it_is_permitted()
    {
        using var bench = new DmaBench(RemappingTests.Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(8192, 0, 0x1000, 0x3000);
        PhysicalAddress both = default, readOnly = default;
        bench.Machine.Run(() =>
        {
            (DmaIommuInterfaceEx iommu, IommuDmaDomain domain, _) = Attach(bench, s_allocator);
            IommuMapPhysicalAddress memory = IommuMapPhysicalAddress.FromMdl(mdl);
            Assert.Equal(STATUS_SUCCESS, iommu.MapLogicalRangeEx(domain, ReadWrite, memory, null, null, null, out both));
            Assert.Equal(STATUS_SUCCESS, iommu.MapLogicalRangeEx(domain, 1, memory, null, null, null, out readOnly));
        });
        DeviceWrites(adapter, both.QuadPart, Numbered(8192));
        Assert.Equal(Numbered(8192), bench.Read(mdl, mdl.VirtualAddress, 8192));
        Assert.Equal(Numbered(8192), DeviceReads(adapter, readOnly.QuadPart, 8192));
        Assert.Equal("MDL4008", bench.Stops(0x26, () => DeviceWrites(adapter, readOnly.QuadPart, 1)).RuleId);
    }

    [Fact, Proves("DMA-304", "DMA-301")]
    public void An_unmapped_range_faults()
    {
        using var bench = new DmaBench(RemappingTests.Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0);
        bench.Stops(0x26, () =>
        {
            (DmaIommuInterfaceEx iommu, IommuDmaDomain domain, _) = Attach(bench, s_allocator);
            iommu.MapLogicalRangeEx(domain, ReadWrite, IommuMapPhysicalAddress.FromMdl(mdl), null, null, null, out PhysicalAddress logical);
            DeviceWrites(adapter, logical.QuadPart, 1);
            Assert.Equal(STATUS_SUCCESS, iommu.UnmapLogicalRange(domain, logical, PAGE_SIZE));
            Assert.Equal(STATUS_INVALID_PARAMETER_2, iommu.UnmapLogicalRange(domain, logical, PAGE_SIZE));
            DeviceWrites(adapter, logical.QuadPart, 1);
        });
    }

    [Fact, Proves("DMA-306")]
    public void A_mapping_that_is_not_allowed_is_refused_with_the_number_of_the_parameter()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        Mdl whole = bench.Lock(4096, 0), part = bench.Lock(4096, 0x10);
        bench.Machine.Run(() =>
        {
            DmaIommuInterfaceEx iommu = Interface();
            IommuMapPhysicalAddress memory = IommuMapPhysicalAddress.FromMdl(whole);
            IommuDmaDomain unmanaged = Domain(iommu, IommuDmaDomainType.DomainTypeUnmanaged, null);
            IommuDmaDomain buddy = Domain(iommu, IommuDmaDomainType.DomainTypeTranslate, s_allocator);
            IommuDmaDomain free = Domain(iommu, IommuDmaDomainType.DomainTypeTranslate, null);

            Assert.Equal(STATUS_INVALID_PARAMETER_1, Map(unmanaged, memory, at: 0x10000));
            Assert.Equal(STATUS_INVALID_PARAMETER_2, iommu.MapLogicalRangeEx(free, 4, memory, new(0x10000), null, null, out _));
            Assert.Equal(STATUS_INVALID_PARAMETER_3, Map(free, IommuMapPhysicalAddress.FromMdl(part), at: 0x10000));
            Assert.Equal(STATUS_INVALID_PARAMETER_3, Map(free, IommuMapPhysicalAddress.FromContiguousRange(new(0x1800), 4096), at: 0x10000));
            Assert.Equal(STATUS_INVALID_PARAMETER_4, Map(free, memory, at: 0x10800));
            Assert.Equal(STATUS_NOT_SUPPORTED, Map(buddy, memory, at: 0x10000));
            Assert.Equal(STATUS_NOT_SUPPORTED, Map(free, memory, at: null));
            Assert.Equal(STATUS_INVALID_PARAMETER_MIX, iommu.MapLogicalRangeEx(buddy, ReadWrite, memory, null, new(0x5000), new(0x5FFE), out _));
            Assert.Equal(STATUS_SUCCESS, Map(free, memory, at: 0x10000));
            Assert.Equal(STATUS_RESOURCE_IN_USE, Map(free, IommuMapPhysicalAddress.FromContiguousRange(new(0x4000), 8192), at: 0xF000));

            NtStatus Map(IommuDmaDomain domain, IommuMapPhysicalAddress what, long? at) =>
                iommu.MapLogicalRangeEx(domain, ReadWrite, what, at is { } address ? new PhysicalAddress(address) : null, null, null, out _);
        });
    }

    [Fact, Proves("DMA-307")]
    public void The_built_in_allocator_gives_low_addresses_in_blocks_of_a_power_of_two()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        bench.Machine.Run(() =>
        {
            DmaIommuInterfaceEx iommu = Interface();
            IommuDmaDomain domain = Domain(iommu, IommuDmaDomainType.DomainTypeTranslate, s_allocator);
            Assert.Equal(0x1000, Map(1));
            Assert.Equal(0x4000, Map(3));
            Assert.Equal(0x2000, Map(2));
            Assert.Equal(0x8000, Map(1));
            Assert.Equal(0x9000, Map(1));
            Assert.Equal(STATUS_SUCCESS, iommu.UnmapLogicalRange(domain, new(0x4000), 3 * PAGE_SIZE));
            Assert.Equal(0x4000, Map(1));
            Assert.Equal(STATUS_INVALID_PARAMETER_3,
                iommu.CreateDomainEx(IommuDmaDomainType.DomainTypeTranslate, 0, new(64), out _));

            long Map(ulong pages)
            {
                IommuMapPhysicalAddress memory = IommuMapPhysicalAddress.FromContiguousRange(new(0x100000), pages * PAGE_SIZE);
                Assert.Equal(STATUS_SUCCESS, iommu.MapLogicalRangeEx(domain, ReadWrite, memory, null, null, null, out PhysicalAddress logical));
                return logical.QuadPart;
            }
        });
    }

    [Fact, Proves("DMA-304")]
    public void An_identity_range_has_its_physical_addresses()
    {
        using var bench = new DmaBench(RemappingTests.Remapped(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x3000);
        bench.Stops(0x26, () =>
        {
            (DmaIommuInterfaceEx iommu, IommuDmaDomain domain, _) = Attach(bench, null);
            IommuMapPhysicalAddress memory = IommuMapPhysicalAddress.FromMdl(mdl);
            Assert.Equal(STATUS_SUCCESS, iommu.MapIdentityRangeEx(domain, ReadWrite, memory));
            Assert.Equal(STATUS_RESOURCE_IN_USE, iommu.MapIdentityRangeEx(domain, ReadWrite, memory));
            DeviceWrites(adapter, 0x3000000, 5);
            Assert.Equal(5, bench.Read(mdl, mdl.VirtualAddress, 1)[0]);
            Assert.Equal(STATUS_SUCCESS, iommu.UnmapIdentityRangeEx(domain, memory));
            Assert.Equal(STATUS_INVALID_PARAMETER_2, iommu.UnmapIdentityRangeEx(domain, memory));
            DeviceReads(adapter, 0x3000000, 1);
        });
    }

    [Fact, Proves("DMA-308")]
    public void Devices_are_attached_once_and_deleted_when_they_are_detached()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        bench.Machine.Run(() =>
        {
            (DmaIommuInterfaceEx iommu, IommuDmaDomain domain, IommuDmaDevice device) = Attach(bench, null);
            Assert.Equal(STATUS_INVALID_PARAMETER, iommu.AttachDeviceEx(domain, device));
            Assert.Equal(STATUS_RESOURCE_IN_USE, iommu.DeleteDevice(device));
            Assert.Equal(STATUS_RESOURCE_IN_USE, iommu.DeleteDomain(domain));
            Assert.Equal(STATUS_SUCCESS, iommu.DetachDeviceEx(device));
            Assert.Equal(STATUS_INVALID_PARAMETER_1, iommu.DetachDeviceEx(device));
            Assert.Equal(STATUS_SUCCESS, iommu.DeleteDevice(device));
            Assert.Equal(STATUS_SUCCESS, iommu.DeleteDomain(domain));
            Assert.Equal(STATUS_INVALID_PARAMETER_1, iommu.DeleteDomain(domain));
        });
    }

    [Fact, Proves("DMA-308")]
    public void Attaching_may_fail_and_fault_reporting_always_does()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        bench.Machine.Run(() =>
        {
            DmaIommuInterfaceEx iommu = Interface();
            Assert.Equal(STATUS_SUCCESS, iommu.CreateDevice(bench.Device, out IommuDmaDevice? device));
            IommuDmaDomain passThrough = Domain(iommu, IommuDmaDomainType.DomainTypePassThrough, null);
            Assert.Equal(STATUS_ACCESS_DENIED, iommu.AttachDeviceEx(passThrough, device!));
            iommu.QueryAvailableDomainTypes(device!, out uint types);
            Assert.Equal(0b101u, types);
            Assert.Equal(STATUS_NOT_IMPLEMENTED, iommu.SetDeviceFaultReportingEx(device!, enable: true));
        });
    }

    [Fact, Proves("DMA-305")]
    public void Pass_through_shows_memory_as_it_is_and_an_unmanaged_domain_nothing()
    {
        using var bench = new DmaBench(new() { Iommu = true, LogicalEqualsPhysical = true, Verifier = VerifierMode.Off });
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x3000);
        bench.Stops(0x26, () =>
        {
            DmaIommuInterfaceEx iommu = Interface();
            iommu.CreateDevice(bench.Device, out IommuDmaDevice? device);
            IommuDmaDomain passThrough = Domain(iommu, IommuDmaDomainType.DomainTypePassThrough, null);
            IommuDmaDomain unmanaged = Domain(iommu, IommuDmaDomainType.DomainTypeUnmanaged, null);
            Assert.Equal(STATUS_SUCCESS, iommu.AttachDeviceEx(passThrough, device!));
            DeviceWrites(adapter, 0x3000000, 5);
            Assert.Equal(5, bench.Read(mdl, mdl.VirtualAddress, 1)[0]);
            iommu.DetachDeviceEx(device!);

            Assert.Equal(STATUS_INVALID_PARAMETER_1, iommu.ConfigureDomain(passThrough, default));
            Assert.Equal(STATUS_INVALID_PARAMETER_1, iommu.FlushDomain(passThrough));
            Assert.Equal(STATUS_SUCCESS, iommu.FlushDomain(unmanaged));
            Assert.Throws<NotModelledException>(() => iommu.ConfigureDomain(unmanaged, default));
            Assert.Equal(STATUS_SUCCESS, iommu.AttachDeviceEx(unmanaged, device!));
            DeviceReads(adapter, 0x3000000, 1);
        });
    }

    [Fact, Proves("DMA-309")]
    public void What_an_adapter_has_mapped_is_not_for_drivers_to_unmap()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64 with { Version = 3, DmaAddressWidth = 64 });
        Mdl mdl = bench.Lock(4096, 0);
        IommuDmaDomain domain = bench.Machine.Run(adapter.GetDmaDomain)!;
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            Assert.Equal(STATUS_SUCCESS, Interface().UnmapLogicalRange(domain, new(logical), PAGE_SIZE));
            adapter.FlushAdapterBuffers(mdl, null, mdl.VirtualAddress, 4096, writeToDevice: false);
        }));
        Assert.Equal((0x1D9u, 1ul), (stop.Code, stop.Parameter1));
    }

    [Fact, Proves("DMA-309")]
    public void A_device_cannot_go_while_another_is_in_its_domain()
    {
        using var bench = new DmaBench(RemappingTests.Remapped());
        DeviceDescription description = ScatterGather64 with { Version = 3, DmaAddressWidth = 64 };
        DmaAdapter adapter = bench.GetAdapter(description);
        DeviceObject device = bench.NewDevice();
        BugCheckException stop = Assert.Throws<BugCheckException>(() => bench.Machine.Run(() =>
        {
            Assert.Equal(STATUS_SUCCESS, IoGetDmaAdapter(device, description, out _)!.JoinDmaDomain(adapter.GetDmaDomain()));
            adapter.PutDmaAdapter();
        }));
        Assert.Equal((0x1D9u, 0ul), (stop.Code, stop.Parameter1));
    }

    private static DmaIommuInterfaceEx Interface()
    {
        Assert.Equal(STATUS_SUCCESS, IoGetIommuInterfaceEx(2, 0, out DmaIommuInterfaceEx? iommu));
        return iommu!;
    }

    private static IommuDmaDomain Domain(DmaIommuInterfaceEx iommu, IommuDmaDomainType type, IommuDmaLogicalAllocatorConfig? allocator)
    {
        Assert.Equal(STATUS_SUCCESS, iommu.CreateDomainEx(type, 0, allocator, out IommuDmaDomain? domain));
        return domain!;
    }

    /// <summary>The bench's device in a new domain.</summary>
    private static (DmaIommuInterfaceEx Iommu, IommuDmaDomain Domain, IommuDmaDevice Device) Attach(DmaBench bench, IommuDmaLogicalAllocatorConfig? allocator)
    {
        DmaIommuInterfaceEx iommu = Interface();
        IommuDmaDomain domain = Domain(iommu, IommuDmaDomainType.DomainTypeTranslate, allocator);
        Assert.Equal(STATUS_SUCCESS, iommu.CreateDevice(bench.Device, out IommuDmaDevice? device));
        Assert.Equal(STATUS_SUCCESS, iommu.AttachDeviceEx(domain, device!));
        return (iommu, domain, device!);
    }
}
