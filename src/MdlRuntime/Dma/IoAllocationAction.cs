namespace MdlRuntime;

public enum IoAllocationAction { KeepObject = 1, DeallocateObject = 2, DeallocateObjectKeepRegisters = 3 }
