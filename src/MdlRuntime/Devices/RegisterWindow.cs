using System.Buffers.Binary;
using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>Physical addresses at which the registers of a device answer: a driver maps them with MmMapIoSpace and uses them through VirtualMemory.</summary>
public sealed class RegisterWindow : IDisposable
{
    private readonly Window _window;

    /// <summary>Gives a device physical addresses for its registers, as a bus does with a base address register.</summary>
    /// <param name="machine">The machine whose bus the device is on.</param>
    /// <param name="length">Length of the window in bytes: a multiple of the page size up to 1 GiB.</param>
    /// <param name="registers">Answers the accesses.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not permitted.</exception>
    public RegisterWindow(Machine machine, long length, IDeviceRegisters registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        _window = new(this, machine, length, registers);
    }

    /// <summary>The first physical address.</summary>
    public PhysicalAddress Base => _window.First.Address;

    /// <summary>Length in bytes.</summary>
    public long Length => (long)_window.PageCount << PAGE_SHIFT;

    /// <summary>Takes the device off the bus: from now on reads there give ones, and writes are lost.</summary>
    public void Dispose() => _window.Remove();

    private sealed class Window : BusWindow
    {
        private readonly RegisterWindow _owner;
        private readonly IDeviceRegisters _registers;

        public Window(RegisterWindow owner, Machine machine, long length, IDeviceRegisters registers) : base(machine, length)
        {
            (_owner, _registers) = (owner, registers);
            Insert();
        }

        public override void Read(ulong offset, Span<byte> destination)
        {
            Span<byte> value = stackalloc byte[sizeof(ulong)];
            for (int at = 0, size; at < destination.Length; at += size)
            {
                size = PieceAt(offset + (ulong)at, destination.Length - at);
                BinaryPrimitives.WriteUInt64LittleEndian(value, _registers.Read(offset + (ulong)at, size));
                value[..size].CopyTo(destination[at..]);
                System.Trace("RegisterWindow.Read", _owner, offset + (ulong)at, (ulong)size);
            }
        }

        public override void Write(ulong offset, ReadOnlySpan<byte> source)
        {
            Span<byte> value = stackalloc byte[sizeof(ulong)];
            for (int at = 0, size; at < source.Length; at += size)
            {
                size = PieceAt(offset + (ulong)at, source.Length - at);
                value.Clear();
                source.Slice(at, size).CopyTo(value);
                ulong written = BinaryPrimitives.ReadUInt64LittleEndian(value);
                System.Trace("RegisterWindow.Write", _owner, offset + (ulong)at, (ulong)size, written);
                _registers.Write(offset + (ulong)at, size, written);
            }
        }

        /// <summary>The longest naturally aligned access that starts at an offset.</summary>
        private static int PieceAt(ulong offset, int remaining)
        {
            int size = sizeof(ulong);
            while (size > remaining || offset % (ulong)size != 0)
                size /= 2;
            return size;
        }
    }
}
