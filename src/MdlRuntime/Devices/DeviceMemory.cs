using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>Memory on a device, such as a frame buffer, at physical addresses behind those of the machine's own memory.</summary>
public sealed class DeviceMemory : IDisposable
{
    private readonly Window _window;

    /// <summary>Gives a device zeroed memory and physical addresses for it, as a bus does with a base address register.</summary>
    /// <param name="machine">The machine whose bus the device is on.</param>
    /// <param name="length">Length in bytes: a multiple of the page size up to 1 GiB.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not permitted.</exception>
    public DeviceMemory(Machine machine, long length) => _window = new(machine, length);

    /// <summary>The first physical address.</summary>
    public PhysicalAddress Base => _window.First.Address;

    /// <summary>Length in bytes.</summary>
    public long Length => (long)_window.PageCount << PAGE_SHIFT;

    /// <summary>The bytes as the device sees them: what drivers write through a mapping appears here, and the other way round.</summary>
    public Span<byte> Bytes => _window.Memory;

    /// <summary>Takes the device off the bus: from now on reads there give ones, and writes are lost.</summary>
    public void Dispose() => _window.Remove();

    private sealed class Window : BusWindow
    {
        private readonly byte[] _bytes;

        public Window(Machine machine, long length) : base(machine, length)
        {
            _bytes = new byte[length];
            Insert();
        }

        public override Span<byte> Memory => _bytes;

        public override void Read(ulong offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

        public override void Write(ulong offset, ReadOnlySpan<byte> source) => source.CopyTo(_bytes.AsSpan((int)offset));
    }
}
