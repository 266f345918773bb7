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

    public void RemoveAdapter() => _adapters--;

    public void Join(IommuDmaDomain domain)
    {
        Left = Domain;
        _joined = domain;
    }

    public void Leave()
    {
        Left = _joined;
        _joined = null;
    }
}
