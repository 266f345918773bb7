using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>Returns the low-level interface to the machine's IOMMU.</summary>
    /// <param name="version">2, the only version that there is here.</param>
    /// <param name="flags">0.</param>
    /// <param name="interfaceOut">The interface; null on failure.</param>
    /// <returns>STATUS_SUCCESS. STATUS_NOT_SUPPORTED: no IOMMU, or another version. STATUS_INVALID_PARAMETER: unknown flags.</returns>
    /// <remarks>
    /// IRQL PASSIVE_LEVEL. On a real system the driver must have opted in to DMA remapping (RemappingSupported 1); here the machine's option
    /// <see cref="Simulation.MachineOptions.Iommu"/> stands for that, for every device. WDK: IoGetIommuInterfaceEx.
    /// </remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public static NtStatus IoGetIommuInterfaceEx(uint version, ulong flags, out DmaIommuInterfaceEx? interfaceOut)
    {
        KernelSystem system = Processor.Current.System;
        system.Trace(nameof(IoGetIommuInterfaceEx), null, version, flags);
        interfaceOut = null;
        if (!system.Options.Iommu || version != 2)
            return NtStatus.STATUS_NOT_SUPPORTED;
        if (flags != 0)
            return NtStatus.STATUS_INVALID_PARAMETER;

        interfaceOut = new(system);
        return NtStatus.STATUS_SUCCESS;
    }
}
