using MdlRuntime.Devices;

namespace NetLoop;

/// <summary>What happens when the device interrupts.</summary>
internal static class NetInterrupts
{
    /// <summary>The service routine of the interrupt: finds out whether this device interrupts, silences it, and leaves the rest to the DPC.</summary>
    public static bool InterruptService(KInterrupt interrupt, object? context)
    {
        var net = (NetExtension)context!;
        uint causes = net.Read(NetworkDeviceRegister.InterruptStatus);
        if (causes == 0)
            return false;

        net.Write(NetworkDeviceRegister.InterruptStatus, causes);
        IoRequestDpc(net.Device, null, net);
        return true;
    }

    /// <summary>Looks into both rings, whatever the cause was: one DPC may stand for many interrupts.</summary>
    public static void DpcForIsr(KDpc dpc, DeviceObject device, Irp? irp, object? context)
    {
        var net = (NetExtension)context!;
        net.Transmit.Reap();
        net.Receive.Reap();
        if (((NetworkDeviceStatus)net.Read(NetworkDeviceRegister.Status) & NetworkDeviceStatus.Halted) != 0)
            Restart(net);
    }

    /// <summary>A device that lost a ring forgets all of both: their packets fail, and it starts afresh.</summary>
    private static void Restart(NetExtension net)
    {
        net.Write(NetworkDeviceRegister.Control, (uint)NetworkDeviceControl.Reset);
        net.Transmit.FailAll();
        net.Receive.FailAll();
        NetPlugAndPlay.StartHardware(net);
    }
}
