using MdlRuntime.Annotations;

namespace MdlRuntime;

public static partial class MemoryManager
{
    /// <summary>Initializes an MDL in the driver's own memory, or allocates one from non-paged pool, to be freed with ExFreePool. Obsolete: use IoAllocateMdl. IRQL at most DISPATCH_LEVEL. WDK: MmCreateMdl.</summary>
    /// <param name="memoryDescriptorList">The MDL to initialize, in at least MmSizeOfMdl bytes; null to allocate one.</param>
    /// <param name="baseVa">Address of the first byte; need not be valid.</param>
    /// <param name="length">Length in bytes; only the low 32 bits are stored.</param>
    /// <returns>The MDL; null when no pool is left.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    [return: MdlEffect(MdlEffect.AllocatesMdl)]
    public static Mdl? MmCreateMdl(
        Mdl? memoryDescriptorList,
        [MdlValue(MdlValueKind.BufferAddress)] nuint baseVa,
        [MdlValue(MdlValueKind.Length)] nuint length) =>
        MdlAllocation.Create(memoryDescriptorList, baseVa, length);

    /// <summary>Whether an address is one of non-paged system memory that can be read now. Obsolete: the answer is stale at once. IRQL at most DISPATCH_LEVEL. WDK: MmIsNonPagedSystemAddressValid.</summary>
    /// <param name="virtualAddress">Any address.</param>
    /// <returns>False for user addresses, pageable system memory and what is not mapped.</returns>
    [Irql(Kirql.DISPATCH_LEVEL)]
    public static bool MmIsNonPagedSystemAddressValid(
        [MdlValue(MdlValueKind.MemoryAddress)] nuint virtualAddress) =>
        MmIsAddressValid(virtualAddress) && MdlNonPaged.IsNonPaged(virtualAddress);
}
