using DmaDisk;
using MdlRuntime.Devices;
using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Devices;

/// <summary>The driver of the disk under the fault plan, where it gathers and where it needs map registers.</summary>
public sealed class DiskFaultTests
{
    private const uint PageOffset = 0xE50;

    /// <summary>More pages than one transfer of the device takes, so that requests are split.</summary>
    private const int Length = 0xA123;

    [Theory, Proves("DMA-061", "DMA-138")]
    [InlineData(true, 64)]
    [InlineData(true, 32)]
    [InlineData(false, 24)]
    public void Every_failing_call_is_told_to_the_caller_and_leaves_nothing_behind(bool scatterGather, int addressBits)
    {
        var hardware = new BlockDeviceOptions { ScatterGather = scatterGather, AddressBits = addressBits, MaximumElements = 4 };
        using var story = new FaultStory(told => Tell(told, hardware));

        HashSet<string> failed = story.FailEachCall();

        Assert.Superset(new HashSet<string> { "IoCreateDevice 1", "IoGetDmaAdapter 1", "Io!IoAllocateMdl 1", "Io!MmProbeAndLockPages 2" }, failed);
    }

    /// <summary>Loads the driver, plugs the disk in, writes, reads it back, and takes all of it away.</summary>
    private static NtStatus Tell(FaultStory story, BlockDeviceOptions hardware)
    {
        (Machine machine, UserProcess process) = (story.Machine, story.Process);
        using var file = new TemporaryFile(Length);
        using var medium = new FileMedium(file.Path, FileAccess.ReadWrite);
        DriverObject driver = machine.LoadDriver("Disk", new DiskDriver(new BlockDevice(machine, medium, hardware)).DriverEntry);
        byte[] written = [.. file.Bytes.Reverse()];
        nuint source = process.Allocate(Length, PageOffset), target = process.Allocate(Length, PageOffset);
        process.Write(source, written);
        NtStatus status;
        try
        {
            machine.Plug(driver);
            using DeviceHandle handle = process.Open(DiskDriver.DeviceName);
            status = handle.Write(source, Length, 0).Status;
            NtStatus read = handle.Read(target, Length, 0).Status;
            status = status == NtStatus.STATUS_SUCCESS ? read : status;
        }
        catch (NtStatusException failure)
        {
            status = failure.Status;
        }

        if (status == NtStatus.STATUS_SUCCESS)
        {
            var bytes = new byte[Length];
            process.Read(target, bytes);
            Assert.Equal(written, bytes);
        }

        process.Free(source - PageOffset);
        process.Free(target - PageOffset);
        machine.UnloadDriver(driver);
        return status;
    }
}
