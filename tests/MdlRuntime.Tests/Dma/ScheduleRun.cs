using System.Globalization;
using System.Text;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;

namespace MdlRuntime.Tests.Dma;

/// <summary>
/// One schedule: three devices with a handful of map registers between them, and three threads that write, overwrite and read back pieces of their own of
/// every medium. What must come out of it is a plain copy of what the threads wrote.
/// </summary>
internal sealed class ScheduleRun
{
    private const int Threads = 3, Rounds = 3, MediumBytes = 0x8000, RegionBytes = MediumBytes / Threads;

    private static readonly (DeviceDescription Description, BlockDeviceOptions Options, bool UsesLists)[] s_devices =
    [
        (DmaBench.Packet24, new() { ScatterGather = false, AddressBits = 24, InterruptVector = 0x31, TransferTime = 700 }, false),
        (DmaBench.Packet64, new() { ScatterGather = false, InterruptVector = 0x32, TransferTime = 1000 }, true),
        (DmaBench.ScatterGather64, new() { InterruptVector = 0x33, TransferTime = 1300 }, false),
    ];

    private readonly StringBuilder? _trace;
    private readonly MemoryMedium[] _media;
    private readonly byte[][] _expected;

    private ScheduleRun(MachineOptions options, bool keepsTrace)
    {
        _trace = keepsTrace ? new() : null;
        Action<TraceRecord> trace = record =>
        {
            Hash = HashCode.Combine(Hash, record.Routine, record.Value1, record.Value2);
            _trace?.Append(CultureInfo.InvariantCulture,
                $"{record.Time} {record.Irql} {record.Thread} {record.Routine} {record.Subject ?? "-"} {record.Value1:X} {record.Value2:X} {record.Value3:X}\n");
        };
        using var machine = new Machine(options with { MapRegisters = 4, MemoryBytes = 32 << 20, CapturedCallSites = 0, Trace = trace });
        _media = [.. s_devices.Select(_ => new MemoryMedium(new byte[MediumBytes]))];
        _expected = [.. s_devices.Select(_ => new byte[MediumBytes])];
        TransferDriver[] drivers = [.. s_devices.Select((device, i) =>
            new TransferDriver($@"\Device\Search{i}", new(machine, _media[i], device.Options), device.Description with { MaximumLength = 0x3000 }, device.UsesLists))];
        DriverObject[] loaded = [.. drivers.Select(driver => machine.LoadDriver(driver.Name, driver.DriverEntry))];

        UserProcess app = machine.CreateProcess("app");
        DeviceHandle[] handles = [.. drivers.Select(driver => app.Open(driver.Name))];
        for (int thread = 0; thread < Threads; thread++)
        {
            int number = thread;
            var random = new Random(HashCode.Combine(options.Seed, thread));
            app.StartThread(() =>
            {
                for (int round = 0; round < Rounds; round++)
                    Transfer(app, handles, random, number);
                Finished++;
            });
        }

        machine.RunUntilIdle();

        foreach (DeviceHandle handle in handles)
            handle.Dispose();
        foreach (DriverObject driver in loaded)
            machine.UnloadDriver(driver);
        Assert.Equal(0, app.LockedPages);
        Assert.Empty(machine.Findings);
        IsExact = Finished == Threads && _media.Zip(_expected).All(pair => pair.First.Bytes.AsSpan().SequenceEqual(pair.Second));
    }

    /// <summary>Threads that came to their end, each having read back what it wrote.</summary>
    public int Finished { get; private set; }

    /// <summary>Whether every medium holds what the threads wrote, no more and no less.</summary>
    public bool IsExact { get; }

    /// <summary>Tells schedules apart, within one process.</summary>
    public int Hash { get; private set; }

    public string Trace => _trace?.ToString() ?? "";

    public static ScheduleRun Play(MachineOptions options, bool keepsTrace = false) => new(options, keepsTrace);

    private void Transfer(UserProcess app, DeviceHandle[] handles, Random random, int thread)
    {
        int device = random.Next(handles.Length);
        int start = thread * RegionBytes + random.Next(RegionBytes - 1);
        int length = random.Next(1, (thread + 1) * RegionBytes - start + 1);
        uint offset = (uint)random.Next(0x1000);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        bytes.CopyTo(_expected[device], start);

        nuint buffer = app.Allocate((nuint)length, offset);
        VirtualMemory.CopyFrom(buffer, bytes);
        AssertMoved(handles[device].Write(buffer, (uint)length, start));
        app.Free(buffer - offset);

        offset = (uint)random.Next(0x1000);
        nuint back = app.Allocate((nuint)length, offset);
        AssertMoved(handles[device].Read(back, (uint)length, start));
        byte[] received = new byte[length];
        VirtualMemory.CopyTo(back, received);
        Assert.Equal(bytes, received);
        app.Free(back - offset);

        void AssertMoved(IoStatusBlock status) => Assert.Equal((NtStatus.STATUS_SUCCESS, (nuint)length), (status.Status, status.Information));
    }
}
