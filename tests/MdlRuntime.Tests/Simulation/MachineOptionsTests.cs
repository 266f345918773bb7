using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace MdlRuntime.Tests.Simulation;

public sealed class MachineOptionsTests
{
    public static TheoryData<MachineOptions, string> Refused => new()
    {
        { new() { MemoryBytes = (1 << 20) - 4096 }, "1048576" },
        { new() { MemoryBytes = (1 << 20) + 1 }, "multiples of 4096" },
        { new() { MemoryBytes = long.MaxValue }, "1099511627776" },
        { new() { Frames = (FramePolicy)9 }, "Scattered, Sequential, Reversed, HighFirst" },
        { new() { Verifier = (VerifierMode)9 }, "Off, Survey, Strict" },
        { new() { MapRegisters = 0 }, "1 to 65536" },
        { new() { MapRegisters = 65537 }, "1 to 65536" },
        { new() { SystemPtes = 0 }, "1 to 16777216" },
        { new() { Scheduling = (SchedulingPolicy)9 }, "Random, Fifo, PreemptionBounded" },
        { new() { PreemptionBound = -1 }, "0 to 2147483647" },
        { new() { CapturedCallSites = -1 }, "0 to 2147483647" },
        { new() { SystemPtes = (1 << 24) + 1 }, "1 to 16777216" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void An_option_outside_its_range_is_refused_with_the_range(MachineOptions options, string range) =>
        Assert.Contains(range, Assert.Throws<ArgumentOutOfRangeException>(() => new Machine(options)).Message);

    [Fact]
    public void The_smallest_machine_starts_with_all_its_frames_but_what_the_system_took()
    {
        using var machine = new Machine(new() { MemoryBytes = 1 << 20, SystemPtes = 1, MapRegisters = 1 });

        Assert.Equal(1, machine.FreeSystemPtes);
        Assert.InRange(machine.FreeFrames, 240, 255);
    }

    [Fact]
    public void A_large_machine_hands_out_frames_far_up()
    {
        using var machine = new Machine(new() { MemoryBytes = 16L << 30, Frames = FramePolicy.HighFirst });
        UserProcess process = machine.CreateProcess("app");

        nuint buffer = process.Allocate(1);

        Assert.True(process.Object.Space!.Find(buffer).Pfn.Number >= 8ul << 30 >> 12);
    }
}
