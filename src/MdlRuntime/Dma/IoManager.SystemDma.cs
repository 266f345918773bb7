namespace MdlRuntime;

public static partial class IoManager
{
    /// <summary>The adapter of a device that uses the system DMA controller; null where no channel or request line serves the description.</summary>
    private static DmaAdapter? GetSubordinateAdapter(
        KernelSystem system, DeviceObject device, DeviceDescription description, out uint numberOfMapRegisters) =>
        throw new NotModelledException($"{nameof(IoGetDmaAdapter)} for a subordinate device");
}
