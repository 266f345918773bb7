using MdlRuntime.Simulation;

namespace MdlRuntime.Devices;

/// <summary>A window in the physical addresses of one machine.</summary>
internal abstract class BusWindow : PhysicalWindow
{
    private const long Longest = 1 << 30;
    private readonly Machine _machine;
    private bool _isRemoved;

    protected BusWindow(Machine machine, long length) : base(CheckedPages(machine, length)) => _machine = machine;

    protected KernelSystem System => _machine.System;

    public void Remove()
    {
        if (!_isRemoved)
            System.Memory.Devices.Remove(this);
        _isRemoved = true;
    }

    protected void Insert() => System.Memory.Devices.Add(this);

    private static nuint CheckedPages(Machine machine, long length)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (length is <= 0 or > Longest || length % PAGE_SIZE != 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"allowed: multiples of {PAGE_SIZE} up to {Longest}");
        machine.ThrowIfUnusable();
        return (nuint)(length >> PAGE_SHIFT);
    }
}
