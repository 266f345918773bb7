using MdlRuntime.Annotations;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Returns the domain that the device's accesses go through now: its own, or the one it has joined.</summary>
    /// <returns>The handle; null on a machine without IOMMU.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. Version 3. WDK: GetDmaDomain.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public IommuDmaDomain? GetDmaDomain()
    {
        Enter(DmaSlot.GetDmaDomain, Kirql.PASSIVE_LEVEL, exact: true);
        IommuDmaDomain? domain = _remapping?.Domain;
        System.Trace(nameof(GetDmaDomain), domain);
        return domain;
    }

    /// <summary>Lets the device see memory through another domain, as the devices that are in it already do.</summary>
    /// <param name="domainHandle">The domain, from <see cref="GetDmaDomain"/> of another adapter.</param>
    /// <returns>
    /// STATUS_SUCCESS. STATUS_INVALID_PARAMETER: no domain, or the device has joined one already. STATUS_NOT_SUPPORTED: the machine has no IOMMU.
    /// </returns>
    /// <remarks>
    /// IRQL PASSIVE_LEVEL. Not while transfers of the device are mapped: what they are mapped to stays behind, and an access to it stops the
    /// machine with 0x159. Version 3. WDK: JoinDmaDomain.
    /// </remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus JoinDmaDomain(IommuDmaDomain? domainHandle)
    {
        Enter(DmaSlot.JoinDmaDomain, Kirql.PASSIVE_LEVEL, exact: true);
        System.Trace(nameof(JoinDmaDomain), domainHandle);
        if (domainHandle is not null && domainHandle.System != System)
            throw new ArgumentException("the domain belongs to another machine", nameof(domainHandle));
        if (_remapping is null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (domainHandle is null || _remapping.HasJoined)
            return NtStatus.STATUS_INVALID_PARAMETER;

        _remapping.Join(domainHandle);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Takes the device back into its own domain.</summary>
    /// <returns>STATUS_SUCCESS. STATUS_INVALID_PARAMETER: it has joined none. STATUS_NOT_SUPPORTED: the machine has no IOMMU.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL. After the device's last access: one that is still in flight stops the machine with 0x159. Version 3. WDK: LeaveDmaDomain.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus LeaveDmaDomain()
    {
        Enter(DmaSlot.LeaveDmaDomain, Kirql.PASSIVE_LEVEL, exact: true);
        System.Trace(nameof(LeaveDmaDomain), _remapping?.Domain);
        if (_remapping is null)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (!_remapping.HasJoined)
            return NtStatus.STATUS_INVALID_PARAMETER;

        _remapping.Leave();
        return NtStatus.STATUS_SUCCESS;
    }
}
