using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>MmAllocateMdlForIoSpace: an MDL over memory of devices.</summary>
public sealed class IoSpaceMdlTests
{
    private const MdlFlags IoSpace = MdlFlags.MDL_IO_SPACE;

    [Fact, Proves("MDL-297", "MDL-299", "MDL-301", "MDL-300")]
    public void The_mdl_keeps_the_order_of_its_ranges_and_is_not_mapped()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x8000);
        machine.Run(() =>
        {
            nuint first = (nuint)device.Base.QuadPart >> 12;

            NtStatus status = MmAllocateMdlForIoSpace([Range(device, 0x6000, 0x2000), Range(device, 0x1000, 0x1000), Range(device, 0, 0x8000)], 2, out Mdl? mdl);

            Assert.Equal(STATUS_SUCCESS, status);
            Assert.Equal([first + 6, first + 7, first + 1], MmGetMdlPfnArray(mdl!).ToArray());
            Assert.Equal((0x3000u, 0u, IoSpace | Locked | FixedSize), (mdl!.ByteCount, mdl.ByteOffset, mdl.MdlFlags));
            Assert.Null(mdl.Process);
        });
    }

    [Fact, Proves("MDL-300", "MDL-345", "MDL-098", "MDL-191")]
    public void It_is_mapped_and_freed_without_ever_being_unlocked()
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        using var device = new DeviceMemory(machine, 0x8000);
        process.Run(() =>
        {
            int ptes = machine.FreeSystemPtes;
            MmAllocateMdlForIoSpace([Range(device, 0x6000, 0x1000), Range(device, 0x1000, 0x1000)], 2, out Mdl? mdl);

            nuint system = MmGetSystemAddressForMdlSafe(mdl!, Priority);
            nuint view = MapUser(mdl!);
            VirtualMemory.Write(system + 0xFFE, 0x0403_0201);
            process.Write(view + 0x1002, [5]);

            Assert.Equal([1, 2], device.Bytes.Slice(0x6FFE, 2).ToArray());
            Assert.Equal([3, 4, 5], device.Bytes.Slice(0x1000, 3).ToArray());
            MmUnmapLockedPages(view, mdl!);
            MmUnmapLockedPages(system, mdl!);
            IoFreeMdl(mdl!);
            Assert.Equal(ptes, machine.FreeSystemPtes);
            Assert.Empty(machine.Findings);
        });
    }

    [Fact, Proves("MDL-298")]
    public void Ranges_must_be_whole_pages_of_devices()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x8000);
        machine.Run(() =>
        {
            MmPhysicalAddressList good = Range(device, 0, 0x1000);
            Assert.All((MmPhysicalAddressList[])[Range(device, 0x800, 0x1000), Range(device, 0, 0x800), new(new(0x10_0000), 0x1000)], bad =>
            {
                Assert.Equal(STATUS_INVALID_PARAMETER_1, MmAllocateMdlForIoSpace([good, bad], 2, out Mdl? mdl));
                Assert.Null(mdl);
            });
            Assert.Equal(STATUS_INVALID_PARAMETER_2, MmAllocateMdlForIoSpace([good], 0, out _));
            Assert.Throws<ArgumentOutOfRangeException>("numberOfEntries", () => MmAllocateMdlForIoSpace([good], 2, out _));
        });
    }

    [Fact, Proves("MDL-299")]
    public void Together_they_stay_below_four_gigabytes()
    {
        using Machine machine = NewMachine();
        machine.Run(() =>
        {
            PhysicalAddress far = new(0x100_0000_0000);
            Assert.Equal(STATUS_INVALID_PARAMETER_1, MmAllocateMdlForIoSpace([new(far, 0x8000_0000), new(far, 0x8000_0000)], 2, out _));
            Assert.Equal(STATUS_SUCCESS, MmAllocateMdlForIoSpace([new(far, 0x8000_0000), new(far, 0x7FFF_F000)], 2, out Mdl? mdl));
            Assert.Equal(0xFFFF_F000u, mdl!.ByteCount);
        });
    }

    [Fact, Proves("MDL-298", "MDL-510")]
    public void Memory_for_the_mdl_may_be_missing()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Faults.FailNth("MmAllocateMdlForIoSpace", 1);
        machine.LoadDriver("driver", (_, _) =>
        {
            Assert.Equal(STATUS_INSUFFICIENT_RESOURCES, MmAllocateMdlForIoSpace([Range(device, 0, 0x1000)], 1, out Mdl? mdl));
            Assert.Null(mdl);
            return STATUS_SUCCESS;
        });
    }

    [Fact, Proves("MDL-300", "MDL-524")]
    public void Unlocking_it_stops_the_machine()
    {
        nuint frame = 0;
        BugCheckException stop = Stops(0x1A, (machine, _, _) =>
        {
            var device = new DeviceMemory(machine, 0x2000);
            frame = (nuint)device.Base.QuadPart >> 12;
            MmAllocateMdlForIoSpace([Range(device, 0, 0x2000)], 1, out Mdl? mdl);
            MmUnlockPages(mdl!);
        });
        Assert.Equal((0x61948ul, frame, 2ul, frame), (stop.Parameter1, (nuint)stop.Parameter2, stop.Parameter3, (nuint)stop.Parameter4));
    }

    [Fact, Proves("MDL-207", "MDL-518")]
    public void Device_pages_in_an_mdl_without_the_flag_are_reported() =>
        Finds(0xC4, "MDL4009", (machine, _, _) =>
        {
            var device = new DeviceMemory(machine, 0x1000);
            MmAllocateMdlForIoSpace([Range(device, 0, 0x1000)], 1, out Mdl? mdl);
            mdl!.MdlFlags &= ~IoSpace;
            return new(() => MmGetSystemAddressForMdlSafe(mdl, Priority), 0x89, mdl.Address, mdl.Address + 48, (ulong)device.Base.QuadPart >> 12);
        });

    [Fact, Proves("MDL-297")]
    public void Dispatch_level_is_low_enough()
    {
        using Machine machine = NewMachine();
        using var device = new DeviceMemory(machine, 0x1000);
        machine.Run(() => AtIrql(Kirql.DISPATCH_LEVEL, () => Assert.Equal(STATUS_SUCCESS, MmAllocateMdlForIoSpace([Range(device, 0, 0x1000)], 1, out _))));
        Assert.Empty(machine.Findings);
    }

    private static MmPhysicalAddressList Range(DeviceMemory device, long offset, nuint bytes) => new(new(device.Base.QuadPart + offset), bytes);
}
