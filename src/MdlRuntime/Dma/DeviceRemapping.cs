namespace MdlRuntime;

/// <summary>What an IOMMU knows of one device: the domain its accesses go through. Shared by all adapters of the device.</summary>
internal sealed class DeviceRemapping(KernelSystem system)
{
    private int _adapters;
    private IommuDmaDomain _own = new(system);
    private IommuDmaDomain? _joined;

    /// <summary>The domain that the device left last, with requests possibly still in flight.</summary>
    public IommuDmaDomain? Left { get; private set; }

    /// <summary>The domain in force; meaningless while the device has none.</summary>
    public IommuDmaDomain Domain => _joined ?? _own;

    public bool HasDomain => _adapters > 0 || _joined is not null;

    public bool HasJoined => _joined is not null;

    public void AddAdapter()
    {
        if (_adapters++ == 0)
            _own = new(system);
    }

    /// <summary>The last adapter takes the device's own domain with it, which stops the machine when other devices are still in there (DMA-309).</summary>
    public void RemoveAdapter()
    {
        if (--_adapters > 0 || _own.Devices == 0)
            return;

        system.BugCheck(BugCheckCode.HAL_IOMMU_INTERNAL_ERROR, 0, (ulong)NtStatus.STATUS_RESOURCE_IN_USE, 0, 0,
            $"The last adapter of a device was released while {_own.Devices} other devices were in its domain: LeaveDmaDomain comes first.", "MDL4010");
    }

    public void Join(IommuDmaDomain domain)
    {
        Left = Domain;
        _joined = domain;
        domain.Devices++;
    }

    public void Leave()
    {
        _joined!.Devices--;
        Left = _joined;
        _joined = null;
    }
}
