using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using Streamer;

namespace MdlRuntime.Tests.Devices;

/// <summary>The sample's driver on a strict machine while every call that can fail fails once: from loading it to unloading it.</summary>
public sealed class StreamFaultTests : IDisposable
{
    /// <summary>Two stages, and no more pages than an MDL of the machine's stock describes.</summary>
    private const int Length = 0x1_0100;

    private readonly Machine _machine;
    private readonly UserProcess _process;
    private int _faults;

    public StreamFaultTests()
    {
        _machine = new(new() { Verifier = VerifierMode.Strict, Trace = record => _faults += record.Routine == "Fault" ? 1 : 0 });
        _process = _machine.CreateProcess("app");
    }

    [Fact, Proves("DMA-061", "DMA-138")]
    public void Every_failing_call_is_told_to_the_caller_and_leaves_nothing_behind()
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS, Tell());
        var before = Resources;
        Assert.Equal(NtStatus.STATUS_SUCCESS, Tell());
        Assert.Equal(before, Resources);

        var failed = new List<string>();
        foreach (string routine in FaultPlan.Routines)
        {
            for (int n = 1; TellWithFault(routine, n); n++)
                failed.Add($"{routine} {n}");
            Assert.Equal(before, Resources);
        }

        Assert.Superset(
            new HashSet<string> { "IoCreateDevice 1", "IoGetDmaAdapter 1", "Io!IoAllocateMdl 1", "Io!MmProbeAndLockPages 2", "Io!IoAllocateIrp 3" },
            failed.ToHashSet());
    }

    public void Dispose() => _machine.Dispose();

    private (long Frames, int Ptes, int Blocks, int Locked) Resources =>
        (_machine.FreeFrames, _machine.FreeSystemPtes, _machine.System.Memory.NonPagedPool.Live.Count, _process.LockedPages);

    private bool TellWithFault(string routine, int n)
    {
        _faults = 0;
        _machine.Faults.FailNth(routine, n);
        NtStatus status = Tell();
        bool hasFailed = _faults > 0;
        _machine.Faults.Clear();

        Assert.True(status == (hasFailed ? NtStatus.STATUS_INSUFFICIENT_RESOURCES : NtStatus.STATUS_SUCCESS), $"call {n} of {routine}: {status}");
        Assert.Empty(_machine.Findings);
        return hasFailed;
    }

    /// <summary>Loads the driver, plugs the device in, records, plays, and takes all of it away; the first failure is the result.</summary>
    private NtStatus Tell()
    {
        byte[] recording = TemporaryFile.Pattern(Length);
        using var medium = new MemoryStream();
        medium.Write(recording);
        medium.Position = 0;
        var device = new StreamDevice(_machine, medium);
        DriverObject driver = _machine.LoadDriver("Streamer", new StreamDriver(device).DriverEntry);
        nuint buffer = _process.Allocate(Length, 0xE50);
        NtStatus status;
        try
        {
            _machine.Plug(driver);
            using DeviceHandle handle = _process.Open(StreamDriver.DeviceName);
            status = handle.Read(buffer, Length).Status;
            NtStatus played = handle.Write(buffer, Length).Status;
            status = status == NtStatus.STATUS_SUCCESS ? played : status;
        }
        catch (NtStatusException failure)
        {
            status = failure.Status;
        }

        if (status == NtStatus.STATUS_SUCCESS)
            Assert.Equal([.. recording, .. recording], medium.ToArray());
        _process.Free(buffer - 0xE50);
        _machine.UnloadDriver(driver);
        return status;
    }
}
