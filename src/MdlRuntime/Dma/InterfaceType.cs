namespace MdlRuntime;

public enum InterfaceType { InterfaceTypeUndefined = -1, Internal = 0, Isa = 1, Eisa = 2, PCIBus = 5, PNPISABus = 14, PNPBus = 15, ACPIBus = 17 }
