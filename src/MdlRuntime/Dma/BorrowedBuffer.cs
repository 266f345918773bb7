using static MdlRuntime.DmaCommonBufferExtendedConfigurationAccessType;
using static MdlRuntime.DmaCommonBufferExtendedConfigurationType;

namespace MdlRuntime;

/// <summary>The part of an MDL chain that is to become a common buffer, and the wishes about it.</summary>
internal struct BorrowedBuffer
{
    private DmaCommonBufferSubSection? _section;
    private DmaLogicalAddressLimits? _limits;

    /// <summary>The MDL that describes all of the part.</summary>
    public Mdl Mdl { get; private set; }

    /// <summary>Where the part starts in that MDL's buffer, in bytes.</summary>
    public uint Offset { get; private set; }

    public uint Length { get; private set; }

    public DmaCommonBufferExtendedConfigurationAccessType Access { get; private set; }

    public readonly nuint Address => Mdl.MappedSystemVa + Offset;

    public readonly IommuPermissions Permissions => Access switch
    {
        CommonBufferHardwareAccessReadOnly => IommuPermissions.Read,
        CommonBufferHardwareAccessWriteOnly => IommuPermissions.Write,
        _ => IommuPermissions.Read | IommuPermissions.Write,
    };

    public readonly ulong Lowest => _limits is { } limits ? (ulong)limits.MinimumAddress.QuadPart : 0;

    public readonly ulong Highest => _limits is { } limits ? (ulong)limits.MaximumAddress.QuadPart : ulong.MaxValue;

    /// <summary>Takes the wishes over; STATUS_SUCCESS if they can be meant.</summary>
    public NtStatus Configure(ReadOnlySpan<DmaCommonBufferExtendedConfiguration> configurations)
    {
        Access = CommonBufferHardwareAccessReadWrite;
        uint seen = 0;
        foreach (DmaCommonBufferExtendedConfiguration configuration in configurations)
        {
            if (configuration.ConfigType is < 0 or >= CommonBufferConfigTypeMax)
                return NtStatus.STATUS_NOT_SUPPORTED;
            uint bit = 1u << (int)configuration.ConfigType;
            if ((seen & bit) != 0 || !TryTake(configuration))
                return NtStatus.STATUS_INVALID_PARAMETER;
            seen |= bit;
        }

        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Finds the part in the chain; false when it is not one whole, resident, page-aligned piece with a system address.</summary>
    public bool TryFind(Mdl chain)
    {
        ulong offset = _section?.Offset ?? 0;
        Mdl? mdl = chain;
        if (_section is null && chain.Next is not null)
            return false;
        while (mdl is not null && offset >= mdl.Length)
            (offset, mdl) = (offset - mdl.Length, mdl.Next);
        if (mdl is null)
            return false;

        (Mdl, Offset, Length) = (mdl, (uint)offset, _section?.Length ?? (uint)mdl.Length);
        bool isResident = mdl.Has(MdlFlags.MDL_PAGES_LOCKED | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL);
        bool isMapped = mdl.Has(MdlFlags.MDL_MAPPED_TO_SYSTEM_VA | MdlFlags.MDL_SOURCE_IS_NONPAGED_POOL);
        return isResident && isMapped && Length > 0 && Length <= mdl.Length - offset
            && BYTE_OFFSET(mdl.VirtualAddress) == 0 && BYTE_OFFSET(Offset) == 0 && BYTE_OFFSET(Length) == 0;
    }

    private bool TryTake(in DmaCommonBufferExtendedConfiguration configuration)
    {
        switch (configuration.ConfigType)
        {
            case CommonBufferConfigTypeLogicalAddressLimits:
                _limits = configuration.LogicalAddressLimits;
                return Lowest <= Highest;
            case CommonBufferConfigTypeSubSection:
                _section = configuration.SubSection;
                return true;
            default:
                Access = configuration.HardwareAccessType;
                return Access is >= 0 and < CommonBufferHardwareAccessMax;
        }
    }
}
