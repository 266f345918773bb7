using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using Streamer;

namespace MdlRuntime.Tests.Devices;

/// <summary>The sample's driver and streamer on a machine that records misuse, and a process that uses them.</summary>
internal sealed class StreamRig : IDisposable
{
    private readonly DriverObject _driver;
    private readonly int _freePtes;

    public StreamRig(Stream medium, StreamDeviceOptions? device = null, MachineOptions? machine = null)
    {
        Machine = new((machine ?? new()) with { Verifier = VerifierMode.Survey });
        Device = new(Machine, medium, device);
        _driver = Machine.LoadDriver("Streamer", new StreamDriver(Device).DriverEntry);
        PhysicalDevice = Machine.Plug(_driver);
        Process = Machine.CreateProcess("app");
        Handle = Process.Open(StreamDriver.DeviceName);
        _freePtes = Machine.FreeSystemPtes;
    }

    public Machine Machine { get; }

    public StreamDevice Device { get; }

    public DeviceObject PhysicalDevice { get; }

    public UserProcess Process { get; }

    public DeviceHandle Handle { get; }

    public SystemDmaChannel Channel => Machine.System.Layer<SystemDmaController>()[Device.Options.DmaChannel]!;

    /// <summary>Reads into a fresh buffer that holds 0xAA; returns all of it.</summary>
    public (IoStatusBlock Status, byte[] Buffer) Read(uint length, uint pageOffset = 0)
    {
        nuint buffer = Fill(DiskRig.Filled(length), pageOffset);
        // A synchronous caller would be told only the status of a request that fails half-way.
        Task<IoStatusBlock> read = Handle.ReadAsync(buffer, length);
        Machine.RunUntilIdle();
        Assert.True(read.IsCompletedSuccessfully);
        var bytes = new byte[length];
        Process.Read(buffer, bytes);
        Process.Free(buffer - pageOffset);
        return (read.GetAwaiter().GetResult(), bytes);
    }

    public IoStatusBlock Write(byte[] bytes, uint pageOffset = 0)
    {
        nuint buffer = Fill(bytes, pageOffset);
        Task<IoStatusBlock> write = Handle.WriteAsync(buffer, (uint)bytes.Length);
        Machine.RunUntilIdle();
        Assert.True(write.IsCompletedSuccessfully);
        Process.Free(buffer - pageOffset);
        return write.GetAwaiter().GetResult();
    }

    /// <summary>Nothing is locked, mapped or found, the streamer still works, and it can be unloaded.</summary>
    public void AssertClean()
    {
        Assert.Empty(Machine.Findings);
        Assert.Equal(0, Process.LockedPages);
        Assert.Equal(_freePtes, Machine.FreeSystemPtes);
        Assert.True(Channel.IsMasked);

        Handle.Dispose();
        Machine.UnloadDriver(_driver);
        Assert.Empty(Machine.Findings);
        Assert.Null(Channel.Adapter);
    }

    public void Dispose() => Machine.Dispose();

    private nuint Fill(byte[] bytes, uint pageOffset)
    {
        nuint buffer = Process.Allocate((nuint)Math.Max(bytes.Length, 1), pageOffset);
        Process.Write(buffer, bytes);
        return buffer;
    }
}
