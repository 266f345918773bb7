namespace MdlRuntime;

/// <summary>Who decides what the devices of a domain reach. WDK: IOMMU_DMA_DOMAIN_TYPE.</summary>
public enum IommuDmaDomainType
{
    /// <summary>The system owns the page table: ranges are mapped and unmapped.</summary>
    DomainTypeTranslate = 0,

    /// <summary>Logical addresses are physical ones; nothing is mapped. Machines allow it whose <see cref="Simulation.MachineOptions.LogicalEqualsPhysical"/> is set.</summary>
    DomainTypePassThrough = 1,

    /// <summary>The driver owns the page table; every access is blocked until it is configured.</summary>
    DomainTypeUnmanaged = 2,

    /// <summary>Translation of the first stage only; not supported by this machine.</summary>
    DomainTypeTranslateS1 = 3,

    /// <summary>The number of types.</summary>
    DomainTypeMax = 4,
}
