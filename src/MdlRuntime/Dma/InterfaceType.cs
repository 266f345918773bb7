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

    /// <summary>PCI.</summary>
    PCIBus = 5,

    /// <summary>Plug and Play ISA.</summary>
    PNPISABus = 14,

    /// <summary>Plug and Play: the physical device object is asked.</summary>
    PNPBus = 15,

    /// <summary>ACPI.</summary>
    ACPIBus = 17,
}
