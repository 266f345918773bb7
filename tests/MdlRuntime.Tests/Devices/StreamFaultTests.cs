using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using Streamer;

namespace MdlRuntime.Tests.Devices;

/// <summary>The driver of the stream device under the fault plan.</summary>
public sealed class StreamFaultTests
{
    /// <summary>Two stages, and no more pages than an MDL of the machine's stock describes.</summary>
    private const int Length = 0x1_0100;

    [Fact, Proves("DMA-061", "DMA-138")]
    public void Every_failing_call_is_told_to_the_caller_and_leaves_nothing_behind()
    {
        using var story = new FaultStory(Tell);

        HashSet<string> failed = story.FailEachCall();

        Assert.Superset(
            new HashSet<string> { "IoCreateDevice 1", "IoGetDmaAdapter 1", "Io!IoAllocateMdl 1", "Io!MmProbeAndLockPages 2", "Io!IoAllocateIrp 3" }, failed);
    }

    /// <summary>Loads the driver, plugs the device in, records, plays, and takes all of it away.</summary>
    private static NtStatus Tell(FaultStory story)
    {
        (Machine machine, UserProcess process) = (story.Machine, story.Process);
        byte[] recording = TemporaryFile.Pattern(Length);
        using var medium = new MemoryStream();
        medium.Write(recording);
        medium.Position = 0;
        var device = new StreamDevice(machine, medium);
        DriverObject driver = machine.LoadDriver("Streamer", new StreamDriver(device).DriverEntry);
        nuint buffer = process.Allocate(Length, 0xE50);
        NtStatus status;
        try
        {
            machine.Plug(driver);
            using DeviceHandle handle = process.Open(StreamDriver.DeviceName);
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
        process.Free(buffer - 0xE50);
        machine.UnloadDriver(driver);
        return status;
    }
}
