using DmaDisk;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Devices;

/// <summary>The sample's driver and disk on a machine that records misuse, and a process that uses them.</summary>
internal sealed class DiskRig : IDisposable
{
    private readonly DriverObject _driver;
    private readonly int _freePtes;

    public DiskRig(IBlockMedium medium, BlockDeviceOptions? disk = null, MachineOptions? machine = null)
    {
        Machine = new((machine ?? new()) with { Verifier = VerifierMode.Survey });
        Disk = new(Machine, medium, disk);
        _driver = Machine.LoadDriver("Disk", new DiskDriver(Disk).DriverEntry);
        PhysicalDevice = Machine.Plug(_driver);
        Process = Machine.CreateProcess("app");
        Handle = Process.Open(DiskDriver.DeviceName);
        _freePtes = Machine.FreeSystemPtes;
    }

    public Machine Machine { get; }

    public BlockDevice Disk { get; }

    public DeviceObject PhysicalDevice { get; }

    public UserProcess Process { get; }

    public DeviceHandle Handle { get; }

    /// <summary>Reads into a fresh buffer that holds 0xAA; returns all of it.</summary>
    public (IoStatusBlock Status, byte[] Buffer) Read(uint length, uint pageOffset = 0, long position = 0)
    {
        nuint buffer = Fill(Filled(length), pageOffset);
        IoStatusBlock status = Handle.Read(buffer, length, position);
        var bytes = new byte[length];
        Process.Read(buffer, bytes);
        Process.Free(buffer - pageOffset);
        return (status, bytes);
    }

    public IoStatusBlock Write(byte[] bytes, uint pageOffset = 0, long position = 0)
    {
        nuint buffer = Fill(bytes, pageOffset);
        IoStatusBlock status = Handle.Write(buffer, (uint)bytes.Length, position);
        Process.Free(buffer - pageOffset);
        return status;
    }

    public static byte[] Filled(uint length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(0xAA);
        return bytes;
    }

    /// <summary>Nothing is locked, mapped or found, the disk still works, and it can be unloaded.</summary>
    public void AssertClean()
    {
        Assert.Empty(Machine.Findings);
        Assert.Equal(0, Process.LockedPages);
        Assert.Equal(_freePtes, Machine.FreeSystemPtes);

        Handle.Dispose();
        Machine.UnloadDriver(_driver);
        Assert.Empty(Machine.Findings);
        Assert.Null(Disk.Bus);
    }

    public void Dispose() => Machine.Dispose();

    private nuint Fill(byte[] bytes, uint pageOffset)
    {
        nuint buffer = Process.Allocate((nuint)Math.Max(bytes.Length, 1), pageOffset);
        Process.Write(buffer, bytes);
        return buffer;
    }
}
