using System.Diagnostics.CodeAnalysis;
using MdlRuntime.Annotations;

namespace MdlRuntime;

/// <content>
/// Common buffers by the dozen. No page states the IRQL rule that DMA_COMMON_BUFFER_VECTOR_ERROR proves to exist (DMA-404): here it is PASSIVE_LEVEL for
/// all but the look-up.
/// </content>
public sealed partial class DmaAdapter
{
    private const ulong WrongIrql = 1, VectorNotEmpty = 2, IndexOutOfBounds = 3, IndexFreed = 4, BufferLeaked = 5;

    /// <summary>Allocates common buffers of one size, each in a place of its own.</summary>
    /// <param name="lowAddress">The lowest logical address that a buffer may have.</param>
    /// <param name="highAddress">The highest logical address that a buffer may have.</param>
    /// <param name="cacheType">MmCached or MmNonCached.</param>
    /// <param name="idealNode">0, the only node of this machine.</param>
    /// <param name="flags">0, or <see cref="IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE"/>.</param>
    /// <param name="numberOfElements">Buffers, at least 1.</param>
    /// <param name="sizeOfElements">Bytes of each, at least 1.</param>
    /// <param name="vectorOut">The vector; null on failure.</param>
    /// <returns>STATUS_SUCCESS, STATUS_INVALID_PARAMETER, or STATUS_INSUFFICIENT_RESOURCES.</returns>
    /// <remarks>IRQL PASSIVE_LEVEL, else the machine stops with 0x1DC (1, ...). Every buffer is freed before the vector. WDK: AllocateCommonBufferVector.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public NtStatus AllocateCommonBufferVector(
        PhysicalAddress lowAddress,
        PhysicalAddress highAddress,
        MemoryCachingType cacheType,
        uint idealNode,
        uint flags,
        uint numberOfElements,
        [MdlValue(MdlValueKind.Length)] ulong sizeOfElements,
        [MdlEffect(MdlEffect.AllocatesCommonBuffer)] out DmaCommonBufferVector? vectorOut)
    {
        EnterAtPassive(DmaSlot.AllocateCommonBufferVector);
        vectorOut = null;
        bool isPossible = numberOfElements > 0 && sizeOfElements > 0 && (ulong)lowAddress.QuadPart <= (ulong)highAddress.QuadPart
            && IsBufferCaching(cacheType) && (flags & ~IoManager.DOMAIN_COMMON_BUFFER_LARGE_PAGE) == 0;
        if (!isPossible)
            return NtStatus.STATUS_INVALID_PARAMETER;
        if (sizeOfElements > uint.MaxValue || numberOfElements > System.Memory.Frames.FreeCount
            || System.Faults.Strikes(nameof(AllocateCommonBufferVector)))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        CommonBufferRequest request = new(DmaSlot.AllocateCommonBufferVector, (uint)sizeOfElements, (ulong)lowAddress.QuadPart, (ulong)highAddress.QuadPart,
            cacheType, idealNode, CacheEnabled: null)
        {
            Granularity = GranularityOf(flags),
            IsElement = true,
        };
        if (!TryFill(request, new CommonBuffer[numberOfElements], out CommonBuffer?[] elements))
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;

        vectorOut = new(this, elements);
        System.Trace(nameof(AllocateCommonBufferVector), vectorOut, numberOfElements, sizeOfElements);
        return NtStatus.STATUS_SUCCESS;
    }

    /// <summary>Returns the addresses of one buffer of a vector.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="index">Which buffer, from 0; one that does not exist or was freed stops the machine with 0x1DC (3, ...) or (4, ...).</param>
    /// <param name="virtualAddress">Its page-aligned system address.</param>
    /// <param name="logicalAddress">What the device is given.</param>
    /// <remarks>Any IRQL. WDK: GetCommonBufferFromVectorByIndex.</remarks>
    public void GetCommonBufferFromVectorByIndex(
        DmaCommonBufferVector vector,
        uint index,
        [MdlValue(MdlValueKind.PageAlignedAddress)] out nuint virtualAddress,
        [MdlValue(MdlValueKind.LogicalAddress)] out PhysicalAddress logicalAddress)
    {
        Processor processor = Enter(DmaSlot.GetCommonBufferFromVectorByIndex, Kirql.HIGH_LEVEL, exact: false);
        CommonBuffer buffer = ElementAt(processor, vector, index, nameof(GetCommonBufferFromVectorByIndex));
        (virtualAddress, logicalAddress) = (buffer.Address, buffer.Logical);
    }

    /// <summary>Frees one buffer of a vector.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="index">Which buffer, from 0; one that does not exist or was freed stops the machine with 0x1DC (3, ...) or (4, ...).</param>
    /// <remarks>IRQL PASSIVE_LEVEL, else the machine stops with 0x1DC (1, ...). WDK: FreeCommonBufferFromVector.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public void FreeCommonBufferFromVector(
        [MdlEffect(MdlEffect.FreesCommonBuffer)] DmaCommonBufferVector vector,
        uint index)
    {
        Processor processor = EnterAtPassive(DmaSlot.FreeCommonBufferFromVector);
        CommonBuffer buffer = ElementAt(processor, vector, index, nameof(FreeCommonBufferFromVector));
        System.Trace(nameof(FreeCommonBufferFromVector), buffer, buffer.Address, index);
        vector.Elements[index] = null;
        _commonBuffers!.CheckGuard(buffer);
        _commonBuffers.Free(processor, buffer);
    }

    /// <summary>Frees a vector whose buffers have all been freed; one that is left stops the machine with 0x1DC (2, ...).</summary>
    /// <param name="vector">The vector.</param>
    /// <remarks>IRQL PASSIVE_LEVEL, else the machine stops with 0x1DC (1, ...). WDK: FreeCommonBufferVector.</remarks>
    [Irql(Kirql.PASSIVE_LEVEL)]
    public void FreeCommonBufferVector(DmaCommonBufferVector vector)
    {
        EnterAtPassive(DmaSlot.FreeCommonBufferVector);
        Require(vector);
        System.Trace(nameof(FreeCommonBufferVector), vector, (ulong)vector.Elements.Length);
        int left = Array.FindIndex(vector.Elements, element => element is not null);
        if (left >= 0)
        {
            CommonBuffer buffer = vector.Elements[left]!;
            StopForVector(VectorNotEmpty, (ulong)left, buffer.Address, (ulong)buffer.Logical.QuadPart,
                $"FreeCommonBufferVector was called before element {left} of the {vector} was freed: {buffer}.");
        }

        if (vector.IsFreed)
            System.BugCheck(BugCheckCode.BAD_POOL_CALLER, 0x07, 0, 0, 0, "FreeCommonBufferVector was called twice for one vector.", "MDL4010");
        vector.IsFreed = true;
    }

    /// <summary>Stops when the adapter goes away before the buffers of its vectors.</summary>
    private void CheckVectors()
    {
        if (_commonBuffers?.FindElement() is { } buffer)
        {
            StopForVector(BufferLeaked, buffer.Address, (ulong)buffer.Logical.QuadPart, 0,
                $"PutDmaAdapter was called before a buffer of a vector was freed: {buffer}.");
        }
    }

    private bool TryFill(in CommonBufferRequest request, CommonBuffer?[] elements, out CommonBuffer?[] filled)
    {
        filled = elements;
        _commonBuffers ??= new(this, _dma);
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = _commonBuffers.Allocate(request);
            if (elements[i] is not null)
                continue;

            while (--i >= 0)
                _commonBuffers.Free(System.Processor, elements[i]!);
            return false;
        }

        return true;
    }

    private CommonBuffer ElementAt(Processor processor, DmaCommonBufferVector vector, uint index, string routine)
    {
        Require(vector);
        if (index >= (uint)vector.Elements.Length)
        {
            StopForVector(IndexOutOfBounds, (ulong)vector.Elements.Length, index, 0,
                $"{routine} was called for element {index} of a {vector}.");
        }

        if (vector.Elements[index] is not { } buffer)
            StopForVector(IndexFreed, index, 0, 0, $"{routine} was called for element {index} of a {vector}, which was freed before.");
        else
            return buffer;
        return null;
    }

    private Processor EnterAtPassive(DmaSlot slot)
    {
        Processor processor = Enter(slot, Kirql.HIGH_LEVEL, exact: false);
        if (processor.Irql != Kirql.PASSIVE_LEVEL)
        {
            StopForVector(WrongIrql, (ulong)processor.Irql, (ulong)Kirql.PASSIVE_LEVEL, 0,
                $"{DmaOperations.NameOf(slot)} was called at {processor.Irql}; it needs PASSIVE_LEVEL.", "MDL6004");
        }

        return processor;
    }

    private void Require(DmaCommonBufferVector vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Adapter != this)
            throw new ArgumentException("the vector was allocated with another adapter", nameof(vector));
    }

    [DoesNotReturn]
    private void StopForVector(
        ulong violation, ulong parameter2, ulong parameter3, ulong parameter4, string explanation, string ruleId = "MDL4010") =>
        System.BugCheck(BugCheckCode.DMA_COMMON_BUFFER_VECTOR_ERROR, violation, parameter2, parameter3, parameter4, explanation, ruleId);
}
