using MdlRuntime.Annotations;
using static MdlRuntime.DmaCommonBufferExtendedConfigurationAccessType;

namespace MdlRuntime;

public sealed partial class DmaAdapter
{
    /// <summary>Makes a common buffer of memory that the caller has, without a copy.</summary>
    /// <param name="mdl">
    /// Resident memory that is mapped in the system, page aligned, a multiple of the page size long, and, as long as nothing translates for the device,
    /// physically contiguous and within the device's reach. Not a chain, unless a configuration chooses a part of one of its MDLs.
    /// </param>
    /// <param name="extendedConfigs">Wishes, at most one of each type; null if there are none.</param>
    /// <param name="extendedConfigsCount">How many of them count.</param>
    /// <param name="logicalAddress">What the device is given: the logical address of the first byte.</param>
    /// <returns>
    /// STATUS_SUCCESS. STATUS_INVALID_PARAMETER: an MDL as described is missing, or a type comes twice. STATUS_NOT_SUPPORTED: a wish that this machine
    /// cannot grant: reading or writing only, or limits that the memory lies outside. STATUS_INSUFFICIENT_RESOURCES.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer configurations than counted.</exception>
    /// <remarks>
    /// IRQL PASSIVE_LEVEL. Ended by <see cref="FreeCommonBuffer"/> with the system address of the first byte; MDL, mapping and pages stay the
    /// caller's, and must exist until then. WDK: CreateCommonBufferFromMdl.
    /// </remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus CreateCommonBufferFromMdl(
        [MdlEffect(MdlEffect.Reads)] Mdl mdl,
        DmaCommonBufferExtendedConfiguration[]? extendedConfigs,
        uint extendedConfigsCount,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress)
    {
        Processor processor = Enter(DmaSlot.CreateCommonBufferFromMdl, Kirql.PASSIVE_LEVEL, exact: true);
        logicalAddress = default;
        MdlChecks.Require(processor, mdl, Mdl.StartVaOffset);
        if (extendedConfigs is null && extendedConfigsCount > 0)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (extendedConfigs is not null && extendedConfigsCount > (uint)extendedConfigs.Length)
            throw new ArgumentOutOfRangeException(nameof(extendedConfigsCount), extendedConfigsCount, $"allowed: 0 to {extendedConfigs.Length}");

        BorrowedBuffer wanted = default;
        NtStatus status = wanted.Configure(extendedConfigs.AsSpan(0, (int)extendedConfigsCount));
        if (status != NtStatus.STATUS_SUCCESS)
            return status;
        if (!wanted.TryFind(mdl) || _commonBuffers?.Find(wanted.Address) is not null)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (System.Faults.Strikes(nameof(CreateCommonBufferFromMdl)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        status = TryLend(wanted, out CommonBuffer? buffer);
        logicalAddress = buffer?.Logical ?? default;
        System.Trace(nameof(CreateCommonBufferFromMdl), buffer, wanted.Address, wanted.Length, (ulong)logicalAddress.QuadPart);
        return status;
    }

    private NtStatus TryLend(in BorrowedBuffer wanted, out CommonBuffer? buffer)
    {
        PhysicalAddress logical = default;
        buffer = null;
        if (_remapping is null)
        {
            PhysicalRun run = PhysicalRun.At(new(wanted.Mdl, System.Memory.Frames), wanted.Mdl.VirtualAddress + wanted.Offset, wanted.Length, _window);
            if (run.Length < wanted.Length || !run.IsReachable)
                return NtStatus.STATUS_INVALID_PARAMETER;
            logical = _window.ToLogical((ulong)run.First.Address.QuadPart);
            bool isWithin = (ulong)logical.QuadPart >= wanted.Lowest && (ulong)logical.QuadPart + wanted.Length - 1 <= wanted.Highest;
            if (!isWithin || wanted.Access != CommonBufferHardwareAccessReadWrite)
                return NtStatus.STATUS_NOT_SUPPORTED;
        }

        _commonBuffers ??= new(this, _dma);
        buffer = _commonBuffers.Lend(wanted, logical);
        return buffer is null ? NtStatus.STATUS_INSUFFICIENT_RESOURCES : NtStatus.STATUS_SUCCESS;
    }
}
