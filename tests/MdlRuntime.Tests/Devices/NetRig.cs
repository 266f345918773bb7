using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using NetLoop;

namespace MdlRuntime.Tests.Devices;

/// <summary>The sample's driver and network device on a machine that records misuse, and a process that sends packets to itself.</summary>
internal sealed class NetRig : IDisposable
{
    public const string DriverName = "NetLoop";

    private static readonly AccessMask s_access = AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA;

    private readonly RegisterWindow _registers;
    private readonly DriverObject _driver;
    private readonly int _freePtes;

    public NetRig(NetworkDeviceOptions? device = null, MachineOptions? machine = null)
    {
        Machine = new((machine ?? new() { Verifier = VerifierMode.Survey }) with { Trace = Count });
        Hardware = new(Machine, device);
        _registers = new(Machine, NetPlugAndPlay.RegisterLength, Hardware);
        _freePtes = Machine.FreeSystemPtes;
        _driver = Machine.LoadDriver(DriverName, new NetDriver(Hardware, _registers.Base).DriverEntry);
        Process = Machine.CreateProcess("app");
    }

    public Machine Machine { get; }

    public NetworkDevice Hardware { get; }

    public UserProcess Process { get; }

    public DeviceObject? PhysicalDevice { get; private set; }

    public DeviceHandle? Handle { get; private set; }

    /// <summary>Calls that the fault plan has made fail, and bytes that were copied to or from bounce pages.</summary>
    public int Faults { get; private set; }

    public ulong BouncedBytes { get; private set; }

    public int Interrupts { get; private set; }

    public NetRig Started()
    {
        PhysicalDevice = Machine.Plug(_driver);
        Handle = Open();
        return this;
    }

    public DeviceHandle Open() => Process.Open(NetDriver.DeviceName, s_access, CreateOptions.None);

    /// <summary>Posts a receive buffer of a length in which every byte is 0xAA.</summary>
    public (nuint Buffer, Task<IoStatusBlock> Result) Receive(uint length, DeviceHandle? handle = null)
    {
        nuint buffer = Process.Allocate(length, 0xE50);
        Process.Write(buffer, DiskRig.Filled(length));
        return (buffer, (handle ?? Handle!).ReadAsync(buffer, length));
    }

    public Task<IoStatusBlock> Send(byte[] packet)
    {
        nuint buffer = Process.Allocate((nuint)packet.Length, 0xE50);
        Process.Write(buffer, packet);
        return Handle!.WriteAsync(buffer, (uint)packet.Length);
    }

    /// <summary>What became of a request that has ended.</summary>
    public static NtStatus StatusOf(Task<IoStatusBlock> ended)
    {
        Assert.True(ended.IsCompleted, "the request has not ended");
        return ended.Result.Status;
    }

    public static ulong BytesOf(Task<IoStatusBlock> ended) => (ulong)ended.Result.Information;

    public byte[] Read(nuint buffer, int length)
    {
        var bytes = new byte[length];
        Process.Read(buffer, bytes);
        return bytes;
    }

    public static byte[] Packet(int number, int length)
    {
        var bytes = new byte[length];
        new Random(number).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Sends packets of these lengths, each with a buffer waiting for it, and checks that all arrive in order.</summary>
    public void AssertExchange(params int[] lengths)
    {
        (nuint Buffer, Task<IoStatusBlock> Result)[] received = [.. lengths.Select(_ => Receive(Hardware.Options.MaximumPacket))];
        Task<IoStatusBlock>[] sent = [.. lengths.Select((length, i) => Send(Packet(i, length)))];
        Machine.RunUntilIdle();
        for (int i = 0; i < lengths.Length; i++)
        {
            Assert.Equal((NtStatus.STATUS_SUCCESS, (ulong)lengths[i]), (sent[i].Result.Status, (ulong)sent[i].Result.Information));
            Assert.Equal((NtStatus.STATUS_SUCCESS, (ulong)lengths[i]), (received[i].Result.Result.Status, (ulong)received[i].Result.Result.Information));
            Assert.Equal(Packet(i, lengths[i]), Read(received[i].Buffer, lengths[i]));
        }
    }

    /// <summary>Nothing is locked, mapped or found, and the driver can be unloaded.</summary>
    public void AssertClean()
    {
        Assert.Empty(Machine.Findings);
        Assert.Equal(0, Process.LockedPages);
        Handle?.Dispose();
        Machine.UnloadDriver(_driver);
        Assert.Empty(Machine.Findings);
        Assert.Equal(_freePtes, Machine.FreeSystemPtes);
        Assert.Null(Hardware.Bus);
    }

    public void Unplug() => Machine.Unplug(PhysicalDevice!);

    public void Dispose()
    {
        _registers.Dispose();
        Machine.Dispose();
    }

    private void Count(TraceRecord record)
    {
        switch (record.Routine)
        {
            case "Fault":
                Faults++;
                break;
            case "BounceCopy":
                BouncedBytes += record.Value2;
                break;
            case "InterruptService":
                Interrupts++;
                break;
        }
    }
}
