using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>What a bus-master device sees of memory through its adapter: logical addresses only, common buffers included.</summary>
public sealed class BusPort
{
    public BusPort(DmaAdapter adapter) => throw null!;
    public void Read(PhysicalAddress logical, Span<byte> destination) => throw null!;
    public void Write(PhysicalAddress logical, ReadOnlySpan<byte> source) => throw null!;
}
