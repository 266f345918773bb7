using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <summary>
/// The low-level IOMMU interface: domains that a driver makes, attaches devices to, and fills page by page. What DMA adapters map in their domains
/// needs none of this. WDK: DMA_IOMMU_INTERFACE_EX, version 2.
/// </summary>
/// <remarks>
/// Not part of it: input mappings, reserved logical ranges, callbacks about the state of the interface, and page tables that drivers make. Addresses
/// and lengths are in bytes and multiples of a page. All mappings are of pages of 4096 bytes.
/// </remarks>
public sealed class DmaIommuInterfaceEx
{
    private readonly KernelSystem _system;

    internal DmaIommuInterfaceEx(KernelSystem system) => _system = system;

    /// <summary>Version of the interface. WDK: DMA_IOMMU_INTERFACE_EX.Version.</summary>
    public uint Version => 2;

    /// <summary>Makes a domain without devices.</summary>
    /// <param name="domainType">Translate, PassThrough or Unmanaged.</param>
    /// <param name="flags">0.</param>
    /// <param name="logicalAllocatorConfig">The built-in allocator, for Translate only; null: the driver names every logical address.</param>
    /// <param name="domain">The domain; null on failure.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 to 3, STATUS_NOT_SUPPORTED (TranslateS1), STATUS_INSUFFICIENT_RESOURCES.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DOMAIN_CREATE_EX.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus CreateDomainEx(
        IommuDmaDomainType domainType, ulong flags, IommuDmaLogicalAllocatorConfig? logicalAllocatorConfig, out IommuDmaDomain? domain)
    {
        Enter(nameof(CreateDomainEx));
        domain = null;
        if (domainType is < 0 or >= IommuDmaDomainType.DomainTypeMax)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        if (flags != 0)
            return NtStatus.STATUS_INVALID_PARAMETER_2;
        if (logicalAllocatorConfig is not null && (!logicalAllocatorConfig.IsValid || domainType != IommuDmaDomainType.DomainTypeTranslate))
            return NtStatus.STATUS_INVALID_PARAMETER_3;
        if (domainType == IommuDmaDomainType.DomainTypeTranslateS1)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (_system.Faults.Strikes(nameof(CreateDomainEx)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        domain = new(_system, domainType, logicalAllocatorConfig);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Deletes a domain that no device is attached to; what is mapped in it is forgotten.</summary>
    /// <param name="domain">A domain from <see cref="CreateDomainEx"/>.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 (deleted before), STATUS_RESOURCE_IN_USE (a device is attached).</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DOMAIN_DELETE.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus DeleteDomain(IommuDmaDomain domain)
    {
        Enter(nameof(DeleteDomain), domain);
        if (domain.IsDeleted)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        if (domain.Devices > 0)
            return NtStatus.STATUS_RESOURCE_IN_USE;

        domain.IsDeleted = true;
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Makes a device known to the interface.</summary>
    /// <param name="physicalDeviceObject">The device.</param>
    /// <param name="device">What the other routines take; null on failure.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DEVICE_CREATE.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus CreateDevice(DeviceObject physicalDeviceObject, out IommuDmaDevice? device)
    {
        ArgumentNullException.ThrowIfNull(physicalDeviceObject);
        Enter(nameof(CreateDevice));
        device = null;
        if (_system.Faults.Strikes(nameof(CreateDevice)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        device = new(_system, _system.Layer<DmaSystem>().RemappingOf(physicalDeviceObject)!);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Makes the interface forget a device.</summary>
    /// <param name="device">A device that is not attached.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 (deleted before), STATUS_RESOURCE_IN_USE (attached).</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DEVICE_DELETE.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus DeleteDevice(IommuDmaDevice device)
    {
        Enter(nameof(DeleteDevice), device);
        if (device.IsDeleted)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        if (device.Remapping.HasJoined)
            return NtStatus.STATUS_RESOURCE_IN_USE;

        device.IsDeleted = true;
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>The domain types that a device can be attached to now, one bit for each, by its number.</summary>
    /// <param name="device">The device.</param>
    /// <param name="availableDomains">Translate and Unmanaged; PassThrough where the machine allows it.</param>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DEVICE_QUERY_DOMAIN_TYPES.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public void QueryAvailableDomainTypes(IommuDmaDevice device, out uint availableDomains)
    {
        Enter(nameof(QueryAvailableDomainTypes), device);
        availableDomains = 0;
        for (IommuDmaDomainType type = 0; type < IommuDmaDomainType.DomainTypeMax; type++)
            availableDomains |= IsAllowed(type) ? 1u << (int)type : 0;
    }

    /// <summary>Makes a device's accesses go through a domain.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="device">A device that is attached to none.</param>
    /// <returns>
    /// STATUS_SUCCESS, STATUS_INVALID_PARAMETER (attached already, or something is deleted), STATUS_ACCESS_DENIED (the type is not allowed now),
    /// STATUS_INSUFFICIENT_RESOURCES.
    /// </returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DEVICE_ATTACH_EX.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus AttachDeviceEx(IommuDmaDomain domain, IommuDmaDevice device)
    {
        Enter(nameof(AttachDeviceEx), domain);
        Enter(nameof(AttachDeviceEx), device);
        if (domain.IsDeleted || device.IsDeleted || device.Remapping.HasJoined)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (!IsAllowed(domain.Type))
            return NtStatus.STATUS_ACCESS_DENIED;
        if (_system.Faults.Strikes(nameof(AttachDeviceEx)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        device.Remapping.Join(domain);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Takes a device out of the domain it is attached to.</summary>
    /// <param name="device">The device; its accesses have ended, or they stop the machine with 0x159.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 (not attached).</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DEVICE_DETACH_EX.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus DetachDeviceEx(IommuDmaDevice device)
    {
        Enter(nameof(DetachDeviceEx), device);
        if (!device.Remapping.HasJoined)
            return NtStatus.STATUS_INVALID_PARAMETER_1;

        device.Remapping.Leave();
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Gives memory logical addresses in a domain.</summary>
    /// <param name="domain">A domain of type Translate.</param>
    /// <param name="permissions">Bit 0: devices may read. Bit 1: they may write. At least one.</param>
    /// <param name="physicalAddressToMap">The memory, whole pages.</param>
    /// <param name="explicitLogicalAddress">The logical address; null for a domain with the built-in allocator, which finds one.</param>
    /// <param name="minLogicalAddress">Lowest address that the allocator may find; null: any.</param>
    /// <param name="maxLogicalAddress">Highest address that the range may reach; null: any.</param>
    /// <param name="logicalAddress">Logical address of the first byte.</param>
    /// <returns>
    /// STATUS_SUCCESS. STATUS_INVALID_PARAMETER_1 (type), _2 (permissions), _3 (not whole pages of memory), _4 (explicit address not on a page boundary).
    /// STATUS_INVALID_PARAMETER_MIX (nothing between the bounds). STATUS_RESOURCE_IN_USE (some of the explicit range is mapped; printed as STATUS_IN_USE).
    /// STATUS_NOT_SUPPORTED (an explicit address with the allocator, or none without). STATUS_INSUFFICIENT_RESOURCES.
    /// </returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: IOMMU_MAP_LOGICAL_RANGE_EX.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus MapLogicalRangeEx(
        IommuDmaDomain domain,
        uint permissions,
        IommuMapPhysicalAddress physicalAddressToMap,
        PhysicalAddress? explicitLogicalAddress,
        PhysicalAddress? minLogicalAddress,
        PhysicalAddress? maxLogicalAddress,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress)
    {
        logicalAddress = default;
        NtStatus status = CheckMapping(nameof(MapLogicalRangeEx), domain, permissions, physicalAddressToMap);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        if (explicitLogicalAddress is { } wanted && BYTE_OFFSET((nuint)wanted.QuadPart) != 0)
            return NtStatus.STATUS_INVALID_PARAMETER_4;
        if (explicitLogicalAddress is null != domain.Allocator is not null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (_system.Faults.Strikes(nameof(MapLogicalRangeEx)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        ulong count = (ulong)physicalAddressToMap.Frames.Length;
        ulong page = (ulong)(explicitLogicalAddress ?? default).QuadPart >> PAGE_SHIFT;
        if (domain.Allocator is { } allocator)
        {
            ulong lowest = (ulong)(minLogicalAddress ?? default).QuadPart, highest = Math.Min((1UL << (int)allocator.AddressWidth) - 1, (ulong)(maxLogicalAddress ?? new(-1)).QuadPart);
            ulong end = (highest >> PAGE_SHIFT) + (BYTE_OFFSET((nuint)highest) == PAGE_SIZE - 1 ? 1u : 0);
            ulong? block = end == 0 ? null : domain.TakeBlock(count, (lowest >> PAGE_SHIFT) + (BYTE_OFFSET((nuint)lowest) == 0 ? 0u : 1), end - 1);
            if (block is null)
                return NtStatus.STATUS_INVALID_PARAMETER_MIX;
            page = block.Value;
        }
        else if (!domain.IsFree(page, count))
        {
            return NtStatus.STATUS_RESOURCE_IN_USE;
        }

        Map(domain, page, permissions, physicalAddressToMap);
        logicalAddress = new((long)(page << PAGE_SHIFT));
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Takes logical addresses of a domain back.</summary>
    /// <param name="domain">A domain of type Translate.</param>
    /// <param name="logicalAddress">Logical address of the first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>STATUS_SUCCESS. STATUS_INVALID_PARAMETER_1 (type), _2 (not on a page boundary, or not mapped), _3 (not whole pages).</returns>
    /// <remarks>
    /// IRQL at most DISPATCH_LEVEL. Not for what an adapter has mapped: when the adapter ends the transfer the machine stops with 0x1D9.
    /// WDK: IOMMU_UNMAP_LOGICAL_RANGE.
    /// </remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus UnmapLogicalRange(
        IommuDmaDomain domain,
        [MdlValue(MdlValueKind.LogicalAddress)] PhysicalAddress logicalAddress,
        [MdlValue(MdlValueKind.Length)] ulong length)
    {
        Enter(nameof(UnmapLogicalRange), domain);
        if (!domain.IsTranslated || domain.IsDeleted)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        if (BYTE_OFFSET((nuint)logicalAddress.QuadPart) != 0)
            return NtStatus.STATUS_INVALID_PARAMETER_2;
        if (length == 0 || length % PAGE_SIZE != 0)
            return NtStatus.STATUS_INVALID_PARAMETER_3;

        ulong first = (ulong)logicalAddress.QuadPart >> PAGE_SHIFT, count = length >> PAGE_SHIFT;
        for (ulong page = first; page < first + count; page++)
        {
            if (!domain.Holds(page))
                return NtStatus.STATUS_INVALID_PARAMETER_2;
        }

        for (ulong page = first; page < first + count; page++)
            domain.Unmap(page);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Gives memory logical addresses that are its physical ones.</summary>
    /// <param name="domain">A domain of type Translate.</param>
    /// <param name="permissions">Bit 0: devices may read. Bit 1: they may write.</param>
    /// <param name="physicalAddressToMap">The memory, whole pages.</param>
    /// <returns>As <see cref="MapLogicalRangeEx"/>.</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: IOMMU_MAP_IDENTITY_RANGE_EX.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus MapIdentityRangeEx(IommuDmaDomain domain, uint permissions, IommuMapPhysicalAddress physicalAddressToMap)
    {
        NtStatus status = CheckMapping(nameof(MapIdentityRangeEx), domain, permissions, physicalAddressToMap);
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        foreach (nuint frame in physicalAddressToMap.Frames)
        {
            if (!domain.IsFree(frame, 1))
                return NtStatus.STATUS_RESOURCE_IN_USE;
        }

        foreach (nuint frame in physicalAddressToMap.Frames)
            domain.Map(frame, new(frame), (IommuPermissions)permissions);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Takes the logical addresses back that are physical ones.</summary>
    /// <param name="domain">A domain of type Translate.</param>
    /// <param name="mappedPhysicalAddress">The memory that was mapped.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 (type), STATUS_INVALID_PARAMETER_2 (not mapped so).</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: IOMMU_UNMAP_IDENTITY_RANGE_EX.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus UnmapIdentityRangeEx(IommuDmaDomain domain, IommuMapPhysicalAddress mappedPhysicalAddress)
    {
        ArgumentNullException.ThrowIfNull(mappedPhysicalAddress);
        Enter(nameof(UnmapIdentityRangeEx), domain);
        if (!domain.IsTranslated || domain.IsDeleted)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        foreach (nuint frame in mappedPhysicalAddress.Frames)
        {
            if (!domain.TryTranslate(frame, IommuPermissions.None, out Pfn pfn) || pfn.Number != frame)
                return NtStatus.STATUS_INVALID_PARAMETER_2;
        }

        foreach (nuint frame in mappedPhysicalAddress.Frames)
            domain.Unmap(frame);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Makes the IOMMU forget translations that it remembers; needed after a change of a page table that the driver owns.</summary>
    /// <param name="domain">A domain of type Unmanaged.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER_1 (another type).</returns>
    /// <remarks>IRQL at most DISPATCH_LEVEL. WDK: IOMMU_FLUSH_DOMAIN.</remarks>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public NtStatus FlushDomain(IommuDmaDomain domain)
    {
        Enter(nameof(FlushDomain), domain);
        return IsUnmanaged(domain) ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_INVALID_PARAMETER_1;
    }

    /// <summary>Gives a domain the page table that the driver owns. For type Unmanaged it is not modelled: its devices stay blocked.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="pageTableRoot">Physical address of the root.</param>
    /// <returns>STATUS_INVALID_PARAMETER_1: the domain is of another type.</returns>
    /// <exception cref="NotModelledException">The domain is of type Unmanaged.</exception>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_DOMAIN_CONFIGURE.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus ConfigureDomain(IommuDmaDomain domain, [MdlValue(MdlValueKind.PhysicalAddress)] PhysicalAddress pageTableRoot)
    {
        Enter(nameof(ConfigureDomain), domain);
        return IsUnmanaged(domain)
            ? throw new NotModelledException($"{nameof(DmaIommuInterfaceEx)}.{nameof(ConfigureDomain)}")
            : NtStatus.STATUS_INVALID_PARAMETER_1;
    }

    /// <summary>Does nothing: the documented routine never did.</summary>
    /// <param name="device">The device.</param>
    /// <param name="enable">Whether faults shall be reported.</param>
    /// <returns>STATUS_NOT_IMPLEMENTED.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. WDK: IOMMU_SET_DEVICE_FAULT_REPORTING_EX.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus SetDeviceFaultReportingEx(IommuDmaDevice device, bool enable)
    {
        Enter(nameof(SetDeviceFaultReportingEx), device);
        return NtStatus.STATUS_NOT_IMPLEMENTED;
    }

    private static bool IsUnmanaged(IommuDmaDomain domain) => domain is { Type: IommuDmaDomainType.DomainTypeUnmanaged, IsDeleted: false };

    private static void Map(IommuDmaDomain domain, ulong page, uint permissions, IommuMapPhysicalAddress memory)
    {
        foreach (nuint frame in memory.Frames)
            domain.Map(page++, new(frame), (IommuPermissions)permissions);
    }

    private bool IsAllowed(IommuDmaDomainType type) => type switch
    {
        IommuDmaDomainType.DomainTypePassThrough => _system.Options.LogicalEqualsPhysical,
        IommuDmaDomainType.DomainTypeTranslateS1 => false,
        _ => true,
    };

    private NtStatus CheckMapping(string routine, IommuDmaDomain domain, uint permissions, IommuMapPhysicalAddress memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Enter(routine, domain);
        if (!domain.IsTranslated || domain.IsDeleted)
            return NtStatus.STATUS_INVALID_PARAMETER_1;
        if (permissions is 0 or > (uint)(IommuPermissions.Read | IommuPermissions.Write))
            return NtStatus.STATUS_INVALID_PARAMETER_2;
        bool isMemory = memory.IsWhole;
        foreach (nuint frame in memory.Frames)
            isMemory &= _system.Memory.Frames.Contains(new(frame));
        return isMemory ? NtStatus.STATUS_SUCCESS : NtStatus.STATUS_INVALID_PARAMETER_3;
    }

    private void Enter(string routine, IommuDmaDomain domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        if (domain.System != _system)
            throw new ArgumentException("the domain belongs to another machine", nameof(domain));
        Enter(routine);
    }

    private void Enter(string routine, IommuDmaDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.System != _system)
            throw new ArgumentException("the device belongs to another machine", nameof(device));
        Enter(routine);
    }

    private void Enter(string routine)
    {
        if (Processor.Current.System != _system)
            throw new InvalidOperationException($"{routine} was called through the interface of another machine.");
        _system.Trace(routine, this);
    }
}
