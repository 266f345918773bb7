namespace MdlRuntime;

/// <summary>A device as the low-level IOMMU interface knows it. Opaque to drivers. WDK: IOMMU_DMA_DEVICE.</summary>
public sealed class IommuDmaDevice
{
    internal IommuDmaDevice(KernelSystem system, DeviceRemapping remapping) => (System, Remapping) = (system, remapping);

    internal KernelSystem System { get; }

    internal DeviceRemapping Remapping { get; }

    internal bool IsDeleted { get; set; }
}
