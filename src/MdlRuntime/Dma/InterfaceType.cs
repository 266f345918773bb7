namespace MdlRuntime;

/// <summary>The bus that a device does DMA on. WDK: INTERFACE_TYPE.</summary>
public enum InterfaceType
{
    /// <summary>Not known: the physical device object is asked.</summary>
    InterfaceTypeUndefined = -1,

    /// <summary>Internal to the machine.</summary>
    Internal = 0,

    /// <summary>ISA.</summary>
    Isa = 1,

    /// <summary>EISA.</summary>
    Eisa = 2,

    /// <summary>Micro Channel; obsolete.</summary>
    MicroChannel = 3,

    /// <summary>TURBOchannel; obsolete.</summary>
    TurboChannel = 4,

    /// <summary>PCI.</summary>
    PCIBus = 5,

    /// <summary>VMEbus; obsolete.</summary>
    VMEBus = 6,

    /// <summary>NuBus; obsolete.</summary>
    NuBus = 7,

    /// <summary>PCMCIA.</summary>
    PCMCIABus = 8,

    /// <summary>C-bus; obsolete.</summary>
    CBus = 9,

    /// <summary>MPI; obsolete.</summary>
    MPIBus = 10,

    /// <summary>MPSA; obsolete.</summary>
    MPSABus = 11,

    /// <summary>Inside a processor.</summary>
    ProcessorInternal = 12,

    /// <summary>Internal power bus.</summary>
    InternalPowerBus = 13,

    /// <summary>Plug and Play ISA.</summary>
    PNPISABus = 14,

    /// <summary>Plug and Play: the physical device object is asked.</summary>
    PNPBus = 15,

    /// <summary>VMCS.</summary>
    Vmcs = 16,

    /// <summary>ACPI.</summary>
    ACPIBus = 17,

    /// <summary>One above the largest bus.</summary>
    MaximumInterfaceType = 18,
}
