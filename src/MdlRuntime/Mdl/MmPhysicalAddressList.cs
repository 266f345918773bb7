namespace MdlRuntime;

/// <summary>One range of physical addresses. WDK: MM_PHYSICAL_ADDRESS_LIST.</summary>
/// <param name="PhysicalAddress">The first address, a multiple of the page size.</param>
/// <param name="NumberOfBytes">Length in bytes, a multiple of the page size.</param>
public readonly record struct MmPhysicalAddressList(PhysicalAddress PhysicalAddress, nuint NumberOfBytes);
