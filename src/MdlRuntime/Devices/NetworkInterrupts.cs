namespace MdlRuntime.Devices;

/// <summary>The interrupt causes of a network device, and the time for which an interrupt waits for more of them.</summary>
internal sealed class NetworkInterrupts(NetworkDevice device, InterruptLine line, long delay) : TimedEvent
{
    private bool _isEnabled;

    public NetworkDeviceInterrupts Causes { get; private set; }

    public void Raise(NetworkDeviceInterrupts cause)
    {
        Causes |= cause;
        Request();
    }

    public void Acknowledge(NetworkDeviceInterrupts causes) => Causes &= ~causes;

    public void Enable(bool enable)
    {
        bool wasEnabled = _isEnabled;
        _isEnabled = enable;
        if (!wasEnabled)
            Request();
    }

    public void Reset()
    {
        Scheduler.Cancel(this);
        (_isEnabled, Causes) = (false, NetworkDeviceInterrupts.None);
    }

    internal override void Fire()
    {
        if (_isEnabled && Causes != NetworkDeviceInterrupts.None)
            line.Assert();
    }

    private void Request()
    {
        if (!_isEnabled || Causes == NetworkDeviceInterrupts.None)
            return;

        if (delay == 0)
            line.Assert();
        else if (Pending == 0)
            device.System.Scheduler.Schedule(this, delay);
    }
}
